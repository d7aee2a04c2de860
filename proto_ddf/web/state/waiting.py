"""How long something still has to wait, such as a call that was refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

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


def retry_time(described: Mapping[str, Any]) -> str:
    """When the error described (by `proto_ddf.errors.describe`) says it can be tried again.

    An ISO 8601 time with zone; empty when it can be tried at once, or never.
    """
    if described.get("code") != "circuit_open" or not described.get("retry_possible"):
        return ""
    moment = _moment((described.get("context") or {}).get("retry_at"))
    return moment.isoformat() if moment else ""


def seconds_until(iso: str) -> float:
    """Seconds from now, by this machine's clock, until an ISO 8601 time; 0.0 when it has passed or is empty."""
    moment = _moment(iso)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else 0.0


def _moment(iso: Any) -> datetime | None:
    """An aware time; None for anything else."""
    try:
        moment = datetime.fromisoformat(iso)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
