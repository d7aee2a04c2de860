"""Jitters: each wait is within its bounds, and many of them spread."""

import random
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.resilience.retry import jitter

SECONDS = st.floats(0, 1000)


@given(SECONDS)
def test_none_is_the_backoff(backoff: float) -> None:
    assert jitter.none(backoff) == backoff


@given(SECONDS)
def test_full(backoff: float) -> None:
    assert 0 <= jitter.full(backoff) <= backoff


@given(SECONDS)
def test_equal(backoff: float) -> None:
    assert backoff / 2 <= jitter.equal(backoff) <= backoff


@given(SECONDS, SECONDS)
def test_additive(backoff: float, seconds: float) -> None:
    wait = jitter.additive(seconds)(backoff)
    assert backoff <= wait <= backoff + seconds


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_additive_jitter_is_not_negative(seconds: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        jitter.additive(seconds)


class TestSpread:
    BACKOFF = 8.0

    @pytest.fixture(autouse=True)
    def _seeded(self) -> None:
        random.seed(20261122)

    def test_full_jitter_spreads_callers_evenly(self) -> None:
        """A thousand callers that failed together: about as many retry in each eighth of the wait."""
        waits = [jitter.full(self.BACKOFF) for _ in range(1000)]
        eighths = [sum(eighth <= wait < eighth + 1 for wait in waits) for eighth in range(8)]
        assert sum(eighths) == 1000
        assert all(90 <= callers <= 160 for callers in eighths), eighths
        assert mean(waits) == pytest.approx(4.0, abs=0.2)

    @pytest.mark.parametrize(
        ("one", "low", "high"),
        [
            (jitter.equal, 4.0, 8.0),
            (jitter.additive(0.1), 8.0, 8.1),
        ],
        ids=["equal", "additive"],
    )
    def test_the_others_use_the_whole_of_their_range(
        self, one: jitter.Jitter, low: float, high: float
    ) -> None:
        waits = sorted(one(self.BACKOFF) for _ in range(1000))
        width = high - low
        assert waits[0] == pytest.approx(low, abs=width / 50)
        assert waits[-1] == pytest.approx(high, abs=width / 50)
        assert max(after - before for before, after in pairwise(waits)) < width / 50
