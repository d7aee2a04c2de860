"""Operations on generated apps: generate, start, stop, restart, delete.

Every step of `generate_app` may run twice (a crash, Try Again) with the same result: the record is made once under the
operation's id, ports are reserved by name, the code is replaced as a whole, builds start over.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.generator.code.manual_edits import record_digests
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.names import validate_project_name
from proto_ddf.generator.planning.regenerate import relevant_schema
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.app_access import set_sign_in
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.operations.disk_space import check_disk_space
from proto_ddf.operations.model import JSON, Kind, Step, StepContext, UndoContext
from proto_ddf.operations.reading import find_source, open_source
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.size_texts import count_text


class GenerateAppInput(BaseModel):
    """The plan as the user left it, until the first step writes it to the app's record. It contains no secret."""

    model_config = ConfigDict(extra="forbid")

    source_id: str
    spec: AppSpec


class AppInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    slug: str


def _app_folder(slug: str) -> Path:
    return get_settings().apps_folder / slug


def _validate(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    if validate_project_name(given.spec.name) != given.spec.slug:
        raise ValidationError(
            "The package is not called after the app.", field="name", value=given.spec.slug
        )
    check_disk_space()
    saved = store.get_source(given.source_id)
    _check_source(given, saved, open_source(context, saved))
    made_from = relevant_schema(given.spec, saved.schema)
    hosted.create_app(given.spec, given.source_id, context.operation_id, made_from)
    context.report(count_text(len(given.spec.tables), "table"))
    return {}


def _plan(context: StepContext[GenerateAppInput]) -> AppSpec:
    """The plan as the first step recorded it. Raises ValidationError, code app_unknown, once the app is deleted."""
    return records.plan_of(records.read(context.input.spec.slug))


def _check_source(
    given: GenerateAppInput, saved: store.SourceView, source: ResilientSource
) -> None:
    """The source answers, still has the planned tables, and can be written to where that is planned."""
    find_source(saved, source)
    present = {table.name for table in source.read_schema().tables}
    missing = [table.table for table in given.spec.tables if table.table not in present]
    if missing:
        raise IntegrationError(
            f"The source no longer has the table {missing[0]}.",
            system=saved.name,
            operation="read tables",
            code="source_changed",
            table=missing[0],
        )
    if given.spec.allow_editing and not given.spec.imported:
        store.check_writable(saved.kind, source)


def _reserve_ports(context: StepContext[GenerateAppInput]) -> JSON:
    slug = context.input.spec.slug
    pair = PORT_REGISTRY.reserve_pair(slug)
    hosted.set_ports(slug, pair)
    context.report(f"{pair.frontend} and {pair.backend}")
    return {"frontend": pair.frontend, "backend": pair.backend}


def _render(context: StepContext[GenerateAppInput]) -> JSON:
    spec = _plan(context)
    render_app(spec, _app_folder(spec.slug))
    record_digests(_app_folder(spec.slug))
    context.report(f"{count_text(len(spec.tables), 'page')} and a dashboard")
    return {}


def _import(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    saved = store.get_source(given.source_id)
    database = _app_folder(given.spec.slug) / "data" / "app.db"
    source = open_source(context, saved)
    counts = import_tables(source, _plan(context), saved.schema, database, context)
    context.report(f"{sum(counts.values()):,} rows")
    return {"rows": dict(counts)}


def _install(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    frontend.install(_app_folder(given.spec.slug), context)
    return {}


def _build(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    frontend.build(_app_folder(given.spec.slug), context)
    return {}


def _start(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    hosted.start_app(given.spec.slug, context)
    return {}


def _check(context: StepContext[GenerateAppInput]) -> JSON:
    given = context.input
    hosted.check_app(given.spec.slug, context)
    app = hosted.get_app(given.spec.slug)
    address = app.address if app else ""
    context.report(f"It answers at {address}")
    return {"address": address}


def _discard(context: UndoContext[GenerateAppInput]) -> None:
    """A cancelled generation leaves nothing behind; another operation's app of that name stays."""
    slug = context.input.spec.slug
    app = hosted.get_app(slug)
    if app is not None and app.operation_id == context.operation_id:
        hosted.remove_app(slug)


Act = Callable[[str, StepContext[AppInput]], None]


def _act_on_app(name: str, title: str, *acts: tuple[str, str, Act]) -> Kind[AppInput]:
    """A kind that acts on an app by its slug; each act (name, title, function) is a step."""
    return Kind(
        name=f"{name}_app",
        title=lambda given: f"{title} {_app_name(given.slug)}",
        input_model=AppInput,
        steps=tuple(_act_step(*act) for act in acts),
        subject=lambda given: given.slug,
    )


def _act_step(name: str, title: str, act: Act) -> Step[AppInput]:
    def run(context: StepContext[AppInput]) -> JSON:
        act(context.input.slug, context)
        return {}

    return Step(name, title, run)


def _stop_app(slug: str, context: StepContext[AppInput]) -> None:
    records.read(slug)  # stopping an app that does not exist must not look like success
    hosted.stop_app(slug, context)


def _require_sign_in(slug: str, context: StepContext[AppInput]) -> None:
    records.read(slug)
    set_sign_in(slug, needed=True)


def _open_to_machine(slug: str, context: StepContext[AppInput]) -> None:
    records.read(slug)
    set_sign_in(slug, needed=False)


def _restart_if_running(slug: str, context: StepContext[AppInput]) -> None:
    if records.read(slug).wanted_running:
        hosted.restart_app(slug, context)


def _app_name(slug: str) -> str:
    app = hosted.get_app(slug)
    return app.name if app else slug


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name="generate_app",
        title=lambda given: f"Generate {given.spec.name}",
        input_model=GenerateAppInput,
        steps=(
            Step("validate", "Validate", _validate),
            Step("reserve_ports", "Reserve ports", _reserve_ports),
            Step("render", "Render code", _render),
            Step("import", "Import data", _import, applies=lambda given: given.spec.imported),
            Step("install", "Install packages", _install),
            Step("build", "Build", _build),
            Step("start", "Start", _start),
            Step("check", "Check", _check),
        ),
        subject=lambda given: given.spec.slug,
        undo=_discard,
    ),
    _act_on_app("start", "Start", ("start", "Start", hosted.start_app)),
    _act_on_app("stop", "Stop", ("stop", "Stop", _stop_app)),
    _act_on_app("restart", "Restart", ("restart", "Restart", hosted.restart_app)),
    _act_on_app(
        "protect",
        "Require sign-in for",
        ("save", "Require sign-in", _require_sign_in),
        ("restart", "Restart", _restart_if_running),
    ),
    _act_on_app(
        "unprotect",
        "Open to this machine:",
        ("save", "Open to this machine", _open_to_machine),
        ("restart", "Restart", _restart_if_running),
    ),
    _act_on_app(
        "delete", "Delete", ("stop", "Stop", _stop_app), ("delete", "Delete", hosted.remove_app)
    ),
)
