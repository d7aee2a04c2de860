"""The watch over sources, with a clock, sources and answers of the test's."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from proto_ddf import change_events
from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.operations.watches import source_watch, watched_source
from proto_ddf.operations.watches.source_watch import (
    CHECK_TIMEOUT_SECONDS,
    CONFIRM_SECONDS,
    IDLE_FACTOR,
    OVERDUE_SECONDS,
    SHOWN_SECONDS,
    SourceWatch,
)
from proto_ddf.operations.watches.watched_source import Report, topic
from proto_ddf.resilience import BreakerState, Policy, policy_config
from proto_ddf.resilience.deadline import time_left
from proto_ddf.sources import resilient
from proto_ddf.sources.connected.store import Configured
from proto_ddf.sources.resilient import ResilientSource
from tests.policies import fresh_policies

EVERY = 30
IDLE = int(EVERY * IDLE_FACTOR)
WRONG = IntegrationError("No.", "postgresql", "login", code="authentication_failed")


class AtOnce:
    """A pool whose threads take no time."""

    def __init__(self, **_: Any) -> None:
        pass

    def submit(self, fn: Callable[..., None], *args: Any) -> Future[None]:
        fn(*args)
        return Future()

    def shutdown(self, **_: Any) -> None:
        pass


class Plain:
    def __init__(self, world: "World", source: Configured) -> None:
        self.world = world
        self.source = source

    def check(self) -> None:
        self.world.check(self.source)


@dataclass
class World:
    """Sources by id, each with a target, and how the targets behave."""

    now: float = 1_000_000.0
    sources: dict[str, Configured] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)
    """What checks of a target raise."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long they take."""
    checks: list[tuple[str, float]] = field(default_factory=list)
    """Id and time of each check."""
    breakers: dict[str, Policy] = field(default_factory=dict)
    watch: SourceWatch = field(init=False)

    def add(self, source_id: str, target: str = "", **config: Any) -> None:
        config = {"target": target or f"target of {source_id}", **config}
        self.sources[source_id] = Configured(source_id, source_id.title(), "fake", config)

    def make(self, kind: str, config: dict[str, Any]) -> ResilientSource:
        found = next(each for each in self.sources.values() if each.config == config)
        if "unbuildable" in config:
            raise ValidationError("No file matches.", "path", code="no_file_matches")
        return ResilientSource(Plain(self, found), config["target"])  # type: ignore[arg-type]

    def check(self, source: Configured) -> None:
        self.checks.append((source.id, self.now))
        target = source.config["target"]
        self.now += self.seconds.get(target, 0.0)
        if target in self.failures:
            raise self.failures[target]

    def policy(self, system: str, target: str) -> Policy:
        if target not in self.breakers:
            config = policy_config("source")
            self.breakers[target] = Policy("source", target, config, clock=lambda: self.now)
        return self.breakers[target]

    def breaker_state(self, source_id: str) -> BreakerState:
        breaker = self.policy("source", self.sources[source_id].config["target"]).breaker
        assert breaker is not None
        return breaker.state

    def pass_seconds(self, seconds: int, *, shown: bool = True) -> None:
        for _ in range(seconds):
            self.now += 1
            if shown:
                self.watch.note_shown()
            self.watch.tick()

    def report(self, source_id: str) -> Report:
        report = self.watch.report(source_id)
        assert report is not None
        return report

    def state(self, source_id: str) -> str:
        return self.report(source_id).health.state.value

    def times(self, source_id: str) -> list[float]:
        return [at for checked, at in self.checks if checked == source_id]

    def waits(self, source_id: str) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.times(source_id))]


