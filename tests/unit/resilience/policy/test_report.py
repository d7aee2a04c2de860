"""The policy's snapshot."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest
import structlog

from proto_ddf.resilience import CircuitOpenError, RetryConfig, SlidingWindow, add_attempt_listener
from tests.unit.resilience.policies import THRICE, Flaky, Run, fail, make


class TestShown:
    def test_counts(self, run: Run) -> None:
        policy = make(retry=THRICE, failure_threshold=4)
        run(policy, Flaky(ConnectionError()))
        with pytest.raises(ConnectionError):
            run(policy, Flaky(*(ConnectionError() for _ in range(3))))
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (2, 1, 5, 3)
        policy.force_open()
        with pytest.raises(CircuitOpenError):
            run(policy, Flaky())
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (3, 2, 6, 3)

    def test_counts_of_many_threads_are_exact(self) -> None:
        twice = RetryConfig(max_attempts=2, initial_delay=0.0)
        policy = make(retry=twice, budget=None, failure_threshold=10_000)
        ready = threading.Barrier(8)

        def work() -> None:
            ready.wait(30)
            for _ in range(200):
                policy.call_sync(Flaky(ConnectionError()))

        with ThreadPoolExecutor(8) as pool:
            for each in [pool.submit(work) for _ in range(8)]:
                each.result(timeout=120)
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts) == (1600, 0, 3200)
        assert shown.breaker is not None
        assert shown.breaker.calls == 3200

    def test_listeners_are_called_for_every_failed_attempt_until_they_are_removed(
        self, run: Run, failed: list[Exception]
    ) -> None:
        told: list[tuple[str, str]] = []
        remove = add_attempt_listener(lambda system, target, _error: told.append((system, target)))
        first, second = ConnectionError("first"), ConnectionError("second")
        assert run(make(retry=THRICE), Flaky(first, second)) == "done"
        remove()
        run(make(retry=THRICE), Flaky(ConnectionError("third")))
        assert failed[:2] == [first, second]
        assert told == [("source", "a")] * 2

    def test_a_listener_that_raises_affects_neither_calls_nor_other_listeners(
        self, run: Run
    ) -> None:
        def broken(*_about: object) -> None:
            raise ValueError("broken")

        told: list[Exception] = []
        removals = [
            add_attempt_listener(broken),
            add_attempt_listener(lambda _system, _target, error: told.append(error)),
        ]
        with structlog.testing.capture_logs() as lines:
            assert run(make(retry=THRICE), Flaky(ConnectionError())) == "done"
        for remove in removals:
            remove()
        assert len(told) == 1
        assert [line["error_type"] for line in lines if line["event"] == "listener raised"] == [
            "ValueError"
        ]

    def test_the_log_of_its_retries_names_it(self, run: Run) -> None:
        with structlog.testing.capture_logs() as lines:
            run(make(retry=THRICE), Flaky(ConnectionError()))
        assert [(line["event"], line["call"]) for line in lines] == [("retrying", "source a")]

    def test_the_retry_budget_of_the_system_is_shown_as_it_stands(self) -> None:
        policy = make(retry=THRICE, budget=(3.0, 0.5), breaker=False)
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(*(ConnectionError() for _ in range(3))))
        budget = policy.snapshot().budget
        assert budget is not None
        assert (budget.tokens, budget.allowed) == (1.0, False)

    def test_it_can_be_written_as_json(self) -> None:
        policy = make(
            deadline=9,
            max_concurrent=2,
            rate=(5, 1.0),
            adaptive=True,
            window=SlidingWindow("time", 10, 1),
        )
        fail(policy, 1)
        told = json.loads(json.dumps(asdict(policy.snapshot())))
        assert told["breaker"]["state"] == "open"
        assert told["bulkhead"]["active"] == 0
        assert ["Rate limit", "5 calls in 1 s"] in told["config"]
