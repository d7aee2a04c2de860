"""The watcher with a fake clock, fake processes and fake answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import app_locks, apps, health, records, watcher
from proto_ddf.hosting.health import Endpoint, ProbeResult
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.resilience import Policy, policy_config
from proto_ddf.settings import Settings

START = 1_800_000_000.0
WELL = ProbeResult(port=True, status=200)


@dataclass
class World:
    """One app "shop" and its fake state."""

    now: float = START
    alive: bool = True
    answer: ProbeResult = WELL
    starts: list[float] = field(default_factory=list)
    start_error: errors.SystemError | None = None
    dies_at_once: bool = False
    probes: int = 0

    def __post_init__(self) -> None:
        self.watcher = watcher.Watcher(clock=lambda: self.now)

    def spawn(self, record: AppRecord) -> AppRecord:
        if self.start_error:
            raise self.start_error
        self.starts.append(self.now - START)
        self.alive = not self.dies_at_once
        change(state=AppState.STARTING, next_restart_at=None, started_at=moment(self.now))
        return shop()

    def probe(self, endpoint: Endpoint, timeout: float) -> ProbeResult:
        self.probes += 1
        return self.answer

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            self.watcher.tick()


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def shop() -> AppRecord:
    return records.read("shop")


def change(**values: Any) -> None:
    records.change("shop", **values)


@pytest.fixture
def world(home: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    apps.create_app(AppSpec(name="Shop", slug="shop", tables=[]), "source", "operation")
    change(
        state=AppState.RUNNING, wanted_running=True, started_at=moment(START), frontend_port=3100
    )
    made = World()
    monkeypatch.setattr(watcher, "is_alive", lambda pid, created: made.alive)
    monkeypatch.setattr(watcher, "probe", lambda endpoint: made.answer)
    monkeypatch.setattr(health, "probe", made.probe)
    guard = Policy("app", "shop", policy_config("app"), clock=lambda: made.now)
    monkeypatch.setattr(health, "policy", lambda system, target: guard)
    monkeypatch.setattr(watcher, "spawn", made.spawn)
    monkeypatch.setattr(watcher, "end_tree", lambda pid, created: setattr(made, "alive", False))
    return made


def test_a_healthy_app_is_running(world: World) -> None:
    change(state=AppState.STARTING)
    world.watcher.tick()
    assert shop().state is AppState.RUNNING
    assert shop().health["http"] is True


@pytest.mark.parametrize(
    "answer", [ProbeResult(port=True, status=None), ProbeResult(port=False, status=None)]
)
def test_an_app_that_does_not_answer_is_degraded_until_it_does(
    world: World, answer: ProbeResult
) -> None:
    world.answer = answer
    world.pass_seconds(4)
    assert shop().state is AppState.DEGRADED
    assert shop().health["process"] is True
    assert shop().health["port"] is answer.port
    world.answer = WELL
    world.pass_seconds(1)
    assert shop().state is AppState.RUNNING
    assert world.starts == []


def test_an_app_that_keeps_silent_is_asked_less_often_and_seen_soon_when_it_answers(
    world: World,
) -> None:
    world.answer = ProbeResult(port=True, status=None)
    world.pass_seconds(100)
    assert shop().state is AppState.DEGRADED
    assert 20 <= world.probes <= 25
    world.answer = WELL
    world.pass_seconds(5)
    assert shop().state is AppState.RUNNING


def test_an_app_that_is_left_alone_is_still_seen_to_crash_and_to_start(world: World) -> None:
    world.answer = ProbeResult(port=True, status=None)
    world.pass_seconds(10)
    world.alive = False
    world.pass_seconds(1)
    assert shop().state is AppState.RESTARTING
    world.answer = WELL
    world.pass_seconds(2)
    assert shop().state is AppState.RUNNING


def test_a_starting_app_has_time_before_it_counts_as_degraded(world: World) -> None:
    change(state=AppState.STARTING)
    world.answer = ProbeResult(port=False, status=None)
    world.pass_seconds(50)
    assert shop().state is AppState.STARTING
    world.pass_seconds(20)
    assert shop().state is AppState.DEGRADED


def test_a_crash_is_shown_and_the_app_started_again_after_a_second(world: World) -> None:
    world.alive = False
    world.watcher.tick()
    assert shop().state is AppState.RESTARTING
    assert shop().next_restart_at == moment(START + 1)
    assert world.starts == []
    world.pass_seconds(1)
    assert world.starts == [1.0]
    world.pass_seconds(1)
    assert shop().state is AppState.RUNNING
    assert shop().crashes == 1


def test_waits_grow_and_the_app_is_given_up_visibly(world: World) -> None:
    world.alive = False
    world.dies_at_once = True
    world.watcher.tick()
    world.pass_seconds(60)
    waits = [
        after - before for before, after in zip([0.0, *world.starts], world.starts, strict=False)
    ]
    # One second of each later wait is the tick that notices the crash.
    assert waits == [1, 3, 5, 9, 17]
    assert shop().state is AppState.FAILED
    assert shop().wanted_running is False
    assert "crashed 6 times" in shop().last_error
    assert intake.flush(30)
    (error,) = recent_errors(5)
    assert error["code"] == "app_crashed"


def test_a_restart_that_fails_counts_as_a_crash(world: World) -> None:
    world.alive = False
    world.start_error = errors.SystemError(
        "Port 3100 is in use", component="ports", code="port_in_use"
    )
    world.watcher.tick()
    world.pass_seconds(1)
    assert shop().crashes == 2
    assert shop().last_error == "Port 3100 is in use"


def test_crashes_are_forgotten_after_a_minute_of_running_well(world: World) -> None:
    world.alive = False
    world.watcher.tick()
    world.pass_seconds(30)
    assert shop().crashes == 1
    world.pass_seconds(60)
    assert shop().crashes == 0


def test_an_app_that_should_not_run_is_let_alone(world: World) -> None:
    change(state=AppState.STOPPED, wanted_running=False)
    world.alive = False
    world.pass_seconds(3)
    assert shop().state is AppState.STOPPED
    assert world.starts == []


def test_an_app_that_someone_works_on_is_let_alone(world: World) -> None:
    world.alive = False
    with app_locks.exclusive("shop", watcher.NoProgress()):
        world.pass_seconds(3)
    assert world.starts == []
    assert shop().state is AppState.RUNNING


def test_a_living_app_is_adopted(world: World) -> None:
    watcher.adopt_all()
    assert shop().state is AppState.RUNNING


def test_after_a_reboot_an_app_that_was_running_is_started_without_counting_a_crash(
    world: World,
) -> None:
    world.alive = False
    world.now += 10_000_000_000  # whatever the real clock said when it was adopted
    watcher.adopt_all()
    assert shop().state is AppState.RESTARTING
    world.watcher.tick()
    assert len(world.starts) == 1
    assert shop().crashes == 0


def test_an_app_whose_stop_was_cut_off_is_ended_on_adoption(world: World) -> None:
    change(wanted_running=False)
    watcher.adopt_all()
    assert world.alive is False
    assert shop().state is AppState.STOPPED
