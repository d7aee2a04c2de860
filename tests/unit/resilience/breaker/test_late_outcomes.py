"""Results that come too late to count, and probes that hang."""

from collections.abc import Callable
from typing import Any

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    Suspended,
    call_in_progress,
    fail_times,
    succeed_times,
    trip,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(
        "shop", failure_threshold=3, success_threshold=2, probe_timeout=10.0, clock=clock
    )


Begun = Callable[[Exception | None], None]
"""Ends a call that was begun, with that error."""


def begin(breaker: CircuitBreaker) -> Begun:
    coroutine = breaker.call(Suspended)
    coroutine.send(None)

    def end(error: Exception | None) -> None:
        with pytest.raises(type(error) if error else StopIteration):
            coroutine.throw(error) if error else coroutine.send(None)

    return end


pytestmark = pytest.mark.parametrize("late", [None, ConnectionError(), ValueError()], ids=repr)


def everything(breaker: CircuitBreaker) -> dict[str, Any]:
    """Everything that a result could change, except the totals."""
    snapshot = breaker.snapshot()
    return {
        "state": snapshot.state,
        "failures": snapshot.failures,
        "successes": snapshot.successes,
        "retry_after": snapshot.retry_after,
        "transitions": snapshot.transitions,
    }


def test_of_a_call_from_before_it_opened(
    breaker: CircuitBreaker, clock: Clock, late: Exception | None
) -> None:
    ends = [begin(breaker) for _ in range(4)]
    trip(breaker)
    before = everything(breaker)
    ends.pop()(late)
    assert everything(breaker) == before

    clock.now += 30
    assert breaker.state is HALF_OPEN
    before = everything(breaker)
    ends.pop()(late)
    assert everything(breaker) == before, "it is no probe"

    with call_in_progress(breaker):
        before = everything(breaker)
        ends.pop()(late)
        assert everything(breaker) == before, "it does not free the place of the probe"

    succeed_times(breaker, 1)
    assert breaker.state is CLOSED
    fail_times(breaker, 2)
    before = everything(breaker)
    ends.pop()(late)
    assert everything(breaker) == before


@pytest.mark.parametrize("by_hand", ["reset", "force_open"])
def test_of_a_call_from_before_a_change_by_hand(
    breaker: CircuitBreaker, late: Exception | None, by_hand: str
) -> None:
    fail_times(breaker, 2)
    end = begin(breaker)
    getattr(breaker, by_hand)()
    if by_hand == "reset":
        fail_times(breaker, 2)
    before = everything(breaker)
    end(late)
    assert everything(breaker) == before


def test_of_a_probe_after_another_one_decided(clock: Clock, late: Exception | None) -> None:
    breaker = CircuitBreaker(
        "x", success_threshold=1, half_open_max_calls=4, probe_timeout=100, clock=clock
    )
    trip(breaker)
    clock.now += 30
    ends = [begin(breaker) for _ in range(4)]
    ends.pop()(ConnectionError())
    before = everything(breaker)
    assert before["state"] is OPEN
    ends.pop()(late)
    assert everything(breaker) == before

    clock.now += 30
    succeed_times(breaker, 1)
    fail_times(breaker, 1)
    before = everything(breaker)
    assert before["state"] is CLOSED
    ends.pop()(late)
    assert everything(breaker) == before


def test_of_a_probe_whose_lease_is_over(
    breaker: CircuitBreaker, clock: Clock, late: Exception | None
) -> None:
    trip(breaker)
    clock.now += 30
    hung = [begin(breaker)]
    clock.now += 9
    with pytest.raises(CircuitOpenError) as caught:
        breaker.call_sync(int)
    assert caught.value.retry_after == pytest.approx(1)

    clock.now += 1
    assert breaker.snapshot().retry_after == 0.0, "it makes room"
    hung.append(begin(breaker))
    before = everything(breaker)
    hung.pop(0)(late)
    assert everything(breaker) == before, "its result is dropped and the next one keeps its place"

    clock.now += 10
    hung.pop()(late)
    snapshot = breaker.snapshot()
    assert (snapshot.state, snapshot.successes) == (HALF_OPEN, 0), "also when no other came"

    succeed_times(breaker, 2)
    assert breaker.state is CLOSED


def test_a_probe_from_before_a_change_takes_no_place_after_it(
    clock: Clock, late: Exception | None
) -> None:
    breaker = CircuitBreaker("x", reset_timeout=5.0, probe_timeout=100.0, clock=clock)
    trip(breaker)
    clock.now += 5
    end = begin(breaker)
    breaker.reset()
    trip(breaker)
    clock.now += 5
    assert breaker.snapshot().retry_after == 0.0
    with call_in_progress(breaker):
        end(late)
        assert breaker.snapshot().retry_after == 100.0


def test_hung_probes_never_wedge_it(clock: Clock, late: Exception | None) -> None:
    breaker = CircuitBreaker(
        "x", half_open_max_calls=2, success_threshold=2, probe_timeout=10, clock=clock
    )
    trip(breaker)
    clock.now += 30
    hung = []
    for _ in range(10):
        hung += [begin(breaker), begin(breaker)]
        with pytest.raises(CircuitOpenError):
            begin(breaker)
        clock.now += 10
    for end in hung:
        end(late)
    assert breaker.state is HALF_OPEN
    succeed_times(breaker, 2)
    assert breaker.state is CLOSED


def test_totals_count_late_results_too(breaker: CircuitBreaker, late: Exception | None) -> None:
    end = begin(breaker)
    breaker.reset()
    end(late)
    snapshot = breaker.snapshot()
    assert (snapshot.calls, snapshot.failed) == (1, int(isinstance(late, ConnectionError)))
