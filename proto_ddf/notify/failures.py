"""A channel that fails is an error itself, reported once for each message that it fails to send, until it takes one."""

from sqlalchemy.exc import OperationalError

from proto_ddf.errors import IntegrationError, describe
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake, subjects
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.outcomes import Outcome
from proto_ddf.notify.claiming import Claimed
from proto_ddf.notify.delivery_queue import FAILED_CODE

REPORTED_ATTEMPT = 3
"""The failed attempt after which a message that is tried again is reported."""

log = get_logger(__name__)


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


def is_over(channel: Channel) -> None:
    """The channel took a message: it does not fail any longer."""
    try:
        subjects.resolve_subject(channel.id, FAILED_CODE)
    except OperationalError as error:  # the message was sent all the same
        log.warning("the end of a failure is not recorded", reason=str(error.orig))


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
