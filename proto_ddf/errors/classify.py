"""Classification: from any exception to a code of the catalogue, how the error behaves, and its texts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proto_ddf.errors import drivers
from proto_ddf.errors.catalogue import CATALOGUE, UNKNOWN
from proto_ddf.errors.codes.model import Category, ErrorCode, Family, Severity
from proto_ddf.errors.drivers import text
from proto_ddf.errors.drivers.finding import SURE, Finding
from proto_ddf.errors.messages import message_texts
from proto_ddf.errors.types import ProtoDDFError

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
_PROBABLE_CAUSE_FACTOR = 0.6
"""Multiplies the confidence of an error that is only probably the cause."""
_MAX_CHAIN = 20


@dataclass(frozen=True)
class Classification:
    code: str
    family: Family
    category: Category
    severity: Severity
    retryable: bool
    """An automatic retry may help. Never true below a confidence of 0.8."""
    confidence: float
    field: str | None
    title: str
    message: str
    hint: str
    try_again: bool
    """The page offers Try Again."""


def classify(error: BaseException) -> Classification:
    """Classify an exception by its type, its causes and, for a group, its members. Never raises.

    An exception that only wraps another one is classified by its explicit cause. A programming error (ValueError,
    KeyError, ...) is never transient, whatever caused it.
    """
    try:
        return _classification(*_find(error))
    except Exception:
        return _classification(Finding("unknown", 0.0), {})


def _find(error: BaseException) -> tuple[Finding, Mapping[str, Any]]:
    """The finding, and the context for its texts."""
    if isinstance(error, ProtoDDFError):
        own = _from_own_error(error)
        cause = _best_cause(error)
        if cause and _explains_better(cause, own):
            return cause, {**error.context, "message": error.message, **cause.context}
        known = (
            {**cause.context, **own.context} if cause and cause.code == own.code else own.context
        )
        return own, known
    finding = _best_finding(error) or Finding("unknown", 0.0)
    return finding, finding.context


def _from_own_error(error: ProtoDDFError) -> Finding:
    context = {"message": error.message, **error.context}
    named = error.context.get("field")
    form_field = str(named) if named else None
    if error.code not in CATALOGUE:
        return Finding(error.default_code, 0.5, context, form_field)
    return Finding(error.code, 1.0, context, form_field)


def _explains_better(cause: Finding, own: Finding) -> bool:
    if cause.confidence < SURE or cause.code in _GENERIC_CODES:
        return False
    return own.code in _GENERIC_CODES or (own.code in _STEP_CODES and cause.code in _MACHINE_CODES)


def _best_cause(error: BaseException) -> Finding | None:
    for link, is_probable in _chain(error):
        if link is not error and (finding := _finding_without_causes(link)):
            return _as_probable_cause(finding) if is_probable else finding
    return None


def _best_finding(error: BaseException) -> Finding | None:
    """The first sure finding, starting at the outermost error; without one, that of the highest confidence."""
    best: Finding | None = None
    for link, is_probable in _chain(error):
        finding = _finding_without_causes(link)
        if finding is None:
            continue
        if is_probable:
            finding = _as_probable_cause(finding)
        if finding.confidence >= SURE:
            return finding
        if best is None or finding.confidence > best.confidence:
            best = finding
    return best


def _finding_without_causes(error: BaseException) -> Finding | None:
    if isinstance(error, ProtoDDFError):
        return _from_own_error(error)
    if isinstance(error, BaseExceptionGroup):
        return _from_group(error)
    return drivers.find(error) or text.find(error)


def _from_group(group: BaseExceptionGroup[BaseException]) -> Finding | None:
    """The finding of one member: first those that are not retryable, then the highest confidence."""
    findings = [_best_finding(member) or Finding("unknown", 0.0) for member in group.exceptions]
    return min(findings, key=lambda finding: (_retryable(finding), -finding.confidence))


def _chain(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """The error, then its causes. The bool is True if the error is only probably a cause: it was being handled when
    the other one was raised (`__context__`), or a programming error came after it."""
    waiting = [(error, False)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_CHAIN:
        link, is_probable = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link, is_probable
        is_probable = is_probable or text.is_programming_error(link)
        explicit = _explicit_causes(link)
        waiting.extend((cause, is_probable) for cause in explicit)
        if not explicit and not link.__suppress_context__ and link.__context__ is not None:
            waiting.append((link.__context__, True))


def _explicit_causes(error: BaseException) -> list[BaseException]:
    """The causes that the error names. SQLAlchemy keeps the driver's error in `orig`, DBOS the errors of all attempts
    in `errors`."""
    attempts = getattr(error, "errors", None)
    last = attempts[-1:] if isinstance(attempts, list) else []
    found = [getattr(error, "orig", None), *last, error.__cause__]
    return [cause for cause in found if isinstance(cause, BaseException)]


def _as_probable_cause(finding: Finding) -> Finding:
    """The finding with less confidence and without automatic retries."""
    return Finding(
        finding.code,
        finding.confidence * _PROBABLE_CAUSE_FACTOR,
        finding.context,
        finding.form_field,
        transient=False,
    )


def _retryable(finding: Finding) -> bool:
    if finding.confidence < SURE:
        return False
    entry = CATALOGUE.get(finding.code, UNKNOWN)
    return entry.retryable if finding.transient is None else finding.transient


def _category(entry: ErrorCode, finding: Finding) -> Category:
    if _retryable(finding):
        return "transient"
    if entry.retryable:  # the code in general, but not this case
        return "persistent"
    return entry.category


def _classification(finding: Finding, context: Mapping[str, Any]) -> Classification:
    entry = CATALOGUE.get(finding.code, UNKNOWN)
    title, message, hint = message_texts(entry, context)
    return Classification(
        code=entry.code,
        family=entry.family,
        category=_category(entry, finding),
        severity=entry.severity,
        retryable=_retryable(finding),
        confidence=finding.confidence,
        field=finding.form_field or entry.field,
        title=title,
        message=message,
        hint=hint,
        try_again=entry.try_again or _retryable(finding),
    )
