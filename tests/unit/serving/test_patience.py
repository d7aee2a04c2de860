"""Patience: a sender below the least rate is waited for no longer than the allowance; a faster one for ever."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.patience import LEAST_RATE, Patience

ALLOWANCE = 5.0


class Clock(asyncio.SelectorEventLoop):
    """An event loop that does not wait: its time goes on at once to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        waiting = [timer.when() for timer in self._scheduled if not timer.cancelled()]
        if not self._ready and waiting:
            self._now = max(self._now, min(waiting))
        super()._run_once()


def received(parts: list[tuple[float, int]]) -> bool:
    """Whether all parts arrive, each after so many seconds and with so many bytes."""

    async def receive() -> bool:
        patience = Patience(ALLOWANCE)
        for seconds, size in parts:
            try:
                await patience.wait(asyncio.sleep(seconds))
            except TimeoutError:
                return False
            patience.earn(size)
        return True

    loop = Clock()
    try:
        return loop.run_until_complete(receive())
    finally:
        loop.close()


@given(st.lists(st.floats(0, 0.9 * ALLOWANCE), max_size=20))
def test_who_sends_at_the_least_rate_is_waited_for(pauses: list[float]) -> None:
    assert received([(pause, round(pause * LEAST_RATE) + 1) for pause in pauses])


@given(st.lists(st.floats(0.1, 4.0), min_size=1, max_size=50), st.integers(0, 50))
def test_who_sends_less_is_not_waited_for_beyond_the_allowance(
    pauses: list[float], size: int
) -> None:
    earned = len(pauses) * size / LEAST_RATE
    if sum(pauses) > ALLOWANCE + earned + 0.1:
        assert not received([(pause, size) for pause in pauses])


@pytest.mark.parametrize("burst", [0, 1_000_000])
def test_what_came_before_gives_no_more_than_the_allowance(burst: int) -> None:
    assert received([(0, burst), (0.9 * ALLOWANCE, 0)])
    assert not received([(0, burst), (1.1 * ALLOWANCE, 0)])
