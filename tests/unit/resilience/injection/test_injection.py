"""Injections: which calls they affect, how often, how long, and what happens to a call."""

import asyncio
import errno
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from proto_ddf.errors import ValidationError, classify
from proto_ddf.progress import NoProgress, current_progress
from proto_ddf.resilience.deadline import deadline_after
from proto_ddf.resilience.injection import registry
from proto_ddf.resilience.retry.retry_after import retry_after
from proto_ddf.settings import get_settings
from tests.unit.resilience.other_threads import until


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FAULTS_ENABLED", "true")
    get_settings.cache_clear()
    yield
    registry.stop_all()
    get_settings.cache_clear()


def matches(system: str = "source", target: str = "a", *, times: int = 1) -> list[bool]:
    """For each of several calls, whether a reset was injected."""

    def one() -> bool:
        try:
            return registry.apply_sync(system, target) is not registry.NOT_INJECTED
        except ConnectionResetError:
            return True

    return [one() for _ in range(times)]


class TestSwitch:
    def test_off_unless_the_setting_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FAULTS_ENABLED")
        get_settings.cache_clear()
        assert not registry.enabled()
        with pytest.raises(ValidationError, match="FAULTS_ENABLED"):
            registry.inject("source", "reset")
        assert not registry.any_active

    def test_armed_only_while_one_is_active(self) -> None:
        assert (registry.enabled(), registry.any_active) == (True, False)
        injection = registry.inject("source", "reset")
        assert registry.any_active
        registry.stop(injection.id)
        assert not registry.any_active


class TestWhom:
    def test_only_its_system(self) -> None:
        registry.inject("source", "reset")
        assert matches("source") == [True]
        assert matches("app") == [False]

    def test_only_its_target_if_it_has_one(self) -> None:
        registry.inject("source", "reset", target="a")
        assert matches(target="a") == [True]
        assert matches(target="b") == [False]

    def test_at_its_rate_and_the_same_calls_for_the_same_seed(self) -> None:
        runs = []
        for _ in range(2):
            injection = registry.inject("source", "reset", rate=0.3, seed=7)
            runs.append(matches(times=1000))
            registry.stop(injection.id)
        draws = random.Random(7)
        assert runs[0] == runs[1] == [draws.random() < 0.3 for _ in range(1000)]

    def test_the_next_so_many_calls(self) -> None:
        injection = registry.inject("source", "reset", calls=2)
        assert matches("app") == [False]
        assert injection.snapshot().calls_left == 2
        assert matches(times=4) == [True, True, False, False]
        assert registry.active() == []
        assert not registry.any_active

    def test_so_many_calls_also_from_many_threads(self) -> None:
        registry.inject("source", "reset", calls=100)
        with ThreadPoolExecutor(8) as pool:
            assert sum(count for [count] in pool.map(lambda _: matches(), range(800))) == 100

    def test_for_a_time(self) -> None:
        clock = Clock()
        registry.inject("source", "reset", seconds=10, clock=clock)
        clock.now += 9.9
        assert matches() == [True]
        clock.now += 0.1
        assert matches() == [False]
        assert registry.active() == []

    def test_the_first_that_ends_the_call_leaves_the_next_uncounted(self) -> None:
        first = registry.inject("source", "reset", calls=1)
        second = registry.inject("source", "outcome", outcome="made up", calls=1)
        assert matches() == [True]
        assert (first.snapshot().count, second.snapshot().count) == (1, 0)
        assert registry.apply_sync("source", "a") == "made up"


class TestWhat:
    def test_a_reset_is_a_lost_connection(self) -> None:
        registry.inject("source", "reset")
        with pytest.raises(ConnectionResetError) as met:
            registry.apply_sync("source", "a")
        assert met.value.errno == errno.ECONNRESET
        found = classify(met.value)
        assert (found.code, found.retryable) == ("connection_failed", True)

    def test_an_error_is_a_refused_connection_unless_given(self) -> None:
        registry.inject("source", "error", calls=1)
        with pytest.raises(ConnectionRefusedError):
            registry.apply_sync("source", "a")

    @pytest.mark.parametrize("given", [OSError(errno.ENOSPC, "No space"), TimeoutError])
    def test_a_given_error_is_new_each_time(self, given: Exception | type[Exception]) -> None:
        registry.inject("source", "error", error=given)
        met = []
        for _ in range(2):
            with pytest.raises(OSError) as caught:  # noqa: PT011
                registry.apply_sync("source", "a")
            met.append(caught.value)
        assert met[0] is not met[1]
        assert {type(one) for one in met} == {given if isinstance(given, type) else type(given)}
        assert {one.errno for one in met} == {
            getattr(given, "errno", None)
        } or given is TimeoutError

    def test_a_given_answer_of_a_server_keeps_what_it_says(self) -> None:
        request = httpx.Request("GET", "https://example.org")
        answer = httpx.Response(503, request=request, headers={"Retry-After": "3"})
        given = httpx.HTTPStatusError("busy", request=request, response=answer)
        registry.inject("source", "error", error=given)
        with pytest.raises(httpx.HTTPStatusError, match="busy") as met:
            registry.apply_sync("source", "a")
        assert met.value is not given
        assert (classify(met.value).retryable, retry_after(met.value)) == (True, 3.0)
        assert [shown.detail for shown in registry.active()] == ["HTTPStatusError"]

    def test_an_outcome_is_answered_instead(self) -> None:
        registry.inject("source", "outcome")
        assert registry.apply_sync("source", "a") is None
        assert asyncio.run(registry.apply("source", "a")) is None

    def test_tasks_meet_the_same(self) -> None:
        registry.inject("source", "reset")
        with pytest.raises(ConnectionResetError):
            asyncio.run(registry.apply("source", "a"))


