"""Operations on data sources: test, connect, refresh, delete."""

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from proto_ddf.errors.types import ValidationError
from proto_ddf.hosting.source_drift import clear_source_drift, update_source_drift
from proto_ddf.operations.model import JSON, Kind, Step, StepContext
from proto_ddf.operations.retention.references import discard_secrets
from proto_ddf.sources.connected import secrets, store
from proto_ddf.sources.connected.references import files_of, references_of
from proto_ddf.sources.files.key_suggestions import suggest_relations
from proto_ddf.sources.files.uploads import release_files
from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.size_texts import count_text


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TestSourceInput(_Input):
    """A connection as the form has it, not saved."""

    __test__ = False

    kind: str
    config: dict[str, Any]


class ConnectSourceInput(_Input):
    name: str
    kind: str
    config: dict[str, Any]
    source_id: str | None = None
    """The source that is changed; None makes a new one."""


class RefreshSourceInput(_Input):
    source_id: str


class TypeColumnInput(_Input):
    source_id: str
    table: str
    column: str
    type: ChosenType | None
    """None: as it is found in the file again."""
    empty: list[str] = []
    """Texts of the column that mean no value, whatever was said of it before."""


class DeleteSourceInput(_Input):
    source_id: str


def read_schema(kind: str, source: ResilientSource) -> SourceSchema:
    """The schema of a source; for imported kinds with keys and relations suggested from the data."""
    schema = source.read_schema()
    return schema if KINDS[kind].live else source.call(suggest_relations, source.inner, schema)


def _stage_steps(kind: str, config: dict[str, Any]) -> list[Step]:
    secrets.check(kind, config)
    return [_stage_step(stage) for stage in store.make_source(kind, config).stages()]


def _stage_step(stage: Stage) -> Step:
    def run(context: StepContext) -> JSON:
        finding = stage.run()
        context.report(finding)
        return {"finding": finding}

    return Step(stage.name, stage.title, run)


def _test_steps(given: TestSourceInput) -> Sequence[Step]:
    return _stage_steps(given.kind, given.config)


def _connect_steps(given: ConnectSourceInput) -> Sequence[Step]:
    config = given.config
    if given.source_id and KINDS[given.kind].typed:
        # The form does not show what was chosen for its columns: it stays.
        known = store.get_source(given.source_id).config
        config = {name: known.get(name, {}) for name in ("types", "empty")} | config
    return _steps_to_save(given.name, given.kind, config, given.source_id, "Save the source")


def _refresh_steps(given: RefreshSourceInput) -> Sequence[Step]:
    known = store.get_source(given.source_id)
    return _steps_to_save(None, known.kind, known.config, known.id, "Save what was read")


def _check_column(source: store.SourceView, table: str, column: str) -> None:
    try:
        source.schema.table(table).column(column)
    except KeyError:
        raise ValidationError(
            f"{source.name} has no column {table}.{column}.",
            "column",
            column,
            code="field_unknown",
            name=column,
        ) from None


def _type_steps(given: TypeColumnInput) -> Sequence[Step]:
    known = store.get_source(given.source_id)
    if not KINDS[known.kind].typed:
        raise ValidationError(
            f"{known.name} says the types of its columns itself.", "type", str(given.type)
        )
    _check_column(known, given.table, given.column)
    types = _changed(known.config.get("types", {}), given, given.type and given.type.value)
    empty = _changed(known.config.get("empty", {}), given, given.empty)
    config = {**known.config, "types": types, "empty": empty}
    return _steps_to_save(None, known.kind, config, known.id, "Save the type")


def _changed(held: dict[str, Any], given: TypeColumnInput, choice: Any) -> dict[str, Any]:
    """What is kept by table and column, with another choice for one column; none takes it away."""
    tables = {table: dict(columns) for table, columns in held.items()}
    columns = tables.setdefault(given.table, {})
    columns.pop(given.column, None)
    if choice:
        columns[given.column] = choice
    return {table: each for table, each in tables.items() if each}


