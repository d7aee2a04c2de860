"""Channels of notifications, and what is sent by them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class ChannelRecord(SQLModel, table=True):
    __tablename__ = "notification_channel"
    id: str = Field(default_factory=new_id, primary_key=True)
    kind: str
    name: str = Field(unique=True)
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Secrets are references into the vault."""
    enabled: bool = True
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    MAY_HAVE_ARRIVED = "may_have_arrived"
    """It was sent and not confirmed, and is not sent again by itself."""
    FAILED = "failed"
    """For good: it did not arrive, and is not sent again by itself."""


class DeliveryRecord(SQLModel, table=True):
    """One notification for one channel. `proto_ddf.notify.delivery_queue` has the rules of its state."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_once", "channel_id", "incident_id", "reason", "round", unique=True),
        Index("ix_delivery_state", "state", "channel_id", "not_before"),
        Index("ix_delivery_claimed", "channel_id", "claimed_at"),
    )
    id: str = Field(primary_key=True)
    channel_id: str
    channel_name: str
    incident_id: str = ""
    reason: str
    round: str
    """Tells apart the notifications about one incident for one reason."""
    priority: str
    title: str
    text: str
    link: str = ""
    state: DeliveryState = DeliveryState.PENDING
    message_id: str = ""
    """Of the message that it is part of, and that receivers know it by; empty before the first attempt."""
    digest: bool = False
    """It waited for the channel's rate limit, and is sent with the others that did."""
    quiet: bool = False
    """Its failure is not reported."""
    doubtful: bool = False
    """An earlier attempt may have arrived."""
    left_out: int = 0
    """Of the notice that the queue was full: how many notifications it stands for."""
    attempts: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    error: str = ""
    """Why the last attempt failed, or what the receiver said besides."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    queued_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    """When it was queued, or queued again by hand."""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the last attempt began."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was sent or given up."""