class TestHolding:
    """Calls that are delayed or hang."""

    def test_a_late_call_is_finally_sent(self) -> None:
        registry.inject("source", "latency", latency=0.01)
        assert registry.apply_sync("source", "a") is registry.NOT_INJECTED
        assert asyncio.run(registry.apply("source", "a")) is registry.NOT_INJECTED

    @pytest.mark.parametrize(("kind", "latency"), [("hang", 1.0), ("latency", 1000.0)])
    def test_a_thread_is_let_go_at_the_deadline_with_a_drivers_error(
        self, kind: registry.InjectionKind, latency: float
    ) -> None:
        registry.inject("source", kind, latency=latency)
        with deadline_after(0.02), pytest.raises(TimeoutError) as met:
            registry.apply_sync("source", "a")
        assert met.value.errno == errno.ETIMEDOUT

    def test_a_thread_that_is_to_stop_stops(self) -> None:
        class Stopped(BaseException):
            pass

        class Stopping(NoProgress):
            def check_stop(self) -> None:
                raise Stopped

        registry.inject("source", "hang")
        token = current_progress.set(Stopping())
        try:
            with pytest.raises(Stopped):
                registry.apply_sync("source", "a")
        finally:
            current_progress.reset(token)

    def test_a_task_is_let_go_by_its_timeout(self) -> None:
        registry.inject("source", "hang")

        async def work() -> None:
            async with asyncio.timeout(0.01):
                await registry.apply("source", "a")

        with pytest.raises(TimeoutError):
            asyncio.run(work())
        registry.stop_all()
        assert registry.active() == []

    def test_who_hangs_goes_on_when_the_injection_is_stopped(self) -> None:
        injection = registry.inject("source", "hang", calls=1)
        with ThreadPoolExecutor(2) as pool:
            thread = pool.submit(registry.apply_sync, "source", "a")
            until(lambda: injection.snapshot().count == 1)
            assert [one.id for one in registry.active()] == [injection.id]  # it still holds a call
            assert matches() == [False]
            registry.stop(injection.id)
            assert thread.result(timeout=30) is registry.NOT_INJECTED
        assert registry.active() == []

    def test_who_hangs_goes_on_when_the_time_of_the_injection_is_over(self) -> None:
        clock = Clock()
        injection = registry.inject("source", "hang", seconds=10, clock=clock)

        async def work() -> object:
            hanging = asyncio.ensure_future(registry.apply("source", "a"))
            await asyncio.sleep(0)
            assert injection.snapshot().count == 1
            clock.now += 10
            return await asyncio.wait_for(hanging, 30)

        assert asyncio.run(work()) is registry.NOT_INJECTED


class TestShown:
    def test_the_snapshot_says_it_all(self) -> None:
        clock = Clock()
        registry.inject("app", "hang", rate=0.5, calls=3, seconds=60, target="flights", clock=clock)
        clock.now += 20
        [shown] = registry.active()
        assert (shown.system, shown.target, shown.kind, shown.rate) == (
            "app",
            "flights",
            "hang",
            0.5,
        )
        assert (shown.count, shown.calls_left, shown.seconds_left) == (0, 3, 40.0)

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("error", "ConnectionRefusedError"),
            ("reset", "ConnectionResetError"),
            ("latency", "1.5 s late"),
            ("hang", "never answers"),
            ("outcome", "answers []"),
        ],
    )
    def test_what_a_call_meets_is_said_in_words(
        self, kind: registry.InjectionKind, words: str
    ) -> None:
        injection = registry.inject("source", kind, latency=1.5, outcome=[])
        assert injection.snapshot().detail == words

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (TimeoutError, "TimeoutError"),
            (OSError(errno.ENOSPC, "No space"), "OSError"),
            (lambda: pytest.fail("made"), "an error made for each call"),
        ],
    )
    def test_looking_at_it_makes_no_error(self, error: Any, words: str) -> None:
        injection = registry.inject("source", "error", error=error)
        for _ in range(3):
            assert injection.snapshot().detail == words

    def test_stopping_what_is_not_there_is_no_error(self) -> None:
        registry.stop(-1)
        assert registry.active() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("rate", 0.0), ("rate", 1.1), ("calls", 0), ("seconds", 0.0), ("latency", 0.0), ("kind", "?")],
)
def test_nonsense_is_refused_with_the_field_at_injection(field: str, value: object) -> None:
    given = {"system": "source", "kind": "reset", field: value}
    with pytest.raises(ValidationError) as refused:
        registry.inject(**given)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not registry.any_active
