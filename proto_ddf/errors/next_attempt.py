"""When a failed action can be tried again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_CODES_WITH_RETRY_AT = frozenset({"circuit_open", "codegen_unsure", "rate_limited", "too_early"})
"""Codes of errors that say when the next call is admitted."""


def next_attempt_at(described: Mapping[str, Any]) -> str:
    """When the failed action can be tried again. `described` comes from `proto_ddf.errors.describe`.

    The result is `retry_at` of the error's context, an ISO 8601 time with zone; empty if the action can be tried again
    at once, or never.
    """
    if not described.get("retry_possible") or described.get("code") not in _CODES_WITH_RETRY_AT:
        return ""
    moment = _moment((described.get("context") or {}).get("retry_at"))
    return moment.isoformat() if moment else ""


def seconds_until(iso: str) -> float:
    """Seconds from now, by this machine's clock, until an ISO 8601 time; 0.0 when it has passed or is empty."""
    moment = _moment(iso)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else 0.0


def _moment(iso: Any) -> datetime | None:
    """The time, which must have a time zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(iso)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
