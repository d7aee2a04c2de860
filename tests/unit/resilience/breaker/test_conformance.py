"""Proto-DDF passes every check of the suite that compares libraries, and every check can fail."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import tenacity

from benchmarks.conformance import table
from benchmarks.conformance.breaker_probes import BREAKER_PROBES
from benchmarks.conformance.breakers import OWN, OWN_POLICY, PEERS, Own
from benchmarks.conformance.contract import (
    AsyncCall,
    BreakerLibrary,
    RetryLibrary,
    Setup,
    SyncCall,
)
from benchmarks.conformance.retries import OWN_RETRY, OWN_RETRY_POLICY, RETRY_PEERS
from benchmarks.conformance.retry_probes import RETRY_PROBES
from benchmarks.conformance.suite import Outcome, run_probe


class LosesOne(Own):
    """A race in the counter: the breaker misses the first failure."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._heard = False

    def call_sync(self, fn: SyncCall) -> Any:
        if self._heard:
            return super().call_sync(fn)
        self._heard = True
        return fn()


async def deaf(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    """Ignores `Retry-After`."""
    return await tenacity.AsyncRetrying(wait=tenacity.wait_fixed(wait))(fn)


async def greedy(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    """Counts a cancellation as a failure."""
    always = tenacity.retry_if_exception(lambda error: True)
    stop = tenacity.stop_after_attempt(2)
    return await tenacity.AsyncRetrying(retry=always, stop=stop)(fn)


async def restless(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    """Treats a cancellation as the end of the wait."""

    async def sleep(seconds: float) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(seconds)

    stop, waits = tenacity.stop_after_attempt(2), tenacity.wait_fixed(wait)
    return await tenacity.AsyncRetrying(sleep=sleep, stop=stop, wait=waits)(fn)


async def jealous(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    """Treats every cancellation as its own after its timeout."""
    task = asyncio.current_task()
    assert task is not None
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(total, end) for end in (over.set, task.cancel)]
    try:
        return await fn()
    except asyncio.CancelledError:
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        for timer in timers:
            timer.cancel()


WRONG_BREAKERS = {"LosesOne": BreakerLibrary("LosesOne", "", LosesOne)}
WRONG_RETRIES = {
    run.__name__: RetryLibrary(run.__name__, "", run) for run in (deaf, greedy, restless, jealous)
}
BREAKERS = {library.name: library for library in PEERS} | WRONG_BREAKERS
RETRIES = {library.name: library for library in RETRY_PEERS} | WRONG_RETRIES

# For each probe one library that is known to fail it.
BREAKERS_THAT_FAIL = {
    "half_open_tasks": "aiobreaker",
    "half_open_threads": "aiobreaker",
    "coroutine_function": "pybreaker",
    "side_by_side": "pybreaker",
    "cancellation": "purgatory",
    "cancel_everywhere": "purgatory",
    "base_exceptions": "circuitbreaker",
    "late_success": "circuitbreaker",
    "late_failure": "hyx",
    "hung_probe": "interlock-cb",
    "exact_counts": "LosesOne",
}
RETRIES_THAT_FAIL = {
    "attempt_cut": "stamina",
    "waits_bounded": "stamina",
    "retry_after_bounded": "stamina",
    "retry_after_kept": "deaf",
    "cancelled_attempt": "greedy",
    "cancelled_wait": "restless",
    "cancelled_at_the_end": "hyx",
    "cancelled_at_the_deadline": "jealous",
}


@pytest.mark.parametrize("probe", BREAKER_PROBES.values(), ids=lambda probe: probe.__name__)
@pytest.mark.parametrize("library", [OWN, OWN_POLICY], ids=["breaker", "policy"])
def test_our_breaker_passes(probe, library):
    outcome = run_probe(probe.__name__, probe, library)
    assert (outcome.result, outcome.happened) == ("pass", "")


@pytest.mark.parametrize("probe", RETRY_PROBES.values(), ids=lambda probe: probe.__name__)
@pytest.mark.parametrize("library", [OWN_RETRY, OWN_RETRY_POLICY], ids=["retry", "policy"])
def test_our_retry_and_deadline_pass(probe, library):
    outcome = run_probe(probe.__name__, probe, library)
    assert (outcome.result, outcome.happened) == ("pass", "")


@pytest.mark.parametrize("probe", BREAKER_PROBES.values(), ids=lambda probe: probe.__name__)
def test_a_breaker_can_fail(probe):
    library = BREAKERS[BREAKERS_THAT_FAIL[probe.__name__]]
    outcome = run_probe(probe.__name__, probe, library)
    assert outcome.result == "fails"
    assert "raises" not in outcome.happened


@pytest.mark.parametrize("probe", RETRY_PROBES.values(), ids=lambda probe: probe.__name__)
def test_a_retry_can_fail(probe):
    library = RETRIES[RETRIES_THAT_FAIL[probe.__name__]]
    outcome = run_probe(probe.__name__, probe, library)
    assert outcome.result == "fails"
    assert "raises" not in outcome.happened


def test_a_library_that_hangs_holds_up_nothing(monkeypatch):
    monkeypatch.setattr("benchmarks.conformance.suite.LIMIT_SECONDS", 0.05)

    async def hangs(library):
        await asyncio.sleep(0.5)

    assert run_probe("hangs", hangs, OWN).happened == "no end within 0.05 s"


def test_the_tables_hold_what_was_found():
    outcomes = [
        Outcome("a", "first", "pass"),
        Outcome("b", "first", "not offered"),
        Outcome("a", "second", "pass"),
        Outcome("b", "second", "fails", "100 started"),
    ]
    assert table.matrix(outcomes).splitlines() == [
        "| | a | b |",
        "|---|---|---|",
        "| first | yes | - |",
        "| second | yes | **no** |",
    ]
    assert table.failures(outcomes).splitlines()[2:] == ["| b | second | 100 started |"]


def test_only_the_marked_section_is_rewritten(tmp_path, monkeypatch):
    file = tmp_path / "resilience.md"
    monkeypatch.setattr(table, "FILE", file)
    file.write_text("# Title\n\nBefore.\n")
    table.write([Outcome("a", "first", "pass")], [], "Machine.")
    file.write_text(file.read_text() + "\nAfter.\n")
    table.write([Outcome("a", "first", "fails", "did not")], [], "Machine.")
    text = file.read_text()
    assert text.startswith("# Title\n\nBefore.\n")
    assert text.endswith("\nAfter.\n")
    assert text.count(table.BEGIN) == 1
    assert "did not" in text
    assert "| first | yes |" not in text
