"""From when on something that was refused can be tried again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def retry_time(described: Mapping[str, Any]) -> str:
    """When the error described (by `proto_ddf.errors.describe`) says it can be tried again.

    An ISO 8601 time with zone; empty when it can be tried at once, or never.
    """
    context = described.get("context") or {}
    if described.get("code") != "circuit_open" or not described.get("retry_possible"):
        return ""
    known = _moment(context.get("retry_at"))
    if known is None:
        known = _after(_moment(context.get("timestamp")), context.get("retry_after"))
    return known.isoformat() if known else ""


def seconds_until(iso: str) -> float:
    """Seconds from now, by this machine's clock, until an ISO 8601 time; 0.0 when it has passed or is empty."""
    moment = _moment(iso)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else 0.0


def _after(moment: datetime | None, seconds: Any) -> datetime | None:
    if moment is None or not isinstance(seconds, int | float):
        return None
    return moment + timedelta(seconds=seconds)


def _moment(iso: Any) -> datetime | None:
    """An aware time; None for anything else."""
    try:
        moment = datetime.fromisoformat(iso)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
