"""What browsers submitted: kept for a while, so that what is sent again has no second effect."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, utc_now


class SubmissionRecord(SQLModel, table=True):
    __tablename__ = "submission"
    id: str = Field(primary_key=True)
    """Made by the browser: the 32 hexadecimal digits of a UUID."""
    digest: str
    """Of its content."""
    user_id: str
    received_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    """When it was first received."""
    address: str | None = None
    """The page of its effect ("" if it has none). It is written in the transaction that stores the effect; null before."""
    reply: str | None = None
    """What was answered (JSON); null while its handler runs, or when the server was killed meanwhile."""
