"""The context of an error: facts about the error, the program and the machine."""

import platform
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psutil
from pydantic import ValidationError

from proto_ddf.redaction import plain_text, scrub, scrub_text


def enhance_error_context(error: BaseException, context: Mapping[str, Any]) -> dict[str, Any]:
    """`context` in a form that JSON can hold and without secrets, with facts about the error and the machine.

    Adds `error_type` (class name), `error_message`, `timestamp` (UTC, ISO 8601), `python_version`,
    `platform`, and `memory_usage` (percent of the system's memory in use); unknown values are None.
    A `context` that is not a mapping is put under the key `context`. Never raises.
    """
    copy = scrub(context)
    enhanced: dict[str, Any] = copy if isinstance(copy, dict) else {"context": copy}
    if copy is None:
        enhanced = {}
    enhanced.update(
        error_type=type(error).__name__,
        error_message=_or_none(lambda: scrub_text(_message(error))),
        timestamp=datetime.now(UTC).isoformat(),
        python_version=_or_none(platform.python_version),
        platform=_or_none(platform.platform),
        memory_usage=_or_none(lambda: _memory_usage(int(time.monotonic()))),
    )
    return enhanced


@lru_cache(maxsize=1)
def _memory_usage(_second: int) -> float:
    """Asked once a second, because errors come in bursts."""
    return float(psutil.virtual_memory().percent)


def _message(error: BaseException) -> str:
    if isinstance(error, ValidationError):  # str(error) quotes the input, which may be a secret
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    return plain_text(error)


def _or_none(read: Callable[[], Any]) -> Any:
    """The value that `read` returns, None if it fails. Without free memory or file descriptors any call may fail."""
    try:
        return read()
    except Exception:
        return None
