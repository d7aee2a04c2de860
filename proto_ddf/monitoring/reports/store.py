"""The files of reports and their records. At most 100 are kept."""

import contextlib
import os
import secrets
import time
from pathlib import Path

from pydantic import BaseModel
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import ReportRecord
from proto_ddf.db.writing import write
from proto_ddf.settings import get_settings
from proto_ddf.submissions import seal

TOPIC = "reports"
"""The topic of `change_events` that is published when a report was made or deleted."""
MOST_REPORTS = 100
_LEFT_OVER_SECONDS = 3600.0
"""A file without a record is deleted once it is so old: the record follows the file at once."""


class ReportView(BaseModel):
    """One report as pages list it."""

    id: str
    type: str
    format: str
    title: str
    time_range: str
    created_at: str
    """ISO 8601 with zone."""
    size: int
    """Bytes."""
    is_scheduled: bool


def save(record: ReportRecord, file: bytes) -> ReportView:
    """Store a report, in place of one of the same id, and delete the oldest of more than 100.

    Raises:
        OSError: the file cannot be written.
    """
    path = _path(record)
    # A name of its own, because a scheduled report may be made by two operations at once.
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        partial.write_bytes(file)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise

    def change(opened: Session) -> list[ReportRecord]:
        opened.merge(record)
        opened.flush()
        oldest = select(ReportRecord).order_by(
            col(ReportRecord.created_at).desc(), col(ReportRecord.id)
        )
        surplus = list(opened.exec(oldest.offset(MOST_REPORTS)).all())
        for each in surplus:
            opened.delete(each)
        return surplus

    for each in write(change):
        _path(each).unlink(missing_ok=True)
    _remove_left_over()
    change_events.publish(TOPIC)
    return _view(record)


def recent() -> list[ReportView]:
    """All reports, the newest first."""
    with session() as opened:
        query = select(ReportRecord).order_by(
            col(ReportRecord.created_at).desc(), col(ReportRecord.id)
        )
        return [_view(each) for each in opened.exec(query).all()]


def find(report_id: str) -> tuple[ReportView, Path] | None:
    """A report and its file; None if there is no report of that id."""
    with session() as opened:
        record = opened.get(ReportRecord, report_id)
    return (_view(record), _path(record)) if record else None


def delete(report_id: str) -> None:
    """Delete a report and its file. Without one nothing happens."""

    def change(opened: Session) -> Path | None:
        record = opened.get(ReportRecord, report_id)
        seal(opened, "/errors/reports")
        if record is None:
            return None
        opened.delete(record)
        return _path(record)

    if path := write(change):
        path.unlink(missing_ok=True)
    change_events.publish(TOPIC)


def _view(record: ReportRecord) -> ReportView:
    return ReportView(**record.model_dump(mode="json"))


def _path(record: ReportRecord) -> Path:
    return get_settings().reports_folder / f"{record.id}.{record.format}"


def _remove_left_over() -> None:
    """Delete the files that a killed process left without a record."""
    with session() as opened:
        known = {_path(record) for record in opened.exec(select(ReportRecord)).all()}
    for path in set(get_settings().reports_folder.iterdir()) - known:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFT_OVER_SECONDS:
                path.unlink()
