"""The kinds of operation that repair: precondition, action, proof, and then the failed operation goes on."""

from typing import Any

from proto_ddf import errors
from proto_ddf.db.tables import AppState, RecoveryState
from proto_ddf.hosting import records
from proto_ddf.hosting.processes import is_alive
from proto_ddf.operations import service
from proto_ddf.operations.model import JSON, Kind, Step, UndoContext
from proto_ddf.operations.recovery import attempts, runner
from proto_ddf.operations.recovery.model import Act, Recovering, RecoverInput, Strategy
from proto_ddf.operations.recovery.strategies import STRATEGIES


def _kind(strategy: Strategy) -> Kind[RecoverInput]:
    return Kind(
        name=strategy.kind,
        title=lambda given: f"{strategy.title}: {given.name}",
        input_model=RecoverInput,
        steps=(
            Step("precondition", "Check whether it can help", _precondition(strategy)),
            *(_step(act) for act in strategy.acts),
            Step("verify", "Check that it helped", _verification(strategy)),
            Step("go_on", "Go on with what had failed", _go_on, applies=_has_original),
        ),
        subject=lambda given: given.slug or given.source_id,
        undo=_undo(strategy),
        failed=_failed(strategy),
        frees_space=strategy.frees_space,
    )


def _has_original(given: RecoverInput) -> bool:
    return given.original_operation_id is not None


def _step(act: Act) -> Step[RecoverInput]:
    def run(context: Recovering) -> JSON:
        _stop_unless_wanted(context)
        act.run(context)
        return {}

    return Step(act.name, act.title, run, applies=act.applies)


def _precondition(strategy: Strategy) -> Any:
    def run(context: Recovering) -> JSON:
        _stop_unless_wanted(context)
        obstacle = strategy.obstacle(context.input)
        if obstacle:
            raise errors.SystemError(
                f"This repair cannot help: {obstacle}",
                component="recovery",
                code="recovery_not_possible",
                reason=obstacle,
            )
        given = context.input
        if not given.by_person:
            context.report(f"Attempt {given.number} of {given.total}")
        return {}

    return run


def _verification(strategy: Strategy) -> Any:
    def run(context: Recovering) -> JSON:
        _stop_unless_wanted(context)
        strategy.prove(context)
        attempts.finish(context.operation_id, RecoveryState.VERIFIED)
        runner.resolve_repaired(context.input)
        if not _has_original(context.input):
            runner.repair_waiting(context.operation_id, context.input)
        return {}

    return run


def _go_on(context: Recovering) -> JSON:
    """It may run twice: the failed run is continued once."""
    given = context.input
    _stop_unless_wanted(context)
    assert given.original_operation_id is not None
    went_on = service.go_on(given.original_operation_id, given.original_run)
    step = given.failed_step_title or "its first step"
    context.report(f"Went on at {step}" if went_on else "It had gone on already")
    runner.repair_waiting(context.operation_id, given)
    return {}


def _stop_unless_wanted(context: Recovering) -> None:
    """A person went first: this operation is cancelled. Raises OperationStopped then."""
    if not attempts.is_wanted(context.operation_id, context.input.original_run):
        service.cancel(context.operation_id)
        context.check_stop()


def _failed(strategy: Strategy) -> Any:
    def run(context: UndoContext[RecoverInput]) -> None:
        _give_up(strategy, context)
        _show_as_failed(context)
        runner.attempt_failed(context.operation_id, context.input)

    return run


def _show_as_failed(context: UndoContext[RecoverInput]) -> None:
    """An app that the repair stopped has not been stopped by a person."""
    given = context.input
    app = records.find_record(given.slug) if given.in_place else None
    operation = service.view(context.operation_id)
    if app and operation and operation.error and not is_alive(app.pid, app.pid_create_time):
        records.change(
            given.slug, state=AppState.FAILED, last_error=str(operation.error["message"])
        )


def _undo(strategy: Strategy) -> Any:
    def run(context: UndoContext[RecoverInput]) -> None:
        _give_up(strategy, context)
        attempts.finish(context.operation_id, RecoveryState.SUPERSEDED)

    return run


def _give_up(strategy: Strategy, context: UndoContext[RecoverInput]) -> None:
    if strategy.give_up is not None:
        strategy.give_up(context.operation_id, context.input)


ALL = tuple(_kind(strategy) for strategy in STRATEGIES.values())
