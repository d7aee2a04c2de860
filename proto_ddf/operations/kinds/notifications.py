"""The operation that tests a channel of notifications."""

import time
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf import errors
from proto_ddf.db.tables import utc_now
from proto_ddf.notify import Notification, connected, delivery_queue
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.delivery_views import DeliveryView, delivery
from proto_ddf.notify.failures import failure
from proto_ddf.notify.sending import close_circuit, limits_of
from proto_ddf.operations.model import JSON, Kind, Step, StepContext
from proto_ddf.settings import get_settings

LONGEST_SECONDS = 120.0
_BETWEEN_LOOKS = 0.1


class TestChannelInput(BaseModel):
    __test__ = False

    model_config = ConfigDict(extra="forbid")

    channel_id: str
    name: str = ""
    """Of the channel; filled in when the operation is started."""


def _named(given: TestChannelInput) -> TestChannelInput:
    return given.model_copy(update={"name": _channel(given.channel_id).name})


def _channel(channel_id: str) -> Channel:
    channel = connected.find(channel_id)
    if channel is None:
        raise connected.unknown_channel(channel_id)
    return channel


def _check(context: StepContext[TestChannelInput]) -> JSON:
    channel = _channel(context.input.channel_id)
    if not get_settings().enable_notifications:
        raise _off("notifications are switched off (ENABLE_NOTIFICATIONS)")
    if not channel.enabled:
        raise _off("it is switched off")
    connected.check(channel, limits_of(channel))
    close_circuit(channel)  # what failed before may have been corrected
    context.report("They can be used")
    return {}


def _off(reason: str) -> errors.SystemError:
    return errors.SystemError(f"The channel cannot be tested: {reason}.", "notify")


def _send(context: StepContext[TestChannelInput]) -> JSON:
    """Queue the message once for this operation, and wait for what becomes of it."""
    channel = _channel(context.input.channel_id)
    notification = Notification(
        reason="test",
        title="Test of Proto-DDF",
        text=f"If you can read this, notifications arrive by the channel “{channel.name}”.",
        link="/settings/notifications",
        key=context.operation_id,
    )
    delivery_id = delivery_queue.add_test(notification, channel, utc_now())
    found = _ended(context, delivery_id)
    if found.state != "sent":
        reason = found.error or "the channel gave no answer in time"
        raise failure(channel.id, channel.name, reason)
    context.report(f"{channel.kind.label} took the message")
    return {"said": found.error}


def _ended(context: StepContext[Any], delivery_id: str) -> DeliveryView:
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        context.check_stop()
        found = delivery(delivery_id)
        if found is None:
            raise _off("its message was removed")
        if found.state not in ("pending", "sending") or time.monotonic() > until:
            return found
        time.sleep(_BETWEEN_LOOKS)


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name="test_channel",
        title=lambda given: f"Test {given.name}",
        input_model=TestChannelInput,
        steps=(
            Step("settings", "Check its settings", _check),
            Step("send", "Send a message", _send),
        ),
        subject=lambda given: given.channel_id,
        prepare=_named,
    ),
)
