"""In which order a call passes the layers of its policy, on the way in and on the way out."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker
from proto_ddf.resilience.deadline import deadline
from proto_ddf.resilience.injection import registry
from proto_ddf.resilience.limits.bulkhead import Bulkhead
from proto_ddf.resilience.limits.rate import RateLimit
from proto_ddf.resilience.policy import Policy, PolicyConfig
from proto_ddf.resilience.retry import Retry, RetryConfig

CONFIG = PolicyConfig(
    retry=RetryConfig(max_attempts=2, initial_delay=0.0),
    deadline=30.0,
    attempt_timeout=20.0,
    max_concurrent=1,
    rate=(100, 1.0),
)
ATTEMPT = [
    "> breaker",
    "> rate",
    "< rate",
    "> bulkhead",
    "> attempt timeout",
    "> faults",
    "< faults",
    "> call",
    "< call",
    "< attempt timeout",
    "< bulkhead",
    "< breaker",
]


class Recorder:
    """Records which layer is entered and left."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def inside(self, layer: str) -> Iterator[None]:
        self.steps.append(f"> {layer}")
        try:
            yield
        finally:
            self.steps.append(f"< {layer}")

    def around(self, layer: str, fn: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*args: Any, **kwargs: Any) -> Any:
            with self.inside(layer):
                return fn(*args, **kwargs)

        return recorded

    def around_async(self, layer: str, fn: Callable[..., Any]) -> Callable[..., Any]:
        async def recorded(*args: Any, **kwargs: Any) -> Any:
            with self.inside(layer):
                return await fn(*args, **kwargs)

        return recorded

    def scope(self, layer: str, make: Callable[..., deadline.DeadlineScope]) -> Callable[..., Any]:
        return lambda *args, **kwargs: RecordedScope(self, layer, make(*args, **kwargs))


class RecordedScope:
    """A deadline's scope that records when it is entered and left."""

    def __init__(self, recorder: Recorder, layer: str, scope: deadline.DeadlineScope) -> None:
        self.steps, self.layer, self.scope = recorder.steps, layer, scope

    def __enter__(self) -> None:
        self.steps.append(f"> {self.layer}")
        self.scope.__enter__()

    def __exit__(self, *raised: Any) -> None:
        self.steps.append(f"< {self.layer}")
        self.scope.__exit__(*raised)

    async def __aenter__(self) -> None:
        self.steps.append(f"> {self.layer}")
        await self.scope.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        self.steps.append(f"< {self.layer}")
        await self.scope.__aexit__(*raised)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    one = Recorder()
    around, around_async = one.around, one.around_async
    policy = sys.modules[Policy.__module__]  # the package's own name `policy` is the function
    monkeypatch.setattr(policy, "deadline_after", one.scope("deadline", deadline.deadline_after))
    monkeypatch.setattr(
        policy, "attempt_timeout", one.scope("attempt timeout", deadline.attempt_timeout)
    )
    monkeypatch.setattr(Retry, "call", around_async("retry", Retry.call))
    monkeypatch.setattr(Retry, "call_sync", around("retry", Retry.call_sync))
    monkeypatch.setattr(CircuitBreaker, "call", around_async("breaker", CircuitBreaker.call))
    monkeypatch.setattr(CircuitBreaker, "call_sync", around("breaker", CircuitBreaker.call_sync))
    monkeypatch.setattr(RateLimit, "take", around("rate", RateLimit.take))
    enter, leave = Bulkhead.try_enter, Bulkhead.leave

    def enter_recorded(self: Bulkhead) -> bool:
        one.steps.append("> bulkhead")
        return enter(self)

    def leave_recorded(self: Bulkhead) -> None:
        one.steps.append("< bulkhead")
        leave(self)

    monkeypatch.setattr(Bulkhead, "try_enter", enter_recorded)
    monkeypatch.setattr(Bulkhead, "leave", leave_recorded)
    monkeypatch.setattr(registry, "any_active", True)
    monkeypatch.setattr(registry, "apply", around_async("faults", registry.apply))
    monkeypatch.setattr(registry, "apply_sync", around("faults", registry.apply_sync))
    return one


Run = Callable[[Policy, Callable[..., Any]], Any]


def run_sync(one: Policy, fn: Callable[..., Any]) -> Any:
    return one.call_sync(fn)


def run_async(one: Policy, fn: Callable[..., Any]) -> Any:
    async def called() -> Any:
        return fn()

    return asyncio.run(one.call(called))


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


def test_a_call_that_succeeds(recorder: Recorder, run: Run) -> None:
    one = Policy("source", config=CONFIG)
    assert run(one, recorder.around("call", lambda: 7)) == 7
    assert recorder.steps == ["> deadline", "> retry", *ATTEMPT, "< retry", "< deadline"]


def test_a_call_that_fails_twice_and_falls_back(recorder: Recorder, run: Run) -> None:
    def fail() -> None:
        raise ConnectionError("down")

    def fall_back(error: Exception) -> str:
        recorder.steps.append("fallback")
        return "instead"

    one = Policy("source", config=CONFIG).with_fallback(fall_back)
    assert run(one, recorder.around("call", fail)) == "instead"
    assert recorder.steps == [
        "> deadline",
        "> retry",
        *ATTEMPT,
        *ATTEMPT,
        "< retry",
        "< deadline",
        "fallback",
    ]


def test_what_is_switched_off_is_left_out(recorder: Recorder, run: Run) -> None:
    off = PolicyConfig(retry=RetryConfig(max_attempts=1), breaker=False, budget=None)
    assert run(Policy("source", config=off), recorder.around("call", lambda: 7)) == 7
    assert recorder.steps == [
        "> attempt timeout",
        "> faults",
        "< faults",
        "> call",
        "< call",
        "< attempt timeout",
    ]
