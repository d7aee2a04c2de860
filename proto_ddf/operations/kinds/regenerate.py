"""Making an app anew from its source as it is now, while the old one goes on.

All is made in a folder beside the app's; only once it is built the old one makes room, and it is put back if
the new one does not start or does not show its first page. The app's record changes at the very end: whose
operation it names, that one's plan it has. Every step may run twice, and makes again what is not there.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.errors import IntegrationError
from proto_ddf.generator.code.manual_edits import record_digests
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.planning.regenerate import changes_for, regenerate, relevant_schema
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records, replacement
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.launch import folder, next_folder, previous_folder
from proto_ddf.operations import queries
from proto_ddf.operations.kinds.apps import check_disk_space
from proto_ddf.operations.kinds.reading import open_source, read_schema
from proto_ddf.operations.model import JSON, Kind, Step, StepContext, UndoContext
from proto_ddf.sources.connected import store
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.size_texts import count_text

UNDER_WAY = ("pending", "running")
KIND = "regenerate_app"


class RegenerateAppInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    slug: str
    add_tables: list[str] = []
    """Tables of the source that the app has not yet, and is to have."""
    imported: bool = False
    """Whether the app holds the rows itself; filled in when the operation is started."""


class _Plan(BaseModel):
    """What the first step decided."""

    spec: AppSpec
    made_from: SourceSchema


Context = StepContext[RegenerateAppInput]


def _with_imported(given: RegenerateAppInput) -> RegenerateAppInput:
    """Raises ValidationError, `app_unknown`."""
    imported = bool(records.read(given.slug).spec.get("imported"))
    return given.model_copy(update={"imported": imported})


def _validate(context: Context) -> JSON:
    """Whether it can be done, and the plan of it."""
    slug = context.input.slug
    record = records.read(slug)
    _check_alone(record, context.operation_id)
    check_disk_space(_rows_bytes(slug))
    saved = store.get_source(record.source_id or "")
    source = open_source(context, saved)
    spec = records.plan_of(record)
    before = SourceSchema.model_validate(record.source_schema or {"tables": []})
    add = context.input.add_tables
    _check_read_lately(saved, source, spec, add)
    new = regenerate(spec, before, saved.schema, source, add=add)
    if new.allow_editing and not new.imported:
        store.check_writable(saved.kind, source)
    replacement.discard_unfinished(slug)
    context.report(changes_for(spec, before, saved.schema).summary() or "As it was")
    made_from = relevant_schema(new, saved.schema)
    return _Plan(spec=new, made_from=made_from).model_dump(mode="json")


def _check_alone(record: AppRecord, operation_id: str) -> None:
    """Two at once would take the app from each other; and one that was never whole is not made anew."""
    if record.state is AppState.CREATING:
        raise replacement.app_busy(record)
    for other in queries.load_many(limit=20, kind=KIND, subject=record.slug):
        if other.id != operation_id and other.state in UNDER_WAY:
            raise replacement.app_busy(record)


def _rows_bytes(slug: str) -> int:
    """What the app's own rows take now; those read anew are there beside them for a while."""
    database = folder(slug) / "data" / "app.db"
    return database.stat().st_size if database.exists() else 0


def _check_read_lately(
    saved: store.SourceView, source: ResilientSource, spec: AppSpec, add: Sequence[str]
) -> None:
    """The plan is made from what was read of the source and shown: it must still be so."""
    changes = changes_for(spec, saved.schema, read_schema(saved.kind, source), add)
    lost = changes.model_copy(update={"tables_added": ()})
    if lost:
        raise IntegrationError(
            f"{saved.name} has changed since it was last read.",
            system=saved.name,
            operation="read tables",
            code="source_changed",
            name=saved.name,
            reason=f"since it was last read, {lost.summary()}",
        )


def _plan(context: Context) -> _Plan:
    return _Plan.model_validate(context.outputs["validate"])


def _folder(context: Context) -> Path:
    """Raises ValidationError, code app_unknown, once the app is deleted: nothing is to be made of it then."""
    records.read(context.input.slug)
    return next_folder(context.input.slug, context.operation_id)


