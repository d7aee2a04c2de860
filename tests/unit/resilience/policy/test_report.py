"""The policy's snapshot."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest
import structlog

from proto_ddf.resilience import CircuitOpenError, Policy, PolicyConfig, RetryConfig, SlidingWindow
from tests.unit.resilience.policies import ONCE, THRICE, Clock, Flaky, Run, fail, make


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

    def test_the_last_errors_are_kept_with_their_words(self) -> None:
        policy = make(breaker=False)
        fail(policy, 25)
        errors = policy.snapshot().last_errors
        assert len(errors) == 20
        assert errors[-1][1:] == ("connection_failed", "No connection")
        assert errors[0][0] <= errors[-1][0]

    def test_the_log_of_its_retries_names_it(self, run: Run) -> None:
        with structlog.testing.capture_logs() as lines:
            run(make(retry=THRICE), Flaky(ConnectionError()))
        assert [(line["event"], line["call"]) for line in lines] == [("retrying", "source a")]

    def test_so_many_errors_in_so_short_a_time_alert(self) -> None:
        clock = Clock()
        config = PolicyConfig(retry=ONCE, breaker=False, alert_threshold=3, alert_window=60)
        policy = Policy("source", "a", config, clock=clock)
        fail(policy, 1)
        clock.now += 30
        fail(policy, 1)
        assert not policy.snapshot().alerting
        clock.now += 30
        fail(policy, 1)
        assert policy.snapshot().alerting
        clock.now += 1
        assert not policy.snapshot().alerting

    def test_the_retry_budget_of_the_system_is_shown_as_it_stands(self) -> None:
        policy = make(retry=THRICE, budget=(3.0, 0.5), breaker=False)
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(*(ConnectionError() for _ in range(3))))
        budget = policy.snapshot().budget
        assert budget is not None
        assert (budget.tokens, budget.allowed) == (1.0, False)

    def test_it_can_be_told_as_json(self) -> None:
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
