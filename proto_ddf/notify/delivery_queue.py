"""The durable queue of deliveries, one for each notification and channel.

A delivery is pending, then sending (claimed in one transaction before the attempt), then sent, failed for good, or "may
have arrived". What was not taken is pending again, for `GIVE_UP`. This module adds to the queue; `claiming` says what is
sent next, and `settling` what becomes of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    DeliveryRecord,
    DeliveryState,
    ErrorRecord,
    IncidentRecord,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.notification import Notification
from proto_ddf.notify.topic import PAGE, TOPIC
from proto_ddf.submissions import seal

BATCH_PERIOD = timedelta(seconds=60)
"""Notifications of low and normal priority wait for others at most that long."""
MOST_PENDING = 1000
"""Pending deliveries of one channel. Further notifications are counted in one more, which tells their number."""
URGENT = ("high", "critical")
FAILED_CODE = "notification_failed"
"""The code of errors about a channel."""
LEFT_OUT = "left out"
"""How the round of the notice begins that stands for what the full queue did not take."""
_LAST_ERRORS = 50

_channel, _state = col(DeliveryRecord.channel_id), col(DeliveryRecord.state)
WAITING = (DeliveryState.PENDING, DeliveryState.SENDING)


def add(notification: Notification, channels: Sequence[Channel], now: datetime) -> list[str]:
    """Queue a notification for these channels; returns the ids of the new deliveries. An equal one is not queued again,
    and one about the failure of a channel not for that channel."""

    def change(opened: Session) -> list[str]:
        about = opened.get(IncidentRecord, notification.incident_id or "")
        failed = _failed_channels(opened, about)
        targets = [channel for channel in channels if channel.id not in failed]
        made = (_add(opened, notification, each, about, now) for each in targets)
        return [delivery_id for delivery_id in made if delivery_id]

    ids = write(change)
    change_events.publish(TOPIC)
    return ids


def add_test(notification: Notification, channel: Channel, now: datetime) -> str:
    """Queue the message of a test; returns its id. If it was queued already and did not arrive, it is sent again."""
    for delivery_id in add(notification, [channel], now):
        return delivery_id
    with session() as opened:
        key = (_channel == channel.id, DeliveryRecord.round == notification.key)
        known = opened.exec(
            select(DeliveryRecord.id).where(*key, DeliveryRecord.reason == "test")
        ).one()
    send_again(known, now)
    return known


def send_again(delivery_id: str, now: datetime | None = None) -> bool:
    """Queue again, by hand, what failed or may have arrived, with all that its message was made of. Whether there was
    something to send."""
    moment = now or utc_now()

    def change(opened: Session) -> bool:
        record = opened.get(DeliveryRecord, delivery_id)
        over = (DeliveryState.FAILED, DeliveryState.MAY_HAVE_ARRIVED)
        if record is None or record.state not in over:
            return False
        group = col(DeliveryRecord.id) == delivery_id
        if record.message_id:
            group = (col(DeliveryRecord.message_id) == record.message_id) & (
                _channel == record.channel_id
            )
        queued = update(DeliveryRecord).where(group, _state.in_(over))
        opened.execute(
            queued.values(
                state=DeliveryState.PENDING,
                attempts=0,
                not_before=moment,
                queued_at=moment,
                ended_at=None,
                error="",
            )
        )
        seal(opened, PAGE)
        return True

    found = write(change)
    change_events.publish(TOPIC)
    return found


def give_up(channel_id: str, reason: str, now: datetime) -> None:
    """End what waits for a channel that was removed."""
    waiting = update(DeliveryRecord).where(_channel == channel_id, _state.in_(WAITING))

    def change(opened: Session) -> None:
        for doubtful, state in (
            (True, DeliveryState.MAY_HAVE_ARRIVED),
            (False, DeliveryState.FAILED),
        ):
            of = waiting.where(col(DeliveryRecord.doubtful) == doubtful)
            opened.execute(of.values(state=state, error=reason, ended_at=now))

    write(change)
    change_events.publish(TOPIC)


def prune(before: datetime) -> int:
    """Delete what ended before that time; returns how many."""
    over = col(DeliveryRecord.ended_at) < before
    deleted = delete(DeliveryRecord).where(over, _state.not_in(WAITING))
    return write(lambda opened: int(opened.execute(deleted).rowcount))  # type: ignore[attr-defined]


def _failed_channels(opened: Session, about: IncidentRecord | None) -> set[str]:
    """The channels that the incident is about."""
    if about is None or about.code != FAILED_CODE:
        return set()
    newest = (
        select(ErrorRecord.subject)
        .where(ErrorRecord.incident_id == about.id)
        .order_by(col(ErrorRecord.at).desc())
        .limit(_LAST_ERRORS)
    )
    return set(filter(None, opened.exec(newest).all()))


def _add(
    opened: Session,
    notification: Notification,
    channel: Channel,
    about: IncidentRecord | None,
    now: datetime,
) -> str | None:
    record = DeliveryRecord(
        id=str(uuid4()),
        channel_id=channel.id,
        channel_name=channel.name,
        incident_id=notification.incident_id or "",
        reason=notification.reason,
        round="",
        priority=notification.priority,
        title=notification.title,
        text=notification.text,
        link=notification.link,
        quiet=notification.reason == "test" or (about is not None and about.code == FAILED_CODE),
        not_before=now,
        created_at=now,
        queued_at=now,
    )
    record.round = notification.key or _round(about, record)
    same = select(DeliveryRecord.id).where(
        _channel == channel.id,
        DeliveryRecord.incident_id == record.incident_id,
        DeliveryRecord.reason == record.reason,
        DeliveryRecord.round == record.round,
    )
    if opened.exec(same).first():
        return None
    pending = select(func.count()).where(_channel == channel.id, _state.in_(WAITING))
    if opened.exec(pending).one() >= MOST_PENDING and record.reason != "test":
        _count_left_out(opened, record)
        return None
    if record.priority not in URGENT and record.reason != "test":
        record.not_before = _end_of_batch(opened, channel.id, now)
    opened.add(record)
    opened.flush()
    return record.id


def _round(about: IncidentRecord | None, record: DeliveryRecord) -> str:
    if about is not None and about.regressed_at is not None:
        return about.regressed_at.isoformat()
    return "" if record.incident_id else record.id


def _end_of_batch(opened: Session, channel_id: str, now: datetime) -> datetime:
    """When the batch is sent that a delivery belongs to: that of those that wait already, or a new one."""
    open_batch = select(func.min(DeliveryRecord.not_before)).where(
        _channel == channel_id,
        _state == DeliveryState.PENDING,
        DeliveryRecord.message_id == "",
        col(DeliveryRecord.priority).not_in(URGENT),
        col(DeliveryRecord.not_before) > now,
    )
    end = opened.exec(open_batch).one()
    return min(end, now + BATCH_PERIOD) if end else now + BATCH_PERIOD


def _count_left_out(opened: Session, refused: DeliveryRecord) -> None:
    """Count a notification in the channel's notice that the queue was full."""
    open_notice = select(DeliveryRecord).where(
        _channel == refused.channel_id,
        _state == DeliveryState.PENDING,
        DeliveryRecord.message_id == "",
        col(DeliveryRecord.left_out) > 0,
    )
    notice = opened.exec(open_notice).first()
    if notice is None:
        notice = DeliveryRecord(
            **refused.model_dump(include={"id", "channel_id", "channel_name", "not_before"}),
            reason="digest",
            round=f"{LEFT_OUT} {refused.id}",
            priority="normal",
            title="",
            text="The channel takes them more slowly than they come. The list of errors has what they were about.",
            link="/errors",
            created_at=refused.created_at,
            queued_at=refused.queued_at,
        )
    notice.left_out += 1
    notice.title = (
        f"{notice.left_out} notifications were left out: {MOST_PENDING} were waiting already"
    )
    opened.add(notice)
    opened.flush()
