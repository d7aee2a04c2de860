"""What the connect form sets going: it checks the draft and starts its operation."""

from collections.abc import Callable
from dataclasses import replace

from pydantic import BaseModel

from proto_ddf import errors, vault
from proto_ddf.errors import ProtoDDFError, ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.kinds.sources import ConnectSourceInput, TestSourceInput
from proto_ddf.sources.connected import form_errors, secrets, store
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.sources.connect.draft import Draft, draft_config, draft_of, secret_keys


def find_faults(draft: Draft, *, naming: bool) -> list[ProtoDDFError]:
    """What is wrong with the form, in its order, before anything is tried."""
    config = draft_config(draft)
    faults: list[ProtoDDFError] = []
    if naming:
        faults += _fault_of(lambda: store.check_name(draft.name, draft.source_id or None))
    wrong = form_errors.find_faults(KINDS[draft.kind], config) if draft.kind in KINDS else []
    faults += wrong
    if not wrong:
        faults += _fault_of(lambda: store.make_source(draft.kind, config))
        faults += _fault_of(lambda: secrets.check(draft.kind, config))
    return faults


def _fault_of(check: Callable[[], object]) -> list[ProtoDDFError]:
    try:
        check()
    except (ValidationError, errors.SystemError) as fault:
        return [fault]
    return []


def start_operation(what: str, draft: Draft) -> str:
    """Start the "test" or the "connect" operation; returns its id."""
    config = draft_config(draft)
    given: BaseModel = TestSourceInput(kind=draft.kind, config=config)
    if what == "connect":
        given = ConnectSourceInput(
            name=draft.name.strip(),
            kind=draft.kind,
            config=config,
            source_id=draft.source_id or None,
        )
    return service.start(f"{what}_source", given)


def stored_draft(source_id: str) -> Draft | None:
    """The form of a connected source; None if there is no such source."""
    try:
        return draft_of(store.get_source(source_id))
    except ValidationError:
        return None


def without_lost_secrets(draft: Draft) -> Draft:
    """The draft without references to secrets that are no longer kept: one lay unsent for too long."""
    held = {key: draft.values[key] for key in secret_keys(draft.kind) if draft.values[key]}
    known = vault.known(held.values()) if held else set()
    lost = {key: "" for key, reference in held.items() if reference not in known}
    return replace(draft, values=draft.values | lost) if lost else draft
