"""What others call: `act_on` an error, and `take_up` what a killed server left."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    ErrorRecord,
    OperationRecord,
    OperationState,
    RecoveryAttemptRecord,
    RecoveryState,
    SourceRecord,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.errors import ValidationError
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import incidents, intake, own_errors
from proto_ddf.monitoring.error_views import errors_where
from proto_ddf.operations.journal.records import read
from proto_ddf.operations.recovery import attempts
from proto_ddf.operations.recovery.model import (
    PREFIX,
    Cause,
    RecoverInput,
    RecoveryContext,
    Strategy,
)
from proto_ddf.operations.recovery.recovery import RecoveryStrategies
from proto_ddf.operations.recovery.views import RecoveryAttempt, attempt_of

_FLUSH_SECONDS = 5.0

log = get_logger(__name__)


def act_on(described: Mapping[str, Any], context: RecoveryContext) -> RecoveryAttempt | None:
    """Start the repair of an error, described by `proto_ddf.errors.describe`; None if it is for people."""
    return RecoveryStrategies().execute_recovery(Cause.of(described), context)


def is_anything_left(described: Mapping[str, Any], context: RecoveryContext) -> bool:
    """Whether a repair of this error is left that starts by itself."""
    return bool(RecoveryStrategies().choose(Cause.of(described), context))


def context_of(
    incident_id: str, described: Mapping[str, Any], operation_id: str | None
) -> RecoveryContext:
    """What an error is about: the app or the source of its operation, or the app that it names."""
    operation = read(operation_id) if operation_id else None
    subject = operation.subject if operation else ""
    named = str(described.get("subject") or (described.get("context") or {}).get("slug") or "")
    with session() as opened:
        app = opened.get(AppRecord, subject) or opened.get(AppRecord, named)
    slug = app.slug if app else (subject if operation and "spec" in operation.input else "")
    source_id = (app.source_id or "") if app else ""
    if operation and not app:
        about_app = "spec" in operation.input or "slug" in operation.input
        source_id = str(operation.input.get("source_id") or ("" if about_app else subject))
    return RecoveryContext(
        incident_id=incident_id,
        operation_id=operation_id,
        slug=slug,
        source_id=source_id,
        described=dict(described),
    )


def attempt_failed(operation_id: str, given: RecoverInput) -> None:
    """Record that an attempt failed, and start the next strategy, if there is one."""
    if not attempts.finish(operation_id, RecoveryState.FAILED) or given.by_person:
        return
    context = RecoveryContext(
        incident_id=given.incident_id,
        operation_id=given.original_operation_id,
        slug=given.slug,
        source_id=given.source_id,
    )
    if RecoveryStrategies().execute_recovery(given.cause, context) is None:
        log.info("nothing is left to try", subject=context.subject, code=given.cause.code)
        repair_waiting(operation_id, given)


def resolve_repaired(given: RecoverInput) -> None:
    """After a repair that helped: resolve the errors of the crash, and those of the repairs that had not helped. Those of a
    failed operation are resolved when it succeeds."""
    intake.flush(_FLUSH_SECONDS)
    subject = given.slug or given.source_id
    repairs = select(RecoveryAttemptRecord.operation_id).where(
        RecoveryAttemptRecord.incident_id == given.incident_id,
        RecoveryAttemptRecord.subject == subject,
    )
    operation_id = col(ErrorRecord.operation_id)
    which = operation_id.in_(repairs) | (
        operation_id.is_(None)
        & (col(ErrorRecord.incident_id) == given.incident_id)
        & (col(ErrorRecord.subject) == subject)
    )
    for topic in write(lambda opened: incidents.resolve_errors(opened, which, utc_now())):
        change_events.publish(topic)


def repair_waiting(operation_id: str, given: RecoverInput) -> None:
    """After a repair: start that of another failure of the app or source, which came meanwhile and had to wait."""
    intake.flush(_FLUSH_SECONDS)
    attempt = attempt_of(operation_id)
    found = last_failure(given.slug or given.source_id) if attempt else None
    if attempt is None or found is None:
        return
    cause, context = found
    came_meanwhile = str(context.described["at"]) > attempt.started_at
    if came_meanwhile and context.operation_id != given.original_operation_id:
        RecoveryStrategies().execute_recovery(cause, context)


def take_up() -> None:
    """After a start of the server: end the attempts whose operation is over, and go on with the next strategy where it
    failed."""
    for operation_id in attempts.left_over():
        with own_errors.reported("recovery", f"Take up the repair {operation_id}"):
            try:
                _take_up(operation_id)
            finally:  # one that cannot be read must not keep others from repairing the same
                attempts.finish(operation_id, RecoveryState.FAILED)


def _take_up(operation_id: str) -> None:
    operation = read(operation_id)
    if operation is None or operation.state is OperationState.CANCELLED:
        attempts.finish(operation_id, RecoveryState.SUPERSEDED)
    elif operation.state is OperationState.SUCCEEDED:
        attempts.finish(operation_id, RecoveryState.VERIFIED)
    else:
        attempt_failed(operation_id, RecoverInput.model_validate(operation.input))


def last_failure(subject: str) -> tuple[Cause, RecoveryContext] | None:
    """The newest error of an app or a source that is not resolved, but of no repair and of no earlier app of that name; None
    if there is none."""
    repairs = select(OperationRecord.id).where(col(OperationRecord.kind).startswith(PREFIX))
    operation_id = col(ErrorRecord.operation_id)
    with session() as opened:
        repaired = opened.get(AppRecord, subject) or opened.get(SourceRecord, subject)
    if repaired is None:
        return None
    return _newest(
        ErrorRecord.subject == subject,
        col(ErrorRecord.at) >= repaired.created_at,
        col(ErrorRecord.resolved_at).is_(None),
        operation_id.is_(None) | operation_id.not_in(repairs),
    )


def failure_of(incident_id: str) -> tuple[Cause, RecoveryContext] | None:
    """The newest error of an incident; None if there is none."""
    return _newest(ErrorRecord.incident_id == incident_id)


def _newest(*conditions: Any) -> tuple[Cause, RecoveryContext] | None:
    with session() as opened:
        error = next(iter(errors_where(opened, 1, *conditions)), None)
    if error is None:
        return None
    return Cause.of(error), context_of(error["incident_id"], error, error["operation_id"])


def can_be_tried(kind: str, subject: str) -> list[Strategy]:
    """What a person can start for an app (`kind` apps, `subject` its slug) or an incident (errors, its id)."""
    found = _failure_on(kind, subject)
    return RecoveryStrategies().can_be_tried(*found) if found else []


def execute_asked(kind: str, subject: str, name: str) -> None:
    """Start one of these repairs. Raises ValidationError as `RecoveryStrategies.execute_asked`."""
    found = _failure_on(kind, subject)
    if found is None:
        raise ValidationError(
            "Nothing of it fails any more.",
            field="strategy",
            value=name,
            code="recovery_not_possible",
        )
    RecoveryStrategies().execute_asked(name, *found)


def _failure_on(kind: str, subject: str) -> tuple[Cause, RecoveryContext] | None:
    if kind == "apps":
        return last_failure(subject)
    return failure_of(subject) if kind == "errors" else None
