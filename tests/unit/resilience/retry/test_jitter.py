"""Jitters: each wait is within its bounds, and many of them spread."""

import random
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.resilience.retry import jitter
from proto_ddf.resilience.retry.jitter import Backoff

SECONDS = st.floats(0, 1000)


@st.composite
def backoffs(draw: st.DrawFn) -> Backoff:
    """Such as a retry makes: nothing is longer than the longest."""
    longest = draw(SECONDS)
    initial = draw(st.floats(0, longest))
    delay = draw(st.floats(initial, longest))
    return Backoff(delay, initial, draw(st.floats(initial, longest)), longest)


@given(backoffs())
def test_none_is_the_backoff(backoff: Backoff) -> None:
    assert jitter.none(backoff) == backoff.delay


@given(backoffs())
def test_full(backoff: Backoff) -> None:
    assert 0 <= jitter.full(backoff) <= backoff.delay


@given(backoffs())
def test_equal(backoff: Backoff) -> None:
    assert backoff.delay / 2 <= jitter.equal(backoff) <= backoff.delay


@given(backoffs())
def test_decorrelated(backoff: Backoff) -> None:
    wait = jitter.decorrelated(backoff)
    assert backoff.initial <= wait <= backoff.longest
    assert wait <= max(backoff.initial, backoff.previous * 3)


@given(backoffs(), st.floats(0, 1))
def test_share(backoff: Backoff, part: float) -> None:
    wait = jitter.share(part)(backoff)
    assert backoff.delay * (1 - part) <= wait <= backoff.delay


@given(backoffs(), SECONDS)
def test_added(backoff: Backoff, seconds: float) -> None:
    wait = jitter.added(seconds)(backoff)
    assert backoff.delay <= wait <= backoff.delay + seconds


@pytest.mark.parametrize("part", [-0.1, 1.1, float("nan")])
def test_no_share_is_more_than_the_whole(part: float) -> None:
    with pytest.raises(ValueError, match="share"):
        jitter.share(part)


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_nothing_negative_is_added(seconds: float) -> None:
    with pytest.raises(ValueError, match="negative"):
        jitter.added(seconds)


class TestSpread:
    BACKOFF = Backoff(delay=8.0, initial=0.5, previous=2.0, longest=8.0)

    @pytest.fixture(autouse=True)
    def _seeded(self) -> None:
        random.seed(20261122)

    def test_full_jitter_spreads_callers_evenly(self) -> None:
        """A thousand callers that failed together: in each eighth of the wait come about as many back."""
        waits = [jitter.full(self.BACKOFF) for _ in range(1000)]
        eighths = [sum(eighth <= wait < eighth + 1 for wait in waits) for eighth in range(8)]
        assert sum(eighths) == 1000
        assert all(90 <= callers <= 160 for callers in eighths), eighths
        assert mean(waits) == pytest.approx(4.0, abs=0.2)

    @pytest.mark.parametrize(
        ("one", "low", "high"),
        [
            (jitter.equal, 4.0, 8.0),
            (jitter.decorrelated, 0.5, 6.0),
            (jitter.share(0.1), 7.2, 8.0),
            (jitter.added(0.1), 8.0, 8.1),
        ],
        ids=["equal", "decorrelated", "share", "added"],
    )
    def test_the_others_use_the_whole_of_their_range(
        self, one: jitter.Jitter, low: float, high: float
    ) -> None:
        waits = sorted(one(self.BACKOFF) for _ in range(1000))
        width = high - low
        assert waits[0] == pytest.approx(low, abs=width / 50)
        assert waits[-1] == pytest.approx(high, abs=width / 50)
        assert max(after - before for before, after in pairwise(waits)) < width / 50
