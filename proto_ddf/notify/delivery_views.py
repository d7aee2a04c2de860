"""Channels and deliveries as pages show them. Times are ISO 8601 with zone."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import DeliveryRecord, DeliveryState
from proto_ddf.notify import connected
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.delivery_queue import WAITING

OVER = (DeliveryState.FAILED, DeliveryState.MAY_HAVE_ARRIVED)

_channel, _state = col(DeliveryRecord.channel_id), col(DeliveryRecord.state)
_tried_at = col(DeliveryRecord.claimed_at)
_undelivered = (_state != DeliveryState.SENT) & (col(DeliveryRecord.reason) != "test")


class ChannelView(BaseModel):
    id: str
    kind: str
    kind_label: str
    icon: str
    name: str
    config: dict[str, str]
    """The values of its form; of its secrets only whether there is one (`KEPT`)."""
    promise: str
    enabled: bool
    from_environment: bool
    state: str
    """off; unused: nothing was sent yet; working or failing: the last attempt."""
    last_sent_at: str
    """Empty: never."""
    last_error: str
    """Of the last attempt, if it failed."""
    waiting: int
    """Deliveries that are pending or being sent."""


class DeliveryView(BaseModel):
    id: str
    title: str
    channel: str
    reason: str
    state: str
    error: str
    attempts: int
    created_at: str
    not_before: str
    """When it is sent at the earliest, if it is pending."""
    can_send_again: bool


def channel_views() -> list[ChannelView]:
    with session() as opened:
        waiting = _waiting(opened)
        return [
            _channel_view(opened, channel, waiting.get(channel.id, 0))
            for channel in connected.channels()
        ]


def undelivered(limit: int) -> list[DeliveryView]:
    """What was not sent, without tests: first what is not sent again by itself, then what waits; the newest first."""
    is_waiting = _state.in_(WAITING)
    query = (
        select(DeliveryRecord)
        .where(_undelivered)
        .order_by(is_waiting, col(DeliveryRecord.created_at).desc())
        .limit(limit)
    )
    with session() as opened:
        return [_delivery_view(record) for record in opened.exec(query).all()]


def undelivered_count() -> int:
    with session() as opened:
        return opened.exec(select(func.count()).where(_undelivered)).one()


def delivery(delivery_id: str) -> DeliveryView | None:
    with session() as opened:
        record = opened.get(DeliveryRecord, delivery_id)
    return _delivery_view(record) if record else None


def _waiting(opened: Session) -> dict[str, int]:
    counted = select(_channel, func.count()).where(_state.in_(WAITING)).group_by(_channel)
    return dict(opened.exec(counted).all())


def _channel_view(opened: Session, channel: Channel, waiting: int) -> ChannelView:
    tried = select(DeliveryRecord).where(_channel == channel.id, _tried_at.is_not(None))
    last = opened.exec(tried.order_by(_tried_at.desc()).limit(1)).first()
    sent = select(func.max(col(DeliveryRecord.ended_at))).where(
        _channel == channel.id, _state == DeliveryState.SENT
    )
    last_sent = opened.exec(sent).one()
    return ChannelView(
        id=channel.id,
        kind=channel.kind.name,
        kind_label=channel.kind.label,
        icon=channel.kind.icon,
        name=channel.name,
        config=_without_secrets(channel),
        promise=channel.kind.promise,
        enabled=channel.enabled,
        from_environment=channel.from_environment,
        state=_channel_state(channel, last),
        last_sent_at=last_sent.isoformat() if last_sent else "",
        last_error=last.error if last and last.state != DeliveryState.SENT else "",
        waiting=waiting,
    )


def _without_secrets(channel: Channel) -> dict[str, str]:
    secrets = channel.kind.secret_fields()
    config: Mapping[str, Any] = channel.config
    return {
        field.name: (connected.KEPT if config.get(field.name) else "")
        if field.name in secrets
        else str(config.get(field.name, ""))
        for field in channel.kind.form
    }


def _channel_state(channel: Channel, last: DeliveryRecord | None) -> str:
    if not channel.enabled:
        return "off"
    if last is None or last.state == DeliveryState.SENDING:
        return "unused" if last is None else "working"
    return "working" if last.state == DeliveryState.SENT else "failing"


def _delivery_view(record: DeliveryRecord) -> DeliveryView:
    shown = {"id", "title", "reason", "error", "attempts"}
    return DeliveryView(
        **record.model_dump(include=shown),
        channel=record.channel_name,
        state=record.state.value,
        created_at=record.created_at.isoformat(),
        not_before=record.not_before.isoformat() if record.state == DeliveryState.PENDING else "",
        can_send_again=record.state in OVER,
    )
