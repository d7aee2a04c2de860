"""Sends what is queued for a channel, one message after the other."""

from collections.abc import Callable
from datetime import datetime

from proto_ddf import change_events
from proto_ddf.db.tables import DeliveryState, utc_now
from proto_ddf.logs import get_logger
from proto_ddf.notify import connected, failures
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.kind import Limits
from proto_ddf.notify.channels.outcomes import Outcome, not_begun, outcome_of
from proto_ddf.notify.claiming import Claimed, claim
from proto_ddf.notify.delivery_queue import give_up
from proto_ddf.notify.settling import settle
from proto_ddf.notify.topic import TOPIC
from proto_ddf.resilience import Policy, policy

SYSTEM = "notify"

log = get_logger(__name__)


def send_next(channel_id: str, clock: Callable[[], datetime] = utc_now) -> bool:
    """Send the channel's next message; whether there was one. To be called by one thread at a time for each channel."""
    channel = connected.find(channel_id)
    if channel is None:
        give_up(channel_id, "The channel was removed.", clock())
        return False
    claimed = claim(channel, clock()) if channel.enabled else None
    if claimed is None:
        return False
    outcome = _attempt(claimed)
    state = settle(claimed, outcome, clock())
    if outcome.verdict == "sent":
        failures.is_over(channel)
    else:
        log.warning(
            "notification not sent",
            channel=channel.name,
            state=state.value,
            reason=outcome.reason,
            attempt=claimed.deliveries[0].attempts,
        )
        failures.report(claimed, outcome, over=state is not DeliveryState.PENDING)
    change_events.publish(TOPIC)
    return True


def limits_of(channel: Channel) -> Limits:
    config = _policy(channel).config
    return Limits(config.connect_timeout, config.read_timeout)


def close_circuit(channel: Channel) -> None:
    """Admit calls again, for a person who asks for one."""
    _policy(channel).reset()


def _attempt(claimed: Claimed) -> Outcome:
    channel = claimed.channel
    try:
        values = channel.values()
    except Exception as error:
        return not_begun(error)
    guarded = _policy(channel)
    if not channel.kind.has_key:
        guarded = guarded.without_retries()
    try:
        said = guarded.call_sync(channel.kind.send, values, claimed.message, limits_of(channel))
    except Exception as error:
        return outcome_of(error)
    return Outcome("sent", said)


def _policy(channel: Channel) -> Policy:
    return policy(SYSTEM, channel.name)
