"""How long something still has to wait, such as a call that was refused."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from proto_ddf.errors.next_attempt import seconds_until

_SAME_MOMENT_SECONDS = 1.0
"""Two reckonings of a moment that differ by less mean the same one."""


class Wait(BaseModel):
    """A time to wait, for `countdown`. What is shown counts by itself: it need not be sent anew."""

    until: str = ""
    """ISO 8601 with zone; empty: there is nothing to wait for."""
    seconds: float = 0.0
    """How long it was when it was first shown."""


def wait_of(seconds: float, before: Wait | None = None) -> Wait:
    """A wait of so many seconds from now; `before` itself where that ends at the same moment."""
    if seconds <= 0:
        return Wait()
    if before and abs(seconds_until(before.until) - seconds) < _SAME_MOMENT_SECONDS:
        return before
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return Wait(until=until.isoformat(), seconds=seconds)
