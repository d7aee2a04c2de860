"""Chooses a repair and starts it as an operation."""

from collections.abc import Sequence
from contextlib import suppress

from proto_ddf.db.tables import AppState, OperationState, RecoveryAttemptRecord, RecoveryState
from proto_ddf.errors import ValidationError
from proto_ddf.errors.next_attempt import next_attempt_at
from proto_ddf.hosting import records
from proto_ddf.logs import get_logger
from proto_ddf.operations import service
from proto_ddf.operations.journal.records import read
from proto_ddf.operations.recovery import attempts, choice
from proto_ddf.operations.recovery.model import (
    PREFIX,
    Cause,
    Classified,
    RecoverInput,
    RecoveryContext,
    Strategy,
)
from proto_ddf.operations.recovery.strategies import ASKING, STRATEGIES
from proto_ddf.operations.recovery.views import RecoveryAttempt, attempt_of
from proto_ddf.operations.views import OperationView
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store

_LEFT_ALONE = (AppState.CREATING, AppState.RUNNING, AppState.STOPPED)
"""An app in one of these states is well, or a person wants it so."""

log = get_logger(__name__)


class RecoveryStrategies:
    """Repairs of failed operations and of apps that crashed."""

    def choose(self, classification: Classified, context: RecoveryContext) -> list[Strategy]:
        """The strategies that are started without asking, the most promising first; those whose limit is reached, or that
        cannot help in this case, are left out."""
        given = _input(classification, context)
        settings = get_settings()
        used = attempts.tried(
            context.incident_id, context.subject, settings.recovery_window_seconds
        )
        left = settings.recovery_attempts - used.total()
        names = choice.by_effect(choice.candidates(classification), attempts.effects())
        found = (STRATEGIES[name] for name in names)
        fitting = [
            each for each in found if used[each.name] < each.limit and not each.obstacle(given)
        ]
        return fitting[: max(0, left)]

    def execute_recovery(
        self, classification: Classified, context: RecoveryContext
    ) -> RecoveryAttempt | None:
        """Start the most promising repair. None if there is none, one runs already, or recovery is switched off
        (ENABLE_RETRY): the error is then for people."""
        if not get_settings().enable_retry or not _is_repairable(context):
            return None
        chosen = self.choose(classification, context)
        return _start(chosen, classification, context) if chosen else None

    def can_be_tried(self, classification: Classified, context: RecoveryContext) -> list[Strategy]:
        """The strategies that ask first and may help in this case."""
        if not _is_repairable(context) or not context.slug:
            return []
        given = _input(classification, context)
        return [each for each in ASKING if not each.obstacle(given)]

    def execute_asked(
        self, name: str, classification: Classified, context: RecoveryContext
    ) -> RecoveryAttempt:
        """Start a repair that a person has chosen and confirmed.

        Raises:
            ValidationError: code recovery_under_way, or recovery_not_possible if it cannot help in this case.
        """
        fitting = [each for each in self.can_be_tried(classification, context) if each.name == name]
        started = _start(fitting, classification, context, by_person=True) if fitting else None
        if started is None:
            raise ValidationError(
                "This repair cannot be started.",
                field="strategy",
                value=name,
                code="recovery_under_way" if fitting else "recovery_not_possible",
            )
        return started


def _start(
    chosen: Sequence[Strategy],
    classification: Classified,
    context: RecoveryContext,
    *,
    by_person: bool = False,
) -> RecoveryAttempt | None:
    """Start the first of the strategies; None if another attempt runs."""
    given = _input(classification, context)
    used = attempts.tried(
        context.incident_id, context.subject, get_settings().recovery_window_seconds
    ).total()
    given.number, given.total, given.by_person = used + 1, used + len(chosen), by_person
    made = RecoveryAttemptRecord(
        incident_id=context.incident_id,
        subject=context.subject,
        strategy=chosen[0].name,
        operation_id="",
        original_operation_id=given.original_operation_id,
        number=given.number,
    )
    try:
        operation_id = service.start(
            chosen[0].kind, given, also=attempts.claim(made, given.original_run)
        )
    except ValidationError as error:
        if error.code != "recovery_under_way":
            raise
        return None
    except BaseException:
        for left in attempts.left_over():
            attempts.finish(left, RecoveryState.FAILED)
        raise
    log.info("recovery started", strategy=chosen[0].name, subject=context.subject)
    return attempt_of(operation_id)


def _is_repairable(context: RecoveryContext) -> bool:
    """An error of a repair starts none, and what a person cancelled or tried again is left alone."""
    if not context.subject:
        return False
    if context.operation_id is None:
        app = records.find_record(context.slug)
        return app is not None and app.state not in _LEFT_ALONE
    record = read(context.operation_id)
    if record is None or record.kind.startswith(PREFIX):
        return False
    return record.state is OperationState.FAILED


def _input(classification: Classified, context: RecoveryContext) -> RecoverInput:
    record = read(context.operation_id) if context.operation_id else None
    failed = service.view(context.operation_id) if context.operation_id else None
    step = _failed_step(failed)
    return RecoverInput(
        incident_id=context.incident_id,
        name=_name(context),
        slug=context.slug,
        source_id=context.source_id,
        cause=Cause.model_validate(classification),
        retry_at=next_attempt_at(context.described),
        original_operation_id=context.operation_id,
        original_kind=record.kind if record else "",
        original_run=record.run if record else 0,
        failed_step=step[0],
        failed_step_title=step[1],
    )


def _failed_step(operation: OperationView | None) -> tuple[str, str]:
    steps = operation.steps if operation else []
    return next(((each.name, each.title) for each in steps if each.state == "failed"), ("", ""))


def _name(context: RecoveryContext) -> str:
    app = records.find_record(context.slug) if context.slug else None
    if app is not None:
        return app.name
    with suppress(ValidationError):
        return store.get_source(context.source_id).name
    return context.subject
