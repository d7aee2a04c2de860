"""Sources: their connections, their schema, and the circuit of their target."""

import time

from proto_ddf.errors.next_attempt import seconds_until
from proto_ddf.hosting.source_drift import update_source_drift
from proto_ddf.operations.reading import open_source, read_schema
from proto_ddf.operations.recovery.actions.packages import without_effect
from proto_ddf.operations.recovery.model import Recovering, RecoverInput
from proto_ddf.resilience import BreakerState, policies
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.schema.diff import compare_schemas

_POLL_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 900.0
"""For a circuit: a longer pause is better told than waited for."""


def no_connections(given: RecoverInput) -> str:
    """The obstacle of reconnecting: the source keeps no connections."""
    if not given.source_id or KINDS[store.get_source(given.source_id).kind].release is None:
        return "its source keeps no connections"
    return ""


def reconnect(context: Recovering) -> None:
    """Close the pool of the source's connections. The next call opens new ones."""
    saved = store.get_source(context.input.source_id)
    kind = KINDS[saved.kind]
    if kind.release is not None:
        kind.release(store.check_config(saved.kind, saved.config))
    context.report(f"The connections to {saved.name} are closed")


def prove_source(context: Recovering) -> None:
    """The source answers. Raises as its connection test."""
    saved = store.get_source(context.input.source_id)
    open_source(context, saved).check()
    context.report(f"{saved.name} answers")


def no_source(given: RecoverInput) -> str:
    return "" if given.source_id else "there is no source"


def refresh_schema(context: Recovering) -> None:
    """Read the tables of the source again, and save them with what has changed. Raises as reading does."""
    saved = store.get_source(context.input.source_id)
    schema = read_schema(saved.kind, open_source(context, saved))
    changed = compare_schemas(saved.schema, schema)
    store.save_source(saved.name, saved.kind, saved.config, schema, saved.id, context.operation_id)
    update_source_drift(saved.id, schema)
    context.report(changed.summary() if changed else "Nothing has changed")


def prove_schema(context: Recovering) -> None:
    """The tables on record are those that the source has.

    Raises:
        SystemError: code recovery_without_effect.
    """
    saved = store.get_source(context.input.source_id)
    changed = compare_schemas(saved.schema, read_schema(saved.kind, open_source(context, saved)))
    if changed:
        raise without_effect(f"{saved.name} has changed again: {changed.summary()}")
    context.report("The tables on record are those of the source")


def no_pause(given: RecoverInput) -> str:
    """The obstacle of waiting for a circuit."""
    if not given.retry_at:
        return "calls are not paused for a time that is known"
    if seconds_until(given.retry_at) > LONGEST_WAIT_SECONDS:
        return "calls are paused for too long"
    return ""


def wait_for_circuit(context: Recovering) -> None:
    """Wait until the circuit lets the next call through."""
    reported = -1
    while (seconds := seconds_until(context.input.retry_at)) > 0:
        if (left := int(seconds)) != reported and left % 5 == 0:
            context.report(f"Calls are admitted again in {left} s")
            reported = left
        context.check_stop()
        time.sleep(min(_POLL_SECONDS, seconds))
    context.report("The pause is over")


def prove_circuit(context: Recovering) -> None:
    """Calls are admitted, and the source, if one is concerned, answers.

    Raises:
        ProtoDDFError: as the connection test of the source.
    """
    if context.input.source_id and context.input.failed_step not in ("install", "build"):
        prove_source(context)
    else:
        context.report("Calls are admitted again")


def reset_circuits(context: Recovering) -> None:
    """Close the circuits that failures opened; those that a person opened stay open."""
    closed = 0
    for each in policies():
        breaker = each.snapshot().breaker
        if breaker and breaker.state is not BreakerState.CLOSED and not breaker.forced:
            each.reset()
            closed += 1
    context.report(f"Circuits closed: {closed}")
