"""The server sheds load when it has too much for a while, and stops by itself when that is over."""

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.load import LATE_SECONDS, MOST_WORKING, RECOVERED, SAMPLES, Load

lags = st.floats(0, 3, allow_nan=False)


@given(st.lists(st.tuples(lags, st.integers(0, 2 * MOST_WORKING)), max_size=40))
def test_it_begins_above_the_limits_and_ends_well_below_them(
    seen: list[tuple[float, int]],
) -> None:
    load, was_overloaded, last = Load(), False, []
    for lag, working in seen:
        load.add_lag(lag)
        load.working = working
        last = [*last, lag][-SAMPLES:]
        is_overloaded = load.is_overloaded()
        if is_overloaded and not was_overloaded:
            late_for_long = len(last) == SAMPLES and min(last) >= LATE_SECONDS
            assert late_for_long or working >= MOST_WORKING
        if was_overloaded and not is_overloaded:
            assert max(last) < RECOVERED * LATE_SECONDS
            assert working < RECOVERED * MOST_WORKING
        was_overloaded = is_overloaded


@given(st.lists(lags, max_size=20), st.integers(0, 10 * MOST_WORKING))
def test_it_always_recovers_once_there_is_little_to_do(seen: list[float], working: int) -> None:
    load = Load()
    for lag in seen:
        load.add_lag(lag)
        load.working = working
        load.is_overloaded()
    load.working = 0
    for _ in range(SAMPLES):
        load.add_lag(0.0)
    assert not load.is_overloaded()


@given(lags)
def test_one_long_callback_is_not_an_overload(lag: float) -> None:
    load = Load()
    for each in (0.0, lag, lag, 0.0):
        load.add_lag(each)
        assert not load.is_overloaded()


def test_the_lag_of_a_real_loop_is_seen() -> None:
    async def run() -> float:
        load = Load()
        load.watch(asyncio.get_running_loop())
        time.sleep(1.5)  # noqa: ASYNC251  blocks the loop on purpose
        await asyncio.sleep(0.05)
        load.stop()
        return load.lag_seconds

    assert asyncio.run(run()) >= 0.9
