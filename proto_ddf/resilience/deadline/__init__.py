"""Deadlines: one time limit for a call with all its attempts, and timeouts for single attempts.

Import the names below; `task_timeouts` is internal.
"""

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
