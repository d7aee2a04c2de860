"""The retries and circuits of error handling: three retries, and a circuit for each operation."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from proto_ddf.resilience import CircuitOpenError
from proto_ddf.resilience.intelligent_retry import DEFAULTS, IntelligentRetrySystem
from proto_ddf.resilience.retry import jitter
from proto_ddf.settings import get_settings

QUICK = replace(
    DEFAULTS, retry=replace(DEFAULTS.retry, initial_delay=0.0, max_delay=0.0, jitter=jitter.none)
)


class Calls:
    """Fails with each of the errors in turn, and succeeds afterwards."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def execute(
    system: IntelligentRetrySystem, call: Callable[[], Awaitable[str]], operation: str = "read"
) -> str:
    return asyncio.run(system.execute_with_retry(call, {"operation": operation}))


def test_three_retries_end_what_is_transient() -> None:
    call = Calls(*(ConnectionResetError("reset") for _ in range(3)))
    assert execute(IntelligentRetrySystem(QUICK), call) == "done"
    assert call.made == 4


def test_the_fourth_failure_is_raised() -> None:
    call = Calls(*(ConnectionResetError(str(number)) for number in range(9)))
    with pytest.raises(ConnectionResetError, match="3"):
        execute(IntelligentRetrySystem(QUICK), call)
    assert call.made == 4


def test_what_no_retry_ends_is_raised_at_once() -> None:
    call = Calls(ValueError("mistyped"))
    with pytest.raises(ValueError, match="mistyped"):
        execute(IntelligentRetrySystem(QUICK), call)
    assert call.made == 1


def test_five_failures_in_a_row_open_the_circuit_of_this_operation_only() -> None:
    system = IntelligentRetrySystem(QUICK)
    call = Calls(*(ConnectionResetError("reset") for _ in range(9)))
    for _ in range(2):
        with pytest.raises((ConnectionResetError, CircuitOpenError)):
            execute(system, call)
    assert call.made == 5
    with pytest.raises(CircuitOpenError):
        execute(system, call)
    assert execute(system, Calls(), "write") == "done"


@pytest.mark.usefixtures("home")
def test_settings_switch_both_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_RETRY", "false")
    monkeypatch.setenv("ENABLE_CIRCUIT_BREAKER", "false")
    get_settings.cache_clear()
    system = IntelligentRetrySystem()
    call = Calls(*(ConnectionResetError("reset") for _ in range(9)))
    for _ in range(9):
        with pytest.raises(ConnectionResetError):
            execute(system, call)
    assert call.made == 9
