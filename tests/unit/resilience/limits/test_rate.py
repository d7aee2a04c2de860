"""The rate limit: which calls are admitted, and how long the others must wait."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors import classify
from proto_ddf.resilience.limits.rate import RateLimit, RateLimitedError


@dataclass
class FakeTime:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


def test_so_many_at_once_then_a_refusal_that_says_when(clock: FakeTime) -> None:
    limit = RateLimit("source", 3, 6.0, clock=clock)
    for _ in range(3):
        limit.take()
    with pytest.raises(RateLimitedError) as refused:
        limit.take()
    assert refused.value.retry_after == pytest.approx(2.0)
    assert (refused.value.code, refused.value.system) == ("rate_limited", "source")


def test_it_fills_evenly(clock: FakeTime) -> None:
    limit = RateLimit("source", 3, 6.0, clock=clock)
    for _ in range(3):
        limit.take()
    clock.now += 3.9
    limit.take()
    with pytest.raises(RateLimitedError) as refused:
        limit.take()
    assert refused.value.retry_after == pytest.approx(0.1)


def test_it_never_holds_more_than_full(clock: FakeTime) -> None:
    limit = RateLimit("source", 2, 1.0, clock=clock)
    clock.now += 3600
    limit.take()
    limit.take()
    with pytest.raises(RateLimitedError):
        limit.take()


@given(
    calls=st.integers(1, 1000),
    seconds=st.floats(0.01, 3600),
    start=st.floats(0, 1e7),
    rounds=st.integers(1, 20),
)
def test_who_waits_as_long_as_required_is_let_through(
    calls: int, seconds: float, start: float, rounds: int
) -> None:
    clock = FakeTime(start)
    limit = RateLimit("source", calls, seconds, clock=clock)
    for _ in range(calls):
        limit.take()
    for _ in range(rounds):
        with pytest.raises(RateLimitedError) as refused:
            limit.take()
        clock.now += refused.value.retry_after
        limit.take()


def test_threads_get_exactly_as_many_as_allowed(clock: FakeTime) -> None:
    limit = RateLimit("source", 100, 60.0, clock=clock)

    def take(_: int) -> bool:
        try:
            limit.take()
        except RateLimitedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(800))) == 100
    assert limit.snapshot().refused == 700


def test_the_snapshot_tells_what_is_left(clock: FakeTime) -> None:
    limit = RateLimit("source", 3, 6.0, clock=clock)
    limit.take()
    assert limit.snapshot().available == 2
    clock.now += 2
    shown = limit.snapshot()
    assert (shown.calls, shown.seconds, shown.available, shown.refused) == (3, 6.0, 3, 0)


def test_the_refusal_is_said_in_words(clock: FakeTime) -> None:
    found = classify(RateLimitedError("source", 1.2))
    assert found.code == "rate_limited"


@pytest.mark.parametrize(("calls", "seconds"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_nonsense_is_refused(calls: int, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"(calls|seconds) must be"):
        RateLimit("source", calls, seconds)
