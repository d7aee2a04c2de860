"""What is worth knowing about the moment an error happened."""

import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import psutil
from pydantic import ValidationError

from proto_ddf.redaction import plain_text, scrub, scrub_text


def enhance_error_context(error: BaseException, context: Mapping[str, Any]) -> dict[str, Any]:
    """`context`, JSON-able and without secrets, plus what is known about the error and the moment.

    Adds `error_type` (class name), `error_message`, `timestamp` (UTC, ISO 8601), `python_version`,
    `platform`, and `memory_usage` (percent of the system's memory in use); None where unknown.
    What is no mapping stands under `context`. Never raises.
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
        memory_usage=_or_none(lambda: float(psutil.virtual_memory().percent)),
    )
    return enhanced


def _message(error: BaseException) -> str:
    if isinstance(error, ValidationError):  # its own text quotes the input, which may be a secret
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    return plain_text(error)


def _or_none(ask: Callable[[], Any]) -> Any:
    """What the machine answers; without free memory or descriptors it may fail in any way."""
    try:
        return ask()
    except Exception:
        return None