def _steps_to_save(
    name: str | None, kind: str, config: dict[str, Any], source_id: str | None, title: str
) -> Sequence[Step]:
    """Test the connection, read the schema and save it, under the name it has if `name` is None.

    A new source (`source_id` None) gets the operation's id: the last step may run twice and must make one.
    One that was deleted meanwhile stays deleted.
    """

    def save(context: StepContext) -> JSON:
        source = store.make_source(kind, config)
        schema = read_schema(kind, source)
        known = store.get_source(source_id) if source_id else None
        called = (known.name if known else "") if name is None else name
        secrets.check(kind, config)
        operation_id = context.operation_id
        saved_id = source_id or operation_id
        saved = store.save_source(called, kind, config, schema, saved_id, operation_id)
        update_source_drift(saved_id, schema)
        if known:  # what it named before may serve no one now
            discard_secrets(secrets.named_in(known.kind, known.config).values())
        news = _found_by(saved, operation_id)
        tables = count_text(len(schema.tables), "table")
        context.report(f"{tables}: {news or 'nothing has changed'}" if known else tables)
        return {"source_id": saved_id, "news": news}

    return [*_stage_steps(kind, config), Step("save", title, save)]


def _found_by(source: store.SourceView, operation_id: str) -> str:
    """What the operation found changed, be it in an earlier run; empty for nothing."""
    found = source.found
    return found.changes.summary() if found and found.found_by == operation_id else ""


def _delete_steps(given: DeleteSourceInput) -> Sequence[Step]:
    """First its files are noted: once the source is gone nobody knows them."""

    def find(context: StepContext) -> JSON:
        known = store.get_source(given.source_id)
        _check_not_worked_on(known)
        return list[JSON](files_of(known.kind, known.config))

    def remove(context: StepContext) -> JSON:
        _discard_secrets(given.source_id)
        store.delete_source(given.source_id)
        clear_source_drift(given.source_id)
        kept = [path for each in store.list_sources() for path in files_of(each.kind, each.config)]
        release_files(cast(list[str], context.outputs["find"]), kept)
        return {}

    return [Step("find", "Find its files", find), Step("remove", "Remove the source", remove)]


def _discard_secrets(source_id: str) -> None:
    """Those of a source that is about to be deleted: once it is gone nobody knows them."""
    for source in store.configured_sources():
        if source.id == source_id:
            discard_secrets(secrets.named_in(source.kind, source.config).values(), source_id)


def _check_not_worked_on(source: store.SourceView) -> None:
    """An app made from a live source has no data but the source's; imported data are the app's own."""
    if KINDS[source.kind].live and source.apps:
        apps = ", ".join(source.apps)
        raise ValidationError(
            f"{source.name} holds the data that {apps} works on.",
            field="source",
            value=source.name,
            code="source_in_use",
            name=source.name,
            apps=apps,
        )


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name="test_source",
        title=lambda given: f"Test {KINDS[given.kind].label}",
        input_model=TestSourceInput,
        references=lambda given: references_of(given.kind, given.config),
        steps=_test_steps,
    ),
    Kind(
        name="connect_source",
        title=lambda given: f"{'Change' if given.source_id else 'Connect'} {given.name}",
        input_model=ConnectSourceInput,
        references=lambda given: references_of(given.kind, given.config),
        steps=_connect_steps,
        subject=lambda given: given.name,
    ),
    Kind(
        name="refresh_source",
        title=lambda given: f"Refresh {store.get_source(given.source_id).name}",
        input_model=RefreshSourceInput,
        steps=_refresh_steps,
        subject=lambda given: given.source_id,
    ),
    Kind(
        name="type_column",
        title=lambda given: f"Change the type of {given.column} in {given.table}",
        input_model=TypeColumnInput,
        steps=_type_steps,
        subject=lambda given: given.source_id,
    ),
    Kind(
        name="delete_source",
        title=lambda given: f"Delete {store.get_source(given.source_id).name}",
        input_model=DeleteSourceInput,
        steps=_delete_steps,
        subject=lambda given: given.source_id,
    ),
)
