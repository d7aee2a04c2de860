"""Any exception -> what it is, how it behaves, and the words for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proto_ddf.errors import drivers
from proto_ddf.errors.catalogue import CATALOGUE, UNKNOWN
from proto_ddf.errors.codes.model import Category, ErrorCode, Family, Severity
from proto_ddf.errors.drivers import text
from proto_ddf.errors.drivers.finding import SURE, Finding
from proto_ddf.errors.messages import words
from proto_ddf.errors.types import ProtoDDFError

_GENERAL = frozenset({"system_error", "integration_error", "unknown"})
"""Codes that say little: a known cause says more."""
_STEPS = frozenset(
    {
        "app_start_failed",
        "build_failed",
        "import_failed",
        "install_failed",
        "process_failed",
        "render_failed",
    }
)
_OF_THE_MACHINE = frozenset({"disk_space_low", "permission_denied"})
"""Causes that explain a failed step better than the step's own code does."""
_GUESSED = 0.6
"""What an error that is only likely to be the cause is worth."""
_MAX_LINKS = 20


@dataclass(frozen=True)
class Classification:
    code: str
    family: Family
    category: Category
    severity: Severity
    retryable: bool
    """An automatic retry is in order. Never below a confidence of 0.8."""
    confidence: float
    field: str | None
    title: str
    message: str
    hint: str
    try_again: bool
    """Try Again is offered to a person."""


def classify(error: BaseException) -> Classification:
    """What an exception is. Looks at its type, its causes and the members of a group. Never raises.

    What is only a wrapper is judged by its explicit cause. A mistake of our own (ValueError, KeyError, ...) is never
    transient, whatever caused it.
    """
    try:
        return _classification(*_judge(error))
    except Exception:
        return _classification(Finding("unknown", 0.0), {})


def _judge(error: BaseException) -> tuple[Finding, Mapping[str, Any]]:
    """The finding and the context that fills its words."""
    if isinstance(error, ProtoDDFError):
        own = _of_typed(error)
        cause = _best_cause(error)
        if cause and _says_more(cause, own):
            return cause, {**error.context, "message": error.message, **cause.context}
        known = (
            {**cause.context, **own.context} if cause and cause.code == own.code else own.context
        )
        return own, known
    finding = _best(error) or Finding("unknown", 0.0)
    return finding, finding.context


def _of_typed(error: ProtoDDFError) -> Finding:
    context = {"message": error.message, **error.context}
    named = error.context.get("field")
    form_field = str(named) if named else None
    if error.code not in CATALOGUE:
        return Finding(error.default_code, 0.5, context, form_field)
    return Finding(error.code, 1.0, context, form_field)


def _says_more(cause: Finding, own: Finding) -> bool:
    if cause.confidence < SURE or cause.code in _GENERAL:
        return False
    return own.code in _GENERAL or (own.code in _STEPS and cause.code in _OF_THE_MACHINE)


def _best_cause(error: BaseException) -> Finding | None:
    for link, guess in _links(error):
        if link is not error and (finding := _of_one(link)):
            return _weakened(finding) if guess else finding
    return None


def _best(error: BaseException) -> Finding | None:
    """The first sure finding from the outside in, else the surest."""
    best: Finding | None = None
    for link, guess in _links(error):
        finding = _of_one(link)
        if finding is None:
            continue
        if guess:
            finding = _weakened(finding)
        if finding.confidence >= SURE:
            return finding
        if best is None or finding.confidence > best.confidence:
            best = finding
    return best


def _of_one(error: BaseException) -> Finding | None:
    if isinstance(error, ProtoDDFError):
        return _of_typed(error)
    if isinstance(error, BaseExceptionGroup):
        return _of_group(error)
    return drivers.find(error) or text.find(error)


def _of_group(group: BaseExceptionGroup[BaseException]) -> Finding | None:
    """The member that decides: one that no retry mends before one that passes, then the surest."""
    findings = [_best(member) or Finding("unknown", 0.0) for member in group.exceptions]
    return min(findings, key=lambda finding: (_retryable(finding), -finding.confidence))


def _links(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """The error, then what led to it; True where that is a guess: Python only noted that it was being handled, or
    a mistake of our own was made after it."""
    waiting = [(error, False)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_LINKS:
        link, guess = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link, guess
        guess = guess or text.is_own_mistake(link)
        explicit = _explicit_causes(link)
        waiting.extend((cause, guess) for cause in explicit)
        if not explicit and not link.__suppress_context__ and link.__context__ is not None:
            waiting.append((link.__context__, True))


def _explicit_causes(error: BaseException) -> list[BaseException]:
    """SQLAlchemy keeps the driver's error as `orig`, DBOS those of all attempts as `errors`."""
    attempts = getattr(error, "errors", None)
    last = attempts[-1:] if isinstance(attempts, list) else []
    found = [getattr(error, "orig", None), *last, error.__cause__]
    return [cause for cause in found if isinstance(cause, BaseException)]


def _weakened(finding: Finding) -> Finding:
    """As a guess, and without automatic retries: the error on top is another one."""
    return Finding(
        finding.code,
        finding.confidence * _GUESSED,
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
    if entry.retryable:  # in general, but not here
        return "persistent"
    return entry.category


def _classification(finding: Finding, context: Mapping[str, Any]) -> Classification:
    entry = CATALOGUE.get(finding.code, UNKNOWN)
    title, message, hint = words(entry, context)
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
