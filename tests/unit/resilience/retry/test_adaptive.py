"""Adaptive retries: waits and attempts depend on the recent success rate, within their limits."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.resilience.retry import AdaptiveRetry, AdaptiveSnapshot


def after(outcomes: list[bool], weight: float = 0.1) -> AdaptiveSnapshot:
    adaptive = AdaptiveRetry(weight)
    for good in outcomes:
        if good:
            adaptive.succeeded()
        else:
            adaptive.failed()
    return adaptive.snapshot()


OUTCOMES = st.lists(st.booleans(), max_size=200)


@given(OUTCOMES, st.floats(0.01, 1), st.integers(1, 10))
def test_whatever_happens_it_stays_within_its_bounds(
    outcomes: list[bool], weight: float, configured: int
) -> None:
    found = after(outcomes, weight)
    assert found.outcomes == len(outcomes)
    assert 0 <= found.success_rate <= 1
    assert 0.5 <= found.wait_factor <= 4
    assert min(2, configured) <= found.attempts(configured) <= configured + 2


@given(OUTCOMES, st.integers(1, 10))
def test_a_success_never_makes_it_more_timid_nor_a_failure_bolder(
    outcomes: list[bool], configured: int
) -> None:
    before, good, bad = after(outcomes), after([*outcomes, True]), after([*outcomes, False])
    assert good.wait_factor <= before.wait_factor <= bad.wait_factor
    assert good.attempts(configured) >= before.attempts(configured) >= bad.attempts(configured)


@given(st.integers(1, 100))
def test_at_first_it_changes_nothing(configured: int) -> None:
    found = AdaptiveRetry().snapshot()
    assert found.wait_factor == pytest.approx(1.0)
    assert found.attempts(configured) == configured


def test_where_all_goes_well_a_hiccup_is_tried_again_soon_and_more_often() -> None:
    found = after([True] * 100)
    assert found.wait_factor == pytest.approx(0.5, abs=0.01)
    assert (found.attempts(5), found.attempts(3), found.attempts(2)) == (7, 5, 4)


def test_where_all_fails_it_waits_long_and_tries_twice() -> None:
    found = after([False] * 100)
    assert found.wait_factor == pytest.approx(4.0, abs=0.01)
    assert (found.attempts(5), found.attempts(3), found.attempts(2)) == (2, 2, 2)


@pytest.mark.parametrize("outcomes", [[True] * 100, [], [False] * 100])
def test_who_wants_one_attempt_gets_one(outcomes: list[bool]) -> None:
    assert after(outcomes).attempts(1) == 1


def test_it_forgets_what_was_long_ago() -> None:
    assert after([False] * 100 + [True] * 60).success_rate > 0.99


def test_threads_lose_no_outcome() -> None:
    adaptive = AdaptiveRetry()
    threads = [
        threading.Thread(target=lambda: [adaptive.succeeded() for _ in range(2000)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert adaptive.snapshot().outcomes == 16_000


@pytest.mark.parametrize("weight", [0, -1, 1.1, float("nan")])
def test_a_weight_that_makes_no_sense_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        AdaptiveRetry(weight)
