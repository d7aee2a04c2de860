"""The records of submissions: that one was received, that its effect is stored, and what was answered."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from proto_ddf.db.engine import session
from proto_ddf.db.tables import SubmissionRecord
from proto_ddf.db.writing import write
from proto_ddf.submissions.current import current_submission


@dataclass(frozen=True)
class Taken:
    """What is known of a submission when it is received."""

    is_same: bool
    """It has the content and the user with which its id was first received."""
    reply: dict[str, Any] | None
    """What was answered before."""
    sealed: str | None
    """The page of its effect ("" if it has none), if that is stored; then its handler must not run again."""


def take_in(submission_id: str, digest: str, user_id: str) -> Taken:
    """Record that a submission was received, before its handler runs."""

    def change(opened: Session) -> Taken:
        record = opened.get(SubmissionRecord, submission_id)
        if record is None:
            opened.add(SubmissionRecord(id=submission_id, digest=digest, user_id=user_id))
            return Taken(is_same=True, reply=None, sealed=None)
        return Taken(
            is_same=(record.digest, record.user_id) == (digest, user_id),
            reply=json.loads(record.reply) if record.reply else None,
            sealed=record.address,
        )

    return write(change)


def seal(opened: Session, address: str = "") -> None:
    """Record, in the transaction that stores the effect of the current submission, if any, that it has its effect.
    `address` is the page that shows it."""
    submission = current_submission()
    record = opened.get(SubmissionRecord, submission.id) if submission else None
    if record is not None:
        record.address = address


def seal_now(address: str = "") -> None:
    """The same for an effect that is not in the database, or may be repeated: call it after the effect."""
    if current_submission() is not None:
        write(lambda opened: seal(opened, address))


def unseal(opened: Session) -> None:
    """The effect of the current submission, if any, is taken back in this transaction."""
    submission = current_submission()
    record = opened.get(SubmissionRecord, submission.id) if submission else None
    if record is not None:
        record.address = None


def sealed_address(submission_id: str) -> str | None:
    """The page of the effect ("" if it has none); None if no effect is stored."""
    with session() as opened:
        record = opened.get(SubmissionRecord, submission_id)
        return record.address if record else None


def settle(submission_id: str, reply: dict[str, Any]) -> None:
    """Keep the reply, which every later request with this id gets."""

    def change(opened: Session) -> None:
        record = opened.get(SubmissionRecord, submission_id)
        if record is not None:
            record.reply = json.dumps(reply)

    write(change)


def prune(before: datetime) -> int:
    """Forget the submissions received before that time; returns how many."""
    old = delete(SubmissionRecord).where(col(SubmissionRecord.received_at) < before)
    return write(lambda opened: int(opened.connection().execute(old).rowcount))
