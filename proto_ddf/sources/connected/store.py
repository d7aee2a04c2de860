"""The sources that people connected, stored in Proto-DDF's own database."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pydantic
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord, SourceRecord, new_id, utc_now
from proto_ddf.errors.types import ValidationError
from proto_ddf.sources.connected.form_errors import config_errors
from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.diff import FoundChanges, compare_schemas
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.submissions import seal

Config = Mapping[str, Any] | pydantic.BaseModel
"""The connect form's values, or the config model that they were validated into."""

NAME_LENGTH = 80


@dataclass(frozen=True)
class SourceView:
    """A connected source, as pages and operations see it."""

    id: str
    name: str
    kind: str
    kind_label: str
    config: dict[str, Any]
    schema: SourceSchema
    created_at: str
    """ISO 8601 with time zone."""
    updated_at: str
    apps: list[str]
    """Names of the apps that use it."""
    found: FoundChanges | None
    """The last changes of its schema that a reading found."""


@dataclass(frozen=True)
class Configured:
    """A connected source without its schema, which may be large."""

    id: str
    name: str
    kind: str
    config: dict[str, Any]


def configured_sources() -> list[Configured]:
    """Every source without its schema, for those who ask often."""
    query = select(SourceRecord.id, SourceRecord.name, SourceRecord.kind, SourceRecord.config)
    with session() as db:
        found = db.exec(query).all()
    return [
        Configured(source_id, name, kind, dict(config)) for source_id, name, kind, config in found
    ]


def list_sources() -> list[SourceView]:
    """All sources, sorted by name."""
    with session() as db:
        records = db.exec(select(SourceRecord)).all()
        return [_view(db, record) for record in sorted(records, key=lambda r: _fold(r.name))]


def get_source(source_id: str) -> SourceView:
    """The source with that id. Raises ValidationError with code `source_required` if it does not exist."""
    with session() as db:
        return _view(db, _record(db, source_id))


def find_source(name: str) -> SourceView | None:
    """The source with that name, ignoring case."""
    with session() as db:
        record = _named(db, name)
        return _view(db, record) if record else None


def check_name(name: str, source_id: str | None = None) -> str:
    """The name without surrounding blanks, if source `id` (None: a new one) may have it.

    Raises:
        ValidationError: at field "name": `source_name_required`, `source_name_taken`, or `invalid_value` if it is
            longer than 80 characters.
    """
    with session() as db:
        return _checked_name(db, name, source_id)


def save_source(
    name: str,
    kind: str,
    config: Config,
    schema: SourceSchema,
    source_id: str | None = None,
    operation_id: str = "",
) -> SourceView:
    """Make a source, or change the one of that id and note the changes of its schema. Idempotent where an id
    is given: the changes that `operation_id` found first stay.

    Raises:
        ValidationError: see `check_name` and `make_source`.
    """
    checked = check_config(kind, config)
    with session() as db:
        name = _checked_name(db, name, source_id)
        record = db.get(SourceRecord, source_id) if source_id else None
        if record is None:
            record = SourceRecord(id=source_id or new_id(), name=name, kind=kind)
        else:
            _note_changes(record, schema, operation_id)
        before = record.kind, dict(record.config or {})
        record.name, record.kind, record.config = name, kind, checked.model_dump(mode="json")
        record.table_schema = schema.model_dump(mode="json")
        view = _write(db, record)
    if before != (view.kind, view.config):
        _release(*before)
    return view


def rename_source(source_id: str, name: str) -> SourceView:
    """Rename a source. Raises ValidationError: see `check_name` and `get_source`."""
    with session() as db:
        record = _record(db, source_id)
        record.name = _checked_name(db, name, source_id)
        seal(db, f"/sources/{source_id}")
        return _write(db, record)


def delete_source(source_id: str) -> None:
    """Delete a source; its files stay. A source that does not exist is ignored."""
    with session() as db:
        record = db.get(SourceRecord, source_id)
        if record is None:
            return
        before = record.kind, dict(record.config)
        db.delete(record)
        db.commit()
    _release(*before)


def open_source(known: SourceView) -> ResilientSource:
    """A connected source, ready to read. Raises ValidationError: see `make_source`."""
    return make_source(known.kind, known.config)


def check_writable(kind: str, source: ResilientSource) -> None:
    """Make sure that an app made from a source of that kind may change its rows.

    Raises:
        IntegrationError: e.g. `sqlite_read_only`, `sqlite_locked`, `source_gone`.
        CircuitOpenError: calls to its target are paused.
    """
    check = find_kind(kind).check_writable
    if check:
        source.call(check, source.inner)


