"""Waits, such as the time until a refused call may be tried again."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from proto_ddf.errors.next_attempt import seconds_until

_TOLERANCE_SECONDS = 1.0
"""Two ends of a wait that differ by less are the same wait, computed at different times."""


class Wait(BaseModel):
    """A wait, for `countdown`. The browser counts down by itself, so that the value is sent only once."""

    until: str = ""
    """ISO 8601 with zone; empty if there is no wait."""
    seconds: float = 0.0
    """The remaining time when it was first shown."""


def wait_of(seconds: float, before: Wait | None = None) -> Wait:
    """A wait of that many seconds from now; `before` itself if it ends at the same time."""
    if seconds <= 0:
        return Wait()
    if before and abs(seconds_until(before.until) - seconds) < _TOLERANCE_SECONDS:
        return before
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return Wait(until=until.isoformat(), seconds=seconds)
