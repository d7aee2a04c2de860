"""What becomes of a message after an attempt to send it."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from proto_ddf.db.tables import DeliveryRecord, DeliveryState
from proto_ddf.db.writing import write
from proto_ddf.notify.channels.outcomes import Outcome
from proto_ddf.notify.claiming import Claimed

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(seconds=600)
LONGEST_ASKED = timedelta(hours=6)
"""A receiver that asks for a longer wait is tried then."""
GIVE_UP = timedelta(hours=24)
"""After that time without success a message is not tried again."""


def settle(claimed: Claimed, outcome: Outcome, now: datetime) -> DeliveryState:
    """Record the outcome of the attempt; returns the state of the message's deliveries."""
    first = claimed.deliveries[0]
    has_key = claimed.channel.kind.has_key
    doubtful = first.doubtful or outcome.verdict == "may_have_arrived"
    # Who tests a channel waits for the answer.
    patience = timedelta() if first.reason == "test" else GIVE_UP
    may_wait = now - first.queued_at < patience
    state = _state_after(outcome, has_key, doubtful, may_wait)
    again_at = now + _wait(outcome, first.attempts)

    def change(opened: Session) -> None:
        ids = [record.id for record in claimed.deliveries]
        for record in (opened.get(DeliveryRecord, each) for each in ids):
            if record is None or record.state is not DeliveryState.SENDING:
                continue  # its channel was removed meanwhile
            record.state, record.doubtful = state, doubtful
            if not (outcome.paused and record.error):
                record.error = outcome.reason
            if state is not DeliveryState.PENDING:
                record.ended_at = now
            elif not has_key and not doubtful:
                record.message_id = ""  # it may become part of another message
        opened.flush()
        if state is DeliveryState.PENDING:
            _pause(opened, claimed.channel.id, again_at)

    write(change)
    return state


def _state_after(outcome: Outcome, has_key: bool, doubtful: bool, may_wait: bool) -> DeliveryState:
    if outcome.verdict == "sent":
        return DeliveryState.SENT
    again = outcome.verdict == "not_taken" or (outcome.verdict == "may_have_arrived" and has_key)
    if again and may_wait:
        return DeliveryState.PENDING
    return DeliveryState.MAY_HAVE_ARRIVED if doubtful else DeliveryState.FAILED


def _wait(outcome: Outcome, attempts: int) -> timedelta:
    factor: int = 3 ** min(attempts - 1, 5)
    wait = min(FIRST_WAIT * factor, LONGEST_WAIT)
    if outcome.retry_after is None:
        return wait
    return min(max(wait, timedelta(seconds=outcome.retry_after)), LONGEST_ASKED)


def _pause(opened: Session, channel_id: str, until: datetime) -> None:
    """Nothing else is sent by the channel before: it would not be taken either."""
    waiting = update(DeliveryRecord).where(
        col(DeliveryRecord.channel_id) == channel_id,
        col(DeliveryRecord.state) == DeliveryState.PENDING,
        col(DeliveryRecord.not_before) < until,
    )
    opened.execute(waiting.values(not_before=until))
