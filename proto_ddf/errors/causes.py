"""Which error of a chain says what happened: the outermost one, or what caused it."""

from collections.abc import Iterator

from proto_ddf.errors import drivers
from proto_ddf.errors.catalogue import CATALOGUE, UNKNOWN
from proto_ddf.errors.drivers import text
from proto_ddf.errors.drivers.finding import SURE, Finding
from proto_ddf.errors.types import ProtoDDFError

_PROBABLE_CAUSE_FACTOR = 0.6
"""Multiplies the confidence of an error that is only probably the cause."""
_MAX_CHAIN = 20


def best_finding(error: BaseException) -> Finding | None:
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


def best_cause(error: BaseException) -> Finding | None:
    """The finding for the nearest cause of an error that has one."""
    for link, is_probable in _chain(error):
        if link is not error and (finding := _finding_without_causes(link)):
            return _as_probable_cause(finding) if is_probable else finding
    return None


def from_own_error(error: ProtoDDFError) -> Finding:
    context = {"message": error.message, **error.context}
    named = error.context.get("field")
    form_field = str(named) if named else None
    if error.code not in CATALOGUE:
        return Finding(error.default_code, 0.5, context, form_field)
    return Finding(error.code, 1.0, context, form_field)


def is_retryable(finding: Finding) -> bool:
    if finding.confidence < SURE:
        return False
    entry = CATALOGUE.get(finding.code, UNKNOWN)
    return entry.retryable if finding.transient is None else finding.transient


def _finding_without_causes(error: BaseException) -> Finding | None:
    if isinstance(error, ProtoDDFError):
        return from_own_error(error)
    if isinstance(error, BaseExceptionGroup):
        return _from_group(error)
    return drivers.find(error) or text.find(error)


def _from_group(group: BaseExceptionGroup[BaseException]) -> Finding | None:
    """The finding of one member: first those that are not retryable, then the highest confidence."""
    findings = [best_finding(member) or Finding("unknown", 0.0) for member in group.exceptions]
    return min(findings, key=lambda finding: (is_retryable(finding), -finding.confidence))


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
        type=finding.type,
    )
