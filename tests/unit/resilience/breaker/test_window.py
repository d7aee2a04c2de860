"""Windows: which arguments they accept, what they count, and when they open a breaker."""

from dataclasses import FrozenInstanceError
from typing import Any, Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from proto_ddf.resilience.breaker.window import RollingCounts, SlidingWindow, WindowSnapshot


class TestSettings:
    def test_the_defaults(self) -> None:
        window = SlidingWindow("count", 10, minimum_calls=5)
        assert (window.failure_rate, window.slow_call_seconds, window.slow_call_rate) == (
            0.5,
            None,
            1.0,
        )

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(FrozenInstanceError):
            SlidingWindow("count", 10, minimum_calls=5).size = 20  # type: ignore[misc]

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"kind": "weight"}, "kind"),
            ({"size": 0}, "size"),
            ({"size": float("nan")}, "size"),
            ({"size": 9.5}, "size"),
            ({"size": 4}, "minimum_calls"),
            ({"minimum_calls": 0}, "minimum_calls"),
            ({"failure_rate": 0.0}, "failure_rate"),
            ({"failure_rate": 1.1}, "failure_rate"),
            ({"slow_call_rate": 0.0}, "slow_call_rate"),
            ({"slow_call_rate": float("nan")}, "slow_call_rate"),
            ({"slow_call_seconds": 0.0}, "slow_call_seconds"),
        ],
        ids=str,
    )
    def test_senseless_numbers_are_refused(self, wrong: dict[str, Any], named: str) -> None:
        options: dict[str, Any] = {"kind": "count", "size": 10, "minimum_calls": 5}
        with pytest.raises(ValueError, match=named):
            SlidingWindow(**{**options, **wrong})

    def test_a_window_of_time_may_be_a_part_of_a_second(self) -> None:
        assert SlidingWindow("time", 0.5, minimum_calls=100).size == 0.5


def reason(window: SlidingWindow, calls: int, failed: int = 0, slow: int = 0) -> str:
    return WindowSnapshot(window, calls, failed, slow).reason_to_open()


class TestReasonToOpen:
    WINDOW = SlidingWindow(
        "count",
        100,
        minimum_calls=10,
        failure_rate=0.3,
        slow_call_seconds=1.5,
        slow_call_rate=0.8,
    )

    def test_none_below_the_minimum(self) -> None:
        assert reason(self.WINDOW, 9, failed=9, slow=9) == ""

    def test_at_the_failure_rate(self) -> None:
        assert reason(self.WINDOW, 10, failed=2) == ""
        assert reason(self.WINDOW, 10, failed=3) == "3 of 10 calls failed"

    def test_at_the_slow_call_rate(self) -> None:
        assert reason(self.WINDOW, 20, slow=15) == ""
        assert reason(self.WINDOW, 20, slow=16) == "16 of 20 calls took longer than 1.5 s"

    def test_slow_calls_do_not_matter_where_none_are_looked_for(self) -> None:
        assert reason(SlidingWindow("count", 10, minimum_calls=1), 5, slow=5) == ""

    def test_rates_of_nothing_are_zero(self) -> None:
        snapshot = WindowSnapshot(self.WINDOW, 0, 0, 0)
        assert (snapshot.failure_rate, snapshot.slow_call_rate) == (0.0, 0.0)


class TestRollingCounts:
    def test_the_last_calls(self) -> None:
        counts = RollingCounts(SlidingWindow("count", 3, minimum_calls=1))
        for failed in (True, True, False, False, True):
            counts.record(0.0, failed=failed, slow=not failed)
        assert counts.snapshot(0.0) == WindowSnapshot(
            SlidingWindow("count", 3, minimum_calls=1), calls=3, failed=1, slow=2
        )

    def test_the_calls_of_the_last_seconds(self) -> None:
        counts = RollingCounts(SlidingWindow("time", 10.0, minimum_calls=1))
        counts.record(1000.0, failed=True, slow=False)
        counts.record(1005.0, failed=False, slow=True)
        assert counts.snapshot(1009.8).calls == 2
        assert counts.snapshot(1010.0).calls == 1
        assert counts.snapshot(1014.8).slow == 1
        assert counts.snapshot(1015.0).calls == 0

    def test_memory_does_not_grow_with_the_traffic(self) -> None:
        counts = RollingCounts(SlidingWindow("time", 10.0, minimum_calls=1))
        for step in range(50_000):
            counts.record(step / 1000, failed=False, slow=False)
        assert len(counts._slices) <= 100
        assert counts.snapshot(50.0).calls == pytest.approx(10_000, rel=0.011)

    def test_calls_at_the_same_moment_all_count(self) -> None:
        counts = RollingCounts(SlidingWindow("time", 10.0, minimum_calls=1))
        for now in (5.0, 5.0, 5.0, 5.0):
            counts.record(now, failed=False, slow=False)
        assert counts.snapshot(5.0).calls == 4


class WindowMachine(RuleBasedStateMachine):
    """Calls at any times against a plain list of all of them."""

    @initialize(
        kind=st.sampled_from(["count", "time"]),
        size=st.integers(1, 12),
        minimum_calls=st.integers(1, 6),
        failure_rate=st.sampled_from([0.25, 0.5, 1.0]),
        slow_call_rate=st.sampled_from([0.25, 0.5, 1.0]),
    )
    def make(
        self,
        kind: Literal["count", "time"],
        size: int,
        minimum_calls: int,
        failure_rate: float,
        slow_call_rate: float,
    ) -> None:
        self.window = SlidingWindow(
            kind,
            max(size, minimum_calls) if kind == "count" else size,
            minimum_calls=minimum_calls,
            failure_rate=failure_rate,
            slow_call_seconds=1.0,
            slow_call_rate=slow_call_rate,
        )
        self.counts = RollingCounts(self.window)
        self.hundredths = 0
        """Hundredths of the window's size that passed: the steps in which a window of time forgets."""
        self.calls: list[tuple[int, bool, bool]] = []

    @property
    def now(self) -> float:
        # Half a step, so that no rounding decides on which side of a border a call falls.
        return (self.hundredths + 0.5) * self.window.size / 100

    @rule(seconds=st.sampled_from([0.1, 1.0, 1.5]), failed=st.booleans(), times=st.integers(1, 4))
    def call(self, seconds: float, failed: bool, times: int) -> None:
        slow = self.window.is_slow(seconds)
        for _ in range(times):
            self.counts.record(self.now, failed=failed, slow=slow)
            self.calls.append((self.hundredths, failed, seconds > 1.0))

    @rule(hundredths=st.one_of(st.integers(0, 3), st.integers(90, 110), st.just(1000)))
    def pass_time(self, hundredths: int) -> None:
        self.hundredths += hundredths

    @rule()
    def clear(self) -> None:
        self.counts.clear()
        self.calls.clear()

    @invariant()
    def holds_the_calls_of_the_window(self) -> None:
        if not hasattr(self, "window"):
            return
        if self.window.kind == "count":
            inside = self.calls[-int(self.window.size) :]
        else:
            inside = [call for call in self.calls if call[0] > self.hundredths - 100]
        failed = sum(call[1] for call in inside)
        slow = sum(call[2] for call in inside)
        snapshot = self.counts.snapshot(self.now)
        assert (snapshot.calls, snapshot.failed, snapshot.slow) == (len(inside), failed, slow)
        assert bool(snapshot.reason_to_open()) is (
            len(inside) >= self.window.minimum_calls
            and (
                failed >= self.window.failure_rate * len(inside)
                or slow >= self.window.slow_call_rate * len(inside)
            )
        )


WindowMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyCallsAtAnyTimes = WindowMachine.TestCase
