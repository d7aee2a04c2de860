"""The records of apps, and the view of them for pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.reading import read_each
from proto_ddf.db.tables import AppRecord, AppState, utc_now
from proto_ddf.db.writing import write
from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting.app_access import needs_sign_in
from proto_ddf.hosting.app_address import address, listening_host
from proto_ddf.hosting.health import usage
from proto_ddf.monitoring import own_errors
from proto_ddf.sources.schema.diff import ChangeLine, SchemaChanges
from proto_ddf.sources.schema.model import SourceSchema


class AppView(BaseModel):
    """A generated app as pages show it. Times are ISO 8601, UTC."""

    slug: str
    name: str
    description: str
    source_id: str | None
    state: AppState
    address: str
    """Its URL; empty before it has ports."""
    listens_on: str
    """The address on which it listens."""
    frontend_port: int | None
    backend_port: int | None
    pid: int | None
    memory_bytes: int
    cpu_percent: float
    uptime_seconds: float
    health: dict[str, Any]
    """{"process": bool, "port": bool, "http": bool, "checked_at": ISO time}"""
    crashes: int
    last_error: str
    next_restart_at: str | None
    operation_id: str | None
    created_at: str
    allow_editing: bool
    imported: bool = False
    """Its rows were copied from the source."""
    sign_in: bool = False
    """Only people who have signed in to Proto-DDF may open it."""
    entry: str = ""
    """Where to open it: its URL, or the route that leads there with a ticket."""
    source_drift: str = ""
    """What changed in its source since it was generated: "1 column added"; empty if nothing did."""
    source_changes: list[ChangeLine] = []


def add(
    spec: AppSpec,
    source_id: str | None,
    operation_id: str | None,
    made_from: SourceSchema | None = None,
) -> None:
    """Record a new app, generated from a source with the schema `made_from`. If the same operation recorded it before,
    the record is updated.

    Raises:
        ValidationError: field name, code project_name_taken, if another operation recorded an app of that slug.
    """
    record = AppRecord(
        slug=spec.slug,
        name=spec.name,
        description=spec.description,
        source_id=source_id,
        spec=spec.model_dump(mode="json"),
        source_schema=made_from.model_dump(mode="json") if made_from else {},
        operation_id=operation_id,
    )
    with session() as db:
        db.add(record)
        try:
            db.commit()
            return
        except IntegrityError as error:
            db.rollback()
            known = db.get(AppRecord, spec.slug)
            if known is None or operation_id is None or known.operation_id != operation_id:
                raise _name_taken(spec, known) from error
    written = {"name", "description", "source_id", "spec", "source_schema"}
    change(spec.slug, **record.model_dump(include=written))


def check_name_is_free(spec: AppSpec) -> None:
    """Raises ValidationError, field name, code project_name_taken, if there is an app of that slug."""
    known = find_record(spec.slug)
    if known is not None:
        raise _name_taken(spec, known)


def _name_taken(spec: AppSpec, known: AppRecord | None) -> ValidationError:
    return ValidationError(
        f"There is already an app {spec.name}",
        field="name",
        value=spec.name,
        code="project_name_taken",
        taken_by=known.name if known else spec.name,
        slug=spec.slug,
    )


def read(slug: str) -> AppRecord:
    """The record of an app.

    Raises:
        ValidationError: field slug, code app_unknown, if there is no such app.
    """
    with session() as db:
        record = db.get(AppRecord, slug)
    if record is None:
        raise ValidationError(
            f"There is no app {slug}", field="slug", value=slug, code="app_unknown"
        )
    return record


def plan_of(record: AppRecord) -> AppSpec:
    """The plan that an app is made from. The record is the one place that says it."""
    return AppSpec.model_validate(record.spec)


def find_record(slug: str) -> AppRecord | None:
    with session() as db:
        return db.get(AppRecord, slug)


def all_records() -> Sequence[AppRecord]:
    """All apps, newest first. One whose record cannot be read is left out and reported."""
    query = select(AppRecord).order_by(col(AppRecord.created_at).desc())
    found, failures = read_each(query, col(AppRecord.slug))
    for slug, error in failures.items():
        unreadable = errors.SystemError(
            f"The record of the app {slug} cannot be read: {error}",
            component="hosting",
            code="record_unreadable",
            record=f"app {slug}",
            reason=str(error),
        )
        own_errors.report(unreadable, "hosting", f"Read the app {slug}", subject=slug)
    return found


def change(slug: str, **values: Any) -> None:
    """Write columns of an app's record. A deleted record is not written again."""

    def set_values(db: Session) -> None:
        record = db.get(AppRecord, slug)
        if record is not None:
            for name, value in values.items():
                setattr(record, name, value)

    write(set_values)


def record_health(
    record: AppRecord, state: AppState, *, process: bool, port: bool, http: bool
) -> None:
    """Record the result of a health check of an app."""
    health = {"process": process, "port": port, "http": http}
    health["checked_at"] = utc_now().isoformat()  # type: ignore[assignment]
    values = {"last_error": ""} if http and record.last_error else {}
    change(record.slug, state=state, health=health, **values)


def delete(slug: str) -> None:
    def remove(db: Session) -> None:
        record = db.get(AppRecord, slug)
        if record is not None:
            db.delete(record)

    write(remove)


def view(record: AppRecord) -> AppView:
    changes = SchemaChanges.model_validate(record.source_changes)
    used = usage(record.pid, record.pid_create_time)
    port = record.frontend_port
    opened_at = address(record.slug, port) if port else ""
    sign_in = needs_sign_in(record.slug)
    return AppView(
        slug=record.slug,
        name=record.name,
        description=record.description,
        source_id=record.source_id,
        state=record.state,
        address=opened_at,
        listens_on=listening_host(record.slug),
        frontend_port=port,
        backend_port=record.backend_port,
        pid=record.pid if used else None,
        memory_bytes=used.memory_bytes if used else 0,
        cpu_percent=used.cpu_percent if used else 0.0,
        uptime_seconds=used.uptime_seconds if used else 0.0,
        health=record.health,
        crashes=record.crashes,
        last_error=record.last_error,
        next_restart_at=_iso(record.next_restart_at),
        operation_id=record.operation_id,
        created_at=record.created_at.isoformat(),
        allow_editing=bool(record.spec.get("allow_editing")),
        imported=bool(record.spec.get("imported")),
        sign_in=sign_in,
        entry=f"/apps/{record.slug}/enter" if sign_in else opened_at,
        source_drift=changes.summary(),
        source_changes=changes.lines(),
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
