from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.web.access.throttle import BURST_SECONDS, LONGEST_DELAY, Throttle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 0.2), max_size=400))
def test_no_more_events_pass_than_the_rate_and_a_burst(pauses: list[float]):
    clock = Clock()
    throttle = Throttle(50, clock)
    for pause in pauses:
        clock.now += pause
        clock.now += throttle.delay()
    assert len(pauses) <= 50 * (BURST_SECONDS + clock.now) + 1


@given(st.lists(st.floats(0, 0.01), min_size=300, max_size=300))
def test_the_delay_is_never_longer_than_pings_allow(pauses: list[float]):
    clock = Clock()
    throttle = Throttle(50, clock)
    for pause in pauses:
        clock.now += pause
        assert 0 <= throttle.delay() <= LONGEST_DELAY


def test_who_sends_slowly_never_waits():
    clock = Clock()
    throttle = Throttle(50, clock)
    for _ in range(1000):
        clock.now += 0.021
        assert throttle.delay() == 0