def _made(context: Context, before: str) -> Path:
    """The new folder with what the steps ahead of `before` made; another operation may have removed it."""
    made = _folder(context)
    if not made.exists():
        for step in REGENERATE.steps_for(context.input)[1:]:
            if step.name == before:
                break
            step.run(context)
    return made


def _render(context: Context) -> JSON:
    spec, made = _plan(context).spec, _folder(context)
    render_app(spec, made)
    record_digests(made)
    context.report(f"{count_text(len(spec.tables), 'page')} and a dashboard")
    return {}


def _import(context: Context) -> JSON:
    plan, record = _plan(context), records.read(context.input.slug)
    source = open_source(context, store.get_source(record.source_id or ""))
    database = _made(context, "import") / "data" / "app.db"
    counts = import_tables(source, plan.spec, plan.made_from, database, context)
    context.report(f"{sum(counts.values()):,} rows")
    return {"rows": dict(counts)}


def _install(context: Context) -> JSON:
    frontend.install(_made(context, "install"), context)
    return {}


def _build(context: Context) -> JSON:
    frontend.build(_made(context, "build"), context)
    return {}


def _restart(context: Context) -> JSON:
    _switch(context)
    running = records.read(context.input.slug).wanted_running
    context.report("It runs on the new build" if running else "It is stopped, and stays so")
    return {}


def _check(context: Context) -> JSON:
    """The last step: with it the new app is the app."""
    slug = context.input.slug
    if not _is_accepted(context.operation_id, slug):
        _switch(context)
        _look(context)
        _accept(context)
    replacement.accept(slug, context.operation_id)
    app = hosted.get_app(slug)
    kept = str(previous_folder(slug))
    context.log(f"The code as it was before is kept in {kept}")
    return {"address": app.address if app else "", "previous": kept}


def _switch(context: Context) -> None:
    slug, operation_id = context.input.slug, context.operation_id
    if not replacement.is_switched(slug, operation_id):
        _made(context, "restart")
    try:
        replacement.switch(slug, operation_id, context)
    except Exception:
        replacement.roll_back(slug, operation_id)
        raise


def _look(context: Context) -> None:
    slug = context.input.slug
    if not records.read(slug).wanted_running:
        context.report("It is stopped: start it to see it")
        return
    try:
        hosted.check_app(slug, context)
    except Exception:
        replacement.roll_back(slug, context.operation_id)
        raise
    context.report("It shows its first page")


def _accept(context: Context) -> None:
    """One write makes the new plan the app's; what changed in the source meanwhile is news again."""
    slug, plan = context.input.slug, _plan(context)
    record = records.read(slug)
    now = store.get_source(record.source_id or "").schema
    news = changes_for(plan.spec, plan.made_from, now)
    records.change(
        slug,
        spec=plan.spec.model_dump(mode="json"),
        source_schema=plan.made_from.model_dump(mode="json"),
        source_changes=news.model_dump(mode="json"),
        operation_id=context.operation_id,
    )


def _is_accepted(operation_id: str, slug: str) -> bool:
    return records.read(slug).operation_id == operation_id


def _undo(context: UndoContext[RegenerateAppInput]) -> None:
    """A cancelled one leaves the app as it was, unless it was done already."""
    slug, operation_id = context.input.slug, context.operation_id
    if records.find_record(slug) is None:
        return
    if _is_accepted(operation_id, slug):
        replacement.accept(slug, operation_id)
        return
    replacement.roll_back(slug, operation_id)
    replacement.discard_build(slug, operation_id)


def _name(slug: str) -> str:
    app = hosted.get_app(slug)
    return app.name if app else slug


REGENERATE = Kind(
    name=KIND,
    title=lambda given: f"Regenerate {_name(given.slug)}",
    input_model=RegenerateAppInput,
    steps=(
        Step("validate", "Validate", _validate, interim=True),
        Step("render", "Render code", _render),
        Step("import", "Import data", _import, applies=lambda given: given.imported),
        Step("install", "Install packages", _install),
        Step("build", "Build", _build),
        Step("restart", "Switch to the new build", _restart),
        Step("check", "Check", _check),
    ),
    subject=lambda given: given.slug,
    undo=_undo,
    prepare=_with_imported,
)
ALL: tuple[Kind[Any], ...] = (REGENERATE,)