@pytest.fixture
def world(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    fresh_policies(monkeypatch)
    made = World()
    monkeypatch.setattr(source_watch, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(
        source_watch.store, "configured_sources", lambda: list(made.sources.values())
    )
    monkeypatch.setattr(source_watch.store, "make_source", made.make)
    monkeypatch.setattr(watched_source, "policy", made.policy)
    monkeypatch.setattr(resilient, "policy", made.policy)
    made.watch = SourceWatch(clock=lambda: made.now, wall=lambda: made.now)
    yield made
    made.watch.close()


def test_a_source_is_checked_at_once_and_then_every_half_minute(world: World) -> None:
    world.add("shop")
    world.pass_seconds(2 * EVERY + 1)
    assert world.waits("shop") == [EVERY, EVERY]
    assert world.state("shop") == "connected"


def test_while_no_page_shows_it_the_intervals_are_longer(world: World) -> None:
    world.add("shop")
    world.pass_seconds(2 * IDLE + 1, shown=False)
    assert world.waits("shop") == [IDLE, IDLE]


def test_a_page_that_opens_starts_a_check_that_is_overdue(world: World) -> None:
    world.add("shop")
    world.pass_seconds(EVERY + 1, shown=False)
    woken = []
    world.watch.wake = lambda: woken.append(world.now)
    world.pass_seconds(3)
    assert world.waits("shop") == [EVERY + 1]
    assert len(woken) == 1


def test_a_page_that_closes_is_forgotten_soon(world: World) -> None:
    world.add("shop")
    world.pass_seconds(EVERY + 1)
    world.pass_seconds(int(SHOWN_SECONDS) + IDLE, shown=False)
    assert world.waits("shop") == [EVERY, IDLE]


def test_a_single_failure_is_checked_again_soon(world: World) -> None:
    world.add("shop")
    world.pass_seconds(1)
    world.failures["target of shop"] = ConnectionRefusedError()
    world.pass_seconds(EVERY)
    assert world.state("shop") == "degraded"
    world.pass_seconds(int(CONFIRM_SECONDS))
    assert world.state("shop") == "unreachable"
    assert world.waits("shop") == [EVERY, CONFIRM_SECONDS]


def test_an_open_circuit_is_waited_for_and_the_checks_close_it(world: World) -> None:
    world.add("shop")
    world.failures["target of shop"] = ConnectionRefusedError()
    world.pass_seconds(10 * EVERY)
    assert world.breaker_state("shop") is BreakerState.OPEN
    assert world.state("shop") == "unreachable"
    assert 0 < world.report("shop").pause <= EVERY

    asked = len(world.checks)
    world.watch.check_soon("shop")
    world.pass_seconds(int(world.report("shop").pause) - 1)
    assert len(world.checks) == asked
    world.pass_seconds(2)
    assert len(world.checks) == asked + 1

    world.failures.clear()
    world.pass_seconds(EVERY + 3)
    assert world.breaker_state("shop") is BreakerState.CLOSED
    assert world.state("shop") == "connected"
    assert "Connected again after" in world.report("shop").health.message


def test_a_circuit_that_other_calls_opened_is_reported_too(world: World) -> None:
    world.add("shop")
    world.pass_seconds(1)
    for _ in range(10):
        with pytest.raises(ConnectionResetError):
            world.policy("source", "target of shop").without_retries().call_sync(_reset)
    world.pass_seconds(1)
    assert world.state("shop") == "unreachable"
    assert not world.report("shop").opened_by_hand
    world.pass_seconds(EVERY + 3)
    assert world.state("shop") == "connected"


def test_a_circuit_that_was_opened_by_hand_is_left_alone_until_it_is_reset(world: World) -> None:
    world.add("shop")
    world.pass_seconds(1)
    world.policy("source", "target of shop").force_open()
    world.pass_seconds(5 * EVERY)
    assert len(world.checks) == 1
    assert (world.state("shop"), world.report("shop").opened_by_hand) == ("unreachable", True)
    world.policy("source", "target of shop").reset()
    world.pass_seconds(1)
    assert world.state("shop") == "connected"


def test_a_persistent_failure_needs_attention_and_opens_no_circuit(world: World) -> None:
    world.add("shop")
    world.failures["target of shop"] = WRONG
    world.pass_seconds(20 * EVERY)
    assert world.state("shop") == "attention"
    assert world.report("shop").health.hint
    assert world.breaker_state("shop") is BreakerState.CLOSED


def test_a_source_that_cannot_be_built_needs_attention(world: World) -> None:
    world.add("shop", unbuildable=True)
    world.pass_seconds(1)
    assert world.state("shop") == "attention"


def test_a_check_that_is_requested_comes_with_the_next_tick(world: World) -> None:
    world.add("shop")
    world.pass_seconds(5)
    woken = []
    world.watch.wake = lambda: woken.append(True)
    world.watch.check_soon("shop")
    assert woken
    world.pass_seconds(1)
    assert world.waits("shop") == [5]
    world.watch.check_soon("no such source")


def test_a_check_has_a_deadline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add("shop")
    left: list[float] = []
    monkeypatch.setattr(world, "check", lambda _: left.append(time_left(60.0)))
    world.pass_seconds(1)
    assert 0 < left[0] <= CHECK_TIMEOUT_SECONDS


def test_deleted_sources_are_dropped_and_new_ones_added(world: World) -> None:
    world.add("shop")
    world.pass_seconds(1)
    world.add("school")
    world.pass_seconds(1)
    assert world.watch.states() == {"shop": "connected", "school": "connected"}
    del world.sources["shop"]
    world.pass_seconds(1)
    assert world.watch.states() == {"school": "connected"}
    assert world.watch.report("shop") is None


def test_a_source_that_was_changed_starts_anew(world: World) -> None:
    world.add("shop")
    world.failures["target of shop"] = WRONG
    world.pass_seconds(1)
    world.add("shop", "another target")
    world.pass_seconds(1)
    assert world.state("shop") == "connected"
    assert world.report("shop").health.recovery is None


def test_a_renamed_source_keeps_its_health(world: World) -> None:
    world.add("shop")
    world.pass_seconds(1)
    known = world.sources["shop"]
    world.sources["shop"] = Configured("shop", "Corner shop", known.kind, dict(known.config))
    world.pass_seconds(1)
    assert len(world.checks) == 1


def test_latency_is_what_the_check_took(world: World) -> None:
    world.add("shop")
    world.seconds["target of shop"] = 0.5
    world.pass_seconds(EVERY + 2)
    health = world.report("shop").health
    assert (health.latency, health.usual_latency) == (0.5, 0.5)
    world.seconds["target of shop"] = 3.0
    world.pass_seconds(EVERY)
    assert world.state("shop") == "degraded"


def test_changes_wake_those_who_follow_the_source(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(change_events, "publish", told.append)
    world.add("shop")
    world.pass_seconds(2 * EVERY)
    assert told == [topic("shop")]
    world.watch.check_soon("shop")
    world.pass_seconds(1)
    assert told == [topic("shop")] * 2
    world.failures["target of shop"] = WRONG
    world.pass_seconds(EVERY)
    assert told == [topic("shop")] * 3


def test_what_was_checked_longest_ago_comes_first(world: World) -> None:
    for number in range(8):
        world.add(f"shop {number}", "one target", number=number)
    world.pass_seconds(EVERY)
    world.checks.clear()
    world.failures["one target"] = ConnectionRefusedError()
    world.pass_seconds(8)
    assert [source_id for source_id, _ in world.checks] == list(world.sources)


def test_ten_sources_of_a_dead_host_hold_one_thread_and_delay_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, gate = list[str](), threading.Event()
    hung, checked = threading.Event(), threading.Event()

    def check(source: Configured) -> None:
        if source.config["target"] != "dead":
            checked.set()
            return
        hanging.append(source.id)
        hung.set()
        gate.wait(120)
        raise TimeoutError

    monkeypatch.setattr(world, "check", check)
    world.watch._pool = ThreadPoolExecutor(source_watch.THREADS)
    for number in range(10):
        world.add(f"dead {number}", "dead", number=number)
    world.add("shop")
    try:
        world.pass_seconds(3)
        assert hung.wait(120)
        assert checked.wait(120)
        assert len(hanging) == 1
    finally:
        gate.set()
        world.watch._pool.shutdown()


def test_a_check_that_nothing_ends_is_an_outage_until_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, begun = threading.Event(), threading.Event()

    def check(_: Configured) -> None:
        begun.set()
        gate.wait(120)

    world.add("shop")
    world.pass_seconds(1)
    monkeypatch.setattr(world, "check", check)
    with ThreadPoolExecutor() as pool:
        world.watch._pool = pool
        world.pass_seconds(EVERY)
        assert begun.wait(120)
        world.pass_seconds(int(OVERDUE_SECONDS) - 1)
        assert world.state("shop") == "connected"
        world.pass_seconds(1)
        assert world.state("shop") == "degraded"
        world.pass_seconds(int(CHECK_TIMEOUT_SECONDS))
        assert world.state("shop") == "unreachable"
        gate.set()
    assert "answers slowly" in world.report("shop").health.message
    assert world.report("shop").health.recovery is not None


def test_it_runs_until_it_is_cancelled_wakes_on_request_and_survives_errors(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_watch, "IDLE_TICK_SECONDS", 3600.0)
    monkeypatch.setattr(source_watch, "_current", source_watch.watch())
    ticks: list[int] = []

    def configured() -> list[Configured]:
        ticks.append(len(ticks))
        if len(ticks) == 1:
            raise OSError("the disk is full")
        return list(world.sources.values())

    monkeypatch.setattr(source_watch.store, "configured_sources", configured)
    world.add("shop")

    async def run() -> None:
        life = asyncio.create_task(source_watch.watch_sources())
        while not source_watch.watch().states().get("shop"):
            source_watch.watch().check_soon("shop")
            await asyncio.sleep(0.01)
        life.cancel()
        with pytest.raises(asyncio.CancelledError):
            await life

    asyncio.run(asyncio.wait_for(run(), 120))
    assert source_watch.watch().states() == {"shop": "connected"}


def test_ticks_are_slower_while_no_page_shows_sources(world: World) -> None:
    assert world.watch.tick_seconds() == source_watch.IDLE_TICK_SECONDS
    world.watch.note_shown()
    assert world.watch.tick_seconds() == source_watch.TICK_SECONDS


def _reset() -> None:
    raise ConnectionResetError
