"""Submissions: what a browser sends with an id of its own, so that it has its effect once, however often it is sent.

Code that stores the effect of a submission calls `seal` in the same transaction; what a handler does besides calls nothing.
`current_submission` is the one in whose handler the code runs, if any. docs/outbox.md says what is promised.
"""

from proto_ddf.submissions.current import (
    Submission,
    current_submission,
    enter,
    in_doubt,
    outside,
    put_off,
    refuse,
)
from proto_ddf.submissions.records import (
    Taken,
    prune,
    seal,
    seal_now,
    sealed_address,
    settle,
    take_in,
    unseal,
)

__all__ = [
    "Submission",
    "Taken",
    "current_submission",
    "enter",
    "in_doubt",
    "outside",
    "prune",
    "put_off",
    "refuse",
    "seal",
    "seal_now",
    "sealed_address",
    "settle",
    "take_in",
    "unseal",
]
