"""Listeners of the breaker's transitions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog

from proto_ddf.resilience.breaker import CircuitBreaker, Transition
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    call_in_progress,
    fail_times,
    succeed_times,
    trip,
)


class TestListeners:
    def test_one_event_a_change(self, breaker: CircuitBreaker, clock: Clock) -> None:
        told: list[tuple[CircuitBreaker, Transition]] = []
        breaker.add_listener(lambda one, change: told.append((one, change)))
        trip(breaker)
        clock.now += 30
        for _ in range(3):
            assert breaker.state is HALF_OPEN
            breaker.snapshot()
        succeed_times(breaker, 3)
        breaker.reset()
        breaker.force_open()
        breaker.force_open()
        assert [(change.before, change.after) for _, change in told] == [
            (CLOSED, OPEN),
            (OPEN, HALF_OPEN),
            (HALF_OPEN, CLOSED),
            (CLOSED, OPEN),
        ]
        assert {id(one) for one, _ in told} == {id(breaker)}
        assert tuple(change for _, change in told) == breaker.snapshot().transitions

    @pytest.mark.parametrize(
        "look",
        [lambda breaker: breaker.state, lambda breaker: breaker.snapshot().state],
        ids=["state", "snapshot"],
    )
    def test_who_sees_half_open_was_notified_of_it(
        self, breaker: CircuitBreaker, clock: Clock, look: Callable[[CircuitBreaker], object]
    ) -> None:
        told = [CLOSED]
        breaker.add_listener(lambda _, change: told.append(change.after))
        trip(breaker)
        clock.now += 30
        assert look(breaker) is told[-1] is HALF_OPEN

    def test_a_refused_call_also_tells(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", failure_threshold=1, clock=clock)
        told: list[object] = []
        breaker.add_listener(lambda _, change: told.append(change.after))
        fail_times(breaker, 1)
        clock.now += 30
        with call_in_progress(breaker):
            assert told == [OPEN, HALF_OPEN]

    def test_one_that_raises_does_no_harm(self, breaker: CircuitBreaker) -> None:
        told: list[object] = []

        def broken(_: CircuitBreaker, change: Transition) -> None:
            raise RuntimeError("no room")

        breaker.add_listener(broken)
        breaker.add_listener(lambda _, change: told.append(change.after))
        with structlog.testing.capture_logs() as lines:
            breaker.force_open()
        assert told == [OPEN]
        assert [line["error"] for line in lines if line["event"] == "listener raised"] == [
            "no room"
        ]

    def test_one_that_was_removed_is_not_reported(self, breaker: CircuitBreaker) -> None:
        told: list[object] = []

        def note(_: CircuitBreaker, change: Transition) -> None:
            told.append(change.after)

        first, second = breaker.add_listener(note), breaker.add_listener(note)
        breaker.force_open()
        first()
        first()
        breaker.reset()
        second()
        breaker.force_open()
        assert told == [OPEN, OPEN, CLOSED]

    def test_one_may_use_the_breaker_and_changes_are_reported_in_order(
        self, breaker: CircuitBreaker
    ) -> None:
        told: list[object] = []

        def close_at_once(one: CircuitBreaker, change: Transition) -> None:
            if change.after is OPEN:
                one.reset()
                assert one.call_sync(lambda: 1) == 1

        breaker.add_listener(close_at_once)
        breaker.add_listener(lambda _, change: told.append(change.after))
        breaker.force_open()
        assert told == [OPEN, CLOSED]

    def test_no_lock_is_held_while_they_run(self, breaker: CircuitBreaker) -> None:
        seen: list[object] = []

        def look(one: CircuitBreaker, change: Transition) -> None:
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(lambda: one.snapshot().state).result(timeout=30))

        breaker.add_listener(look)
        breaker.force_open()
        assert seen == [OPEN]


def test_changes_of_state_are_logged(breaker: CircuitBreaker, clock: Clock) -> None:
    with structlog.testing.capture_logs() as lines:
        trip(breaker)
        clock.now += 30
        succeed_times(breaker, 2)
    assert [(line["target"], line["before"], line["after"]) for line in lines] == [
        ("shop", CLOSED, OPEN),
        ("shop", OPEN, HALF_OPEN),
        ("shop", HALF_OPEN, CLOSED),
    ]
