"""How a breaker counts the end of a call."""

from collections.abc import Callable
from enum import Enum, auto

from proto_ddf.errors import classify
from proto_ddf.logs import get_logger
from proto_ddf.redaction import plain_text
from proto_ddf.resilience.call_refused import is_refusal

_log = get_logger(__name__)


class Outcome(Enum):
    SUCCESS = auto()
    """The call returned, or its error shows that the target answers."""
    FAILURE = auto()
    IGNORED = auto()
    """The call was cancelled, or refused before it reached the target. It says nothing about the target."""


def classify_outcome(
    error: BaseException | None, is_failure: Callable[[Exception], bool]
) -> tuple[Outcome, str]:
    """The outcome, and the title of a failure."""
    if error is None:
        return Outcome.SUCCESS, ""
    if not isinstance(error, Exception) or is_refusal(error):
        return Outcome.IGNORED, ""
    try:
        failed = is_failure(error)
    except Exception as broken:
        _log.error("is_failure raised", error=plain_text(broken), error_type=type(broken).__name__)
        return Outcome.IGNORED, ""
    return (Outcome.FAILURE, classify(error).title) if failed else (Outcome.SUCCESS, "")
