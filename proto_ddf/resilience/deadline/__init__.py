"""One end for all that a call does."""

from proto_ddf.resilience.deadline.deadline import (
    AttemptTimeoutError,
    Deadline,
    DeadlineExceededError,
    NoTimeLeftError,
    attempt_timeout,
    current_deadline,
    deadline_after,
    time_left,
)

__all__ = [
    "AttemptTimeoutError",
    "Deadline",
    "DeadlineExceededError",
    "NoTimeLeftError",
    "attempt_timeout",
    "current_deadline",
    "deadline_after",
    "time_left",
]
