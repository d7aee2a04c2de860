"""Classification: from any exception, and what a child process wrote, to a code of the catalogue, how the error behaves,
what kind of thing failed, what helps, and the texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from proto_ddf.errors.catalogue import CATALOGUE, UNKNOWN
from proto_ddf.errors.causes import best_cause, best_finding, from_own_error, is_retryable
from proto_ddf.errors.codes.error_types import ErrorType, SuggestedAction, suggested_action
from proto_ddf.errors.codes.model import Category, ErrorCode, Family, Severity
from proto_ddf.errors.drivers.finding import SURE, Finding
from proto_ddf.errors.messages import message_texts
from proto_ddf.errors.types import ProtoDDFError

if TYPE_CHECKING:
    from proto_ddf.errors.outputs import OutputFinding

_GENERIC_CODES = frozenset({"system_error", "integration_error", "unknown"})
"""Codes that say little: a cause with a specific code is reported instead."""
_STEP_CODES = frozenset(
    {
        "app_start_failed",
        "build_failed",
        "import_failed",
        "install_failed",
        "process_failed",
        "render_failed",
    }
)
_MACHINE_CODES = frozenset({"disk_space_low", "permission_denied"})
"""Causes that explain a failed step better than the step's own code."""
_CHILD_CODES = _STEP_CODES - {"import_failed", "render_failed"} | {
    "app_check_failed",
    "app_crashed",
    "process_killed",
    "registry_unreachable",
}
"""Codes that say only that a child process failed: what it wrote says more."""
_PROBABLE = 0.5
"""From this confidence on an output says more than that a process failed."""


@dataclass(frozen=True)
class Classification:
    code: str
    family: Family
    category: Category
    type: ErrorType
    severity: Severity
    retryable: bool
    """An automatic retry may help. Never true below a confidence of 0.8."""
    confidence: float
    suggested_action: SuggestedAction
    reason: str
    """The line that says why, of what a child process wrote."""
    explanation: str
    """Why, as the message says it."""
    location: str
    """File and line of the app's own code, if the child process named them."""
    field: str | None
    title: str
    message: str
    hint: str
    try_again: bool
    """The page offers Try Again."""


class ErrorClassificationEngine:
    """The one way from an error to its classification."""

    def classify_error(
        self, error: BaseException, logs: str = "", context: Mapping[str, Any] | None = None
    ) -> Classification:
        """Classify an exception by its type, its causes and, for a group, its members. Never raises.

        An exception that only wraps another one is classified by its explicit cause. A programming error (ValueError,
        KeyError, ...) is never transient, whatever caused it. `logs` is what a child process wrote; it decides where
        the exception itself says only that something failed. `context` may have the child's `exit_code`, and the HTTP
        `status` or the `errno` of an exception that says nothing itself.
        """
        try:
            return self._classify(error, logs, context or {})
        except Exception:
            return _classification(Finding("unknown", 0.0), {})

    def _classify(
        self, error: BaseException, logs: str, context: Mapping[str, Any]
    ) -> Classification:
        finding, values = _find(error)
        if finding.code not in _CHILD_CODES | _GENERIC_CODES or _is_specific(finding):
            return _classification(finding, values)
        output = _read(logs, context.get("exit_code", values.get("exit_code")))
        if output and _says_more(output.finding, finding):
            named = {"reason": output.reason, "location": output.location}
            return _classification(
                output.finding, {**values, **named, **output.finding.context}, output
            )
        if finding.confidence < SURE and (known := _from_numbers(context)):
            return _classification(known, {**values, **known.context})
        return _classification(finding, values, output)


classify = ErrorClassificationEngine().classify_error


def _read(logs: str, exit_code: Any) -> "OutputFinding | None":
    if not logs:
        return None
    # Imported when needed: their patterns would take a third of the time to import the errors.
    from proto_ddf.errors.outputs import read_output

    return read_output(logs, exit_code if isinstance(exit_code, int) else None)


def _is_specific(finding: Finding) -> bool:
    """Whether the case is known better than its code: a status of HTTP or gRPC, for example."""
    return finding.code in _GENERIC_CODES and (
        finding.type is not None or finding.transient is not None
    )


def _says_more(output: Finding, own: Finding) -> bool:
    if output.code in {"process_failed", "unknown"} and output.type is None:
        return False
    return output.confidence >= (_PROBABLE if own.code in _CHILD_CODES | {"unknown"} else SURE)


def _from_numbers(context: Mapping[str, Any]) -> Finding | None:
    """What a status of HTTP or an errno says that came apart from the exception."""
    from proto_ddf.errors.drivers import http_status, os_errors

    status, number = context.get("status"), context.get("errno")
    if isinstance(status, int) and 400 <= status < 600:
        return http_status.find(status)
    return os_errors.by_number(number) if isinstance(number, int) and number > 0 else None


def _find(error: BaseException) -> tuple[Finding, Mapping[str, Any]]:
    """The finding, and the context for its texts."""
    if isinstance(error, ProtoDDFError):
        own = from_own_error(error)
        cause = best_cause(error)
        if cause and _explains_better(cause, own):
            return cause, {**error.context, "message": error.message, **cause.context}
        known = (
            {**cause.context, **own.context} if cause and cause.code == own.code else own.context
        )
        return own, known
    finding = best_finding(error) or Finding("unknown", 0.0)
    return finding, finding.context


def _explains_better(cause: Finding, own: Finding) -> bool:
    if cause.confidence < SURE or cause.code in _GENERIC_CODES:
        return False
    return own.code in _GENERIC_CODES or (own.code in _STEP_CODES and cause.code in _MACHINE_CODES)


def _category(entry: ErrorCode, finding: Finding) -> Category:
    if is_retryable(finding):
        return "transient"
    if entry.retryable:  # the code in general, but not this case
        return "persistent"
    return entry.category


def _classification(
    finding: Finding, context: Mapping[str, Any], output: "OutputFinding | None" = None
) -> Classification:
    entry = CATALOGUE.get(finding.code, UNKNOWN)
    title, message, hint = message_texts(entry, context)
    reason = context.get("reason")
    kind = finding.type or entry.type
    return Classification(
        code=entry.code,
        family=entry.family,
        category=_category(entry, finding),
        type=kind,
        severity=entry.severity,
        retryable=is_retryable(finding),
        confidence=finding.confidence,
        suggested_action=suggested_action(entry.code, kind),
        reason=output.reason if output else "",
        # What is no text may be of any size, and its `str` may take for ever.
        explanation=str(reason) if issubclass(type(reason), str) else "",
        location=output.location if output else "",
        field=finding.form_field or entry.field,
        title=title,
        message=message,
        hint=hint,
        try_again=entry.try_again or is_retryable(finding),
    )
