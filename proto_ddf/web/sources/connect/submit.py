"""Submitting the connect form: checking the draft and starting its operation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from proto_ddf import errors, vault
from proto_ddf.errors import ProtoDDFError, ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput, TestSourceInput
from proto_ddf.sources.connected import form_errors, secrets, store
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.sources.connect.draft import Draft, draft_config, draft_of, secret_keys


def find_form_errors(draft: Draft, *, naming: bool) -> list[ProtoDDFError]:
    """The errors of the form, in the order of its fields, without connecting."""
    found: list[ProtoDDFError] = []
    if naming:
        found += _errors_of(lambda: store.check_name(draft.name, draft.source_id or None))
    return [*found, *_config_errors(draft.kind, draft_config(draft))]


def _config_errors(kind: str, config: dict[str, Any]) -> Sequence[ProtoDDFError]:
    if kind not in KINDS:
        return _errors_of(lambda: store.find_kind(kind))
    checked, found = form_errors.validate_form(KINDS[kind], config)
    if checked is None:
        return found
    return [
        *_errors_of(lambda: store.make_source(kind, checked)),
        *_errors_of(lambda: secrets.check(kind, config)),
    ]


def _errors_of(check: Callable[[], object]) -> list[ProtoDDFError]:
    try:
        check()
    except (ValidationError, errors.SystemError) as error:
        return [error]
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
    """The draft without references to deleted secrets: secrets that no source uses are deleted after some time."""
    held = {key: draft.values[key] for key in secret_keys(draft.kind) if draft.values[key]}
    existing = vault.existing_references(held.values()) if held else set()
    lost = {key: "" for key, reference in held.items() if reference not in existing}
    return replace(draft, values=draft.values | lost) if lost else draft
