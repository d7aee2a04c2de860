"""When to retry, according to the failed response or error.

- Retry-After of an HTTP response, seconds or a date: RFC 9110, section 10.2.3.
- `grpc-retry-pushback-ms` in gRPC's trailing metadata: gRPC proposal A6, "Pushback"
  (https://github.com/grpc/proposal/blob/master/A6-client-retries.md).
- The attribute `retry_after`, seconds, of a CallRefusedError.

No HTTP or gRPC library is imported: an HTTP error is known by `response.headers`, a gRPC error by
`trailing_metadata()`.
"""

import math
import re
import time
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

NEVER = math.inf
"""The target asks for no retry."""

_PUSHBACK = "grpc-retry-pushback-ms"
_INT32 = re.compile(r"-?[0-9]{1,10}")
_MOST_CAUSES = 10


def retry_after(error: BaseException) -> float | None:
    """Seconds to wait before a retry: 0.0 for at once, NEVER for no retry, None if the error says nothing.

    The error itself is read first, then the errors that caused it (`raise ... from`).
    """
    for one in _with_causes(error):
        for read in (_pushback, _retry_after_header, _retry_after_attribute):
            if (seconds := read(one)) is not None:
                return seconds
    return None


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__


def _retry_after_attribute(error: BaseException) -> float | None:
    seconds = getattr(error, "retry_after", None)
    if isinstance(seconds, int | float) and seconds >= 0:
        return float(seconds)
    return None


def _retry_after_header(error: BaseException) -> float | None:
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after") if hasattr(headers, "get") else None
    if not isinstance(value, str):
        return None
    value = value.strip()
    return float(value) if value.isascii() and value.isdigit() else _until(value)


def _until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:  # "-0000" or the asctime format; an HTTP date is always GMT
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - time.time())


def _pushback(error: BaseException) -> float | None:
    """A6: a negative or unreadable value asks not to retry at all."""
    trailing = getattr(error, "trailing_metadata", None)
    if not callable(trailing):
        return None
    values = [value for key, value in trailing() or () if key == _PUSHBACK]
    if not values:
        return None
    milliseconds = _int32(values[0])
    return milliseconds / 1000 if milliseconds is not None and milliseconds >= 0 else NEVER


def _int32(value: Any) -> int | None:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    number = int(text) if _INT32.fullmatch(text) else None
    return number if number is not None and -(2**31) <= number < 2**31 else None
