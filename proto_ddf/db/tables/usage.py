"""What people do with the pages, without who did it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, utc_now


class UsageEventRecord(SQLModel, table=True):
    __tablename__ = "usage_event"
    id: str = Field(primary_key=True)
    """Made by the browser, so that an event that is sent twice is stored once."""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    """When it was received."""
    page: str
    """The address of the page without ids: "/sources/:id"."""
    category: str
    action: str
    label: str
    value: float | None = None
    """Of a view, an action and a failed request: how many milliseconds it took."""
