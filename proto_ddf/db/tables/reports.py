"""Reports on errors, whose files are in the home folder, and which of the scheduled ones were started."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime


class ReportRecord(SQLModel, table=True):
    __tablename__ = "report"
    id: str = Field(primary_key=True)
    """Of the operation that made it, or that of a scheduled one: daily-2026-11-29."""
    type: str
    """summary, incident or app."""
    format: str
    """html or json: also the suffix of its file."""
    title: str
    time_range: str
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    size: int
    """Bytes."""
    is_scheduled: bool


class ReportScheduleRecord(SQLModel, table=True):
    """The schedule that is set. Without a row there is none."""

    __tablename__ = "report_schedule"
    schedule: str = Field(primary_key=True)
    """daily or weekly."""
    last_due: datetime = Field(sa_type=UtcDateTime)
    """When the last report was due that was started; the schedule began then if there was none."""
