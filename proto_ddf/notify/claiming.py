"""What a channel sends next.

- A test at once.
- Then a message of an earlier attempt, which stays as it was.
- Then the oldest notification of high or critical priority, alone.
- Then all others whose time has come, as one message.

A channel sends at most `MOST_MESSAGES` in `RATE_PERIOD`. What comes above that waits, and is sent as one message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import uuid4

from sqlalchemy import ColumnElement, func, literal_column, update
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import DeliveryRecord, DeliveryState
from proto_ddf.db.writing import write
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.delivery_queue import URGENT
from proto_ddf.notify.message import Message, compose

MOST_MESSAGES = 10
RATE_PERIOD = timedelta(seconds=300)
MOST_INTERRUPTED = 3
"""Attempts that may be interrupted, by a crash of Proto-DDF, before a message without a key is given up."""
_REPEATED = "This may have come before: Proto-DDF does not know whether it arrived."

_channel, _state = col(DeliveryRecord.channel_id), col(DeliveryRecord.state)
_message, _due = col(DeliveryRecord.message_id), col(DeliveryRecord.not_before)
_claimed_at = col(DeliveryRecord.claimed_at)
_IN_ORDER: ColumnElement[int] = literal_column("delivery.rowid")
"""As they were queued."""
_is_test = col(DeliveryRecord.reason) == "test"


@dataclass(frozen=True)
class Claimed:
    """A message that is being sent."""

    channel: Channel
    message: Message
    deliveries: Sequence[DeliveryRecord]


def claim(channel: Channel, now: datetime) -> Claimed | None:
    """Claim the channel's next message, in one transaction; None if there is nothing to send now. Only one caller at a
    time may send by a channel: what is being sent already was interrupted."""

    def change(opened: Session) -> tuple[str, list[DeliveryRecord]]:
        records = _next(opened, channel, now)
        if not records:
            return "", []
        message_id = records[0].message_id or str(uuid4())
        for record in records:
            record.state = DeliveryState.SENDING
            record.message_id = message_id
            record.attempts += 1
            record.claimed_at = now
        opened.flush()
        return message_id, records

    message_id, records = write(change)
    if not records:
        return None
    repeated = not channel.kind.has_key and any(record.doubtful for record in records)
    message = compose(message_id, records, _REPEATED if repeated else "")
    return Claimed(channel, message, records)


def next_times(now: datetime) -> dict[str, datetime]:
    """When each channel has something to send next, by its id. Channels without anything are left out."""
    query = (
        select(_channel, _state, _is_test, func.min(_due))
        .where(_state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
        .group_by(_channel, _state, _is_test)
    )
    times: dict[str, datetime] = {}
    with session() as opened:
        for channel_id, state, is_test, due in opened.exec(query).all():
            limited = state == DeliveryState.PENDING and not is_test
            at = max(due, _free_at(opened, channel_id, now)) if limited else due
            times[channel_id] = min(at, times.get(channel_id, at))
    return times


def _next(opened: Session, channel: Channel, now: datetime) -> list[DeliveryRecord]:
    if interrupted := _interrupted(opened, channel, now):
        return interrupted
    query = select(DeliveryRecord).where(_channel == channel.id, _state == DeliveryState.PENDING)
    due = list(opened.exec(query.where(_due <= now).order_by(_IN_ORDER)).all())
    if tests := [record for record in due if record.reason == "test"]:
        return tests[:1]
    if not due:
        return []
    if _free_at(opened, channel.id, now) > now:
        _hold(opened, channel.id, now)
        return []
    if begun := [record for record in due if record.message_id]:
        return [record for record in begun if record.message_id == begun[0].message_id]
    if urgent := [record for record in due if record.priority in URGENT and not record.digest]:
        return urgent[:1]
    return due


def _interrupted(opened: Session, channel: Channel, now: datetime) -> list[DeliveryRecord]:
    """A message whose last attempt was interrupted, and that is sent again. One without a key is given up after
    several such attempts."""
    query = select(DeliveryRecord).where(_channel == channel.id, _state == DeliveryState.SENDING)
    for _, group in groupby(
        opened.exec(query.order_by(_message, _IN_ORDER)).all(), lambda r: r.message_id
    ):
        records = list(group)
        for record in records:
            record.doubtful = True
        if channel.kind.has_key or records[0].attempts < MOST_INTERRUPTED:
            return records
        for record in records:
            record.state = DeliveryState.MAY_HAVE_ARRIVED
            record.error = f"Proto-DDF was interrupted {record.attempts} times while it sent this"
            record.ended_at = now
    return []


def _free_at(opened: Session, channel_id: str, now: datetime) -> datetime:
    """When the rate limit lets the channel send; now or before if it does already."""
    last = func.max(_claimed_at).label("last")
    sent = (
        select(last)
        .where(
            _channel == channel_id,
            _claimed_at > now - RATE_PERIOD,
            _message != "",
            DeliveryRecord.reason != "test",
        )
        .group_by(_message)
        .order_by(last.desc())
        .limit(MOST_MESSAGES)
    )
    times = [at for at in opened.exec(sent).all() if at is not None]
    return times[-1] + RATE_PERIOD if len(times) == MOST_MESSAGES else now


def _hold(opened: Session, channel_id: str, now: datetime) -> None:
    """What is due and was not tried yet will be sent together."""
    waiting = update(DeliveryRecord).where(
        _channel == channel_id, _state == DeliveryState.PENDING, _due <= now, _message == ""
    )
    opened.execute(waiting.values(digest=True))
