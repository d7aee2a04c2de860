"""A channel that fails is an error itself, reported once for each message that it fails to send."""

from proto_ddf.errors import IntegrationError, describe
from proto_ddf.monitoring import intake
from proto_ddf.notify.channels.outcomes import Outcome
from proto_ddf.notify.claiming import Claimed
from proto_ddf.notify.delivery_queue import FAILED_CODE

REPORTED_ATTEMPT = 3
"""The failed attempt after which a message that is tried again is reported."""


def report(claimed: Claimed, outcome: Outcome, *, over: bool) -> None:
    """Report a failed attempt, unless the message is about the failure of a channel itself. `over` says that the message
    is not tried again."""
    first = claimed.deliveries[0]
    if all(record.quiet for record in claimed.deliveries):
        return
    if not over and first.attempts != REPORTED_ATTEMPT:
        return
    described = describe(
        failure(claimed.channel.id, claimed.channel.name, outcome.reason),
        f"Send notifications by {claimed.channel.name}",
    )
    operation = described["context"]["operation"]
    intake.report(described, operation, subject=claimed.channel.id)


def failure(channel_id: str, channel: str, reason: str) -> IntegrationError:
    """The error of a channel that did not take a notification."""
    return IntegrationError(
        f"{channel} did not take a notification: {reason}",
        f"notify:{channel}",
        "send",
        code=FAILED_CODE,
        channel=channel,
        channel_id=channel_id,
        reason=reason,
    )