def make_source(kind: str, config: Config) -> ResilientSource:
    """A source from its config; nothing is opened yet. Its calls go through the policy of its target.

    Raises:
        ValidationError: at the form field at fault: `invalid_value` (kind), `file_required`,
            `field_unknown`, `path_not_allowed`.
    """
    found, checked = find_kind(kind), check_config(kind, config)
    return ResilientSource(found.create(checked), found.target(checked))


def find_kind(kind: str) -> SourceKind:
    """The kind with that name. Raises ValidationError at field "kind"."""
    if kind not in KINDS:
        raise ValidationError(f"There is no kind of source {kind!r}.", "kind", kind)
    return KINDS[kind]


def check_config(kind: str, config: Config) -> pydantic.BaseModel:
    """The config model of the kind with the connect form's values; a config that is a model already is not validated
    again. Raises ValidationError at the first field with an error: see `connected.form_errors`."""
    found = find_kind(kind)
    if isinstance(config, pydantic.BaseModel):
        return config
    try:
        return found.config_model.model_validate(config)
    except pydantic.ValidationError as error:
        raise config_errors(found, config, error)[0] from error


def _release(kind: str, config: dict[str, Any]) -> None:
    """Close what is kept open for a config that no source has any more."""
    found = KINDS.get(kind)
    if found and found.release:
        # A source that is new, or of an earlier version, has opened nothing.
        with suppress(pydantic.ValidationError):
            found.release(found.config_model.model_validate(config))


def _note_changes(record: SourceRecord, schema: SourceSchema, operation_id: str) -> None:
    changes = compare_schemas(_schema(record), schema)
    if changes:
        found = FoundChanges(changes=changes, found_at=utc_now().isoformat(), found_by=operation_id)
        record.schema_changes = found.model_dump(mode="json")


def _schema(record: SourceRecord) -> SourceSchema:
    return SourceSchema.model_validate(record.table_schema or {"tables": []})


def _found(record: SourceRecord) -> FoundChanges | None:
    return FoundChanges.model_validate(record.schema_changes) if record.schema_changes else None


def _fold(name: str) -> str:
    return name.strip().casefold()


def _record(db: Session, source_id: str) -> SourceRecord:
    record = db.get(SourceRecord, source_id)
    if record is None:
        raise ValidationError("This source is gone.", "source", source_id, code="source_required")
    return record


def _named(db: Session, name: str) -> SourceRecord | None:
    # SQLite only ignores the case of ASCII letters, so names are compared here.
    records: Sequence[SourceRecord] = db.exec(select(SourceRecord)).all()
    return next((record for record in records if _fold(record.name) == _fold(name)), None)


def _checked_name(db: Session, name: str, source_id: str | None) -> str:
    name = name.strip()
    if not name:
        raise ValidationError("The source needs a name.", "name", name, code="source_name_required")
    if len(name) > NAME_LENGTH:
        raise ValidationError(f"The name is longer than {NAME_LENGTH} characters.", "name", name)
    taken = _named(db, name)
    if taken and taken.id != source_id:
        raise _taken(taken.name)
    return name


def _taken(name: str) -> ValidationError:
    return ValidationError(
        f"A source named {name} exists already.", "name", name, code="source_name_taken", name=name
    )


def _write(db: Session, record: SourceRecord) -> SourceView:
    record.updated_at = utc_now()
    db.add(record)
    try:
        db.commit()
    except IntegrityError as error:  # another thread took the name after the check
        db.rollback()
        raise _taken(record.name) from error
    return _view(db, record)


def _apps(db: Session, source_id: str) -> list[str]:
    """Names of the apps made from a source."""
    query = (
        select(AppRecord.name).where(col(AppRecord.source_id) == source_id).order_by(AppRecord.name)
    )
    return list(db.exec(query).all())


def _view(db: Session, record: SourceRecord) -> SourceView:
    kind = KINDS.get(record.kind)
    return SourceView(
        id=record.id,
        name=record.name,
        kind=record.kind,
        kind_label=kind.label if kind else record.kind,
        config=dict(record.config),
        schema=_schema(record),
        created_at=record.created_at.isoformat(),
        updated_at=record.updated_at.isoformat(),
        apps=_apps(db, record.id),
        found=_found(record),
    )
