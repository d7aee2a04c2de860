"""Alerts: when each rule fires, that it fires once, and that it resolves itself."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from proto_ddf.alert_settings import ALERT_RULES
from proto_ddf.db.tables import AlertRecord, AppState
from proto_ddf.db.writing import write
from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.alerts import probes
from proto_ddf.monitoring.alerts.model import BEHAVIOUR, cause_of
from proto_ddf.monitoring.alerts.probes import Probed, probe
from proto_ddf.monitoring.alerts.views import firing_alerts, prune_alerts, unnotified_alerts
from proto_ddf.monitoring.alerts.words import WORDS
from proto_ddf.monitoring.network_monitor import NetworkErrorMonitor
from proto_ddf.resilience import add_attempt_listener, policy
from proto_ddf.settings import Settings, get_settings
from tests.policies import fresh_policies
from tests.unit.monitoring.alerting import PLENTY, START, World, firing, forget_everything

pytestmark = pytest.mark.usefixtures("database")

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World()


def test_a_day_of_errors_gives_exactly_the_expected_alerts(world: World) -> None:
    coarse = 5 * MINUTE

    def at(hour: int, minute: int = 0) -> Any:
        return START + hour * HOUR + minute * MINUTE

    # The night: a few errors, and some builds that all succeed.
    for hour in range(6):
        world.errors(5)
        world.runs("generate_app", "succeeded", 3, seconds=10)
        world.pass_until(at(hour + 1), coarse)
    assert world.take_changes() == []

    # The database server goes away: network errors, then the circuit, and many errors that say so.
    world.network_errors("source:shop", 12)
    world.pass_until(at(6, 1))
    world.open_since["source:shop"] = world.now
    world.network_errors("source:shop", 30)
    world.errors(40, "connection_failed")
    world.errors(40, "circuit_open")
    world.pass_until(at(6, 20))
    assert world.take_changes() == [("06:00:15", "network_errors", "source:shop", "firing")]
    # It is back.
    del world.open_since["source:shop"]
    world.pass_until(at(6, 30))
    assert world.take_changes() == [("06:20:15", "network_errors", "source:shop", "resolved")]

    # An app that crashes until it is given up, and is started again by a person.
    for crashes in range(1, 6):
        world.crashes("shop", crashes)
        world.pass_until(world.now + 15 * SECOND)
    world.crashes("shop", 6, AppState.FAILED)
    world.errors(1, "app_crashed", "shop")
    world.pass_until(at(7), coarse)
    world.crashes("shop", 0, AppState.RUNNING)
    world.pass_until(at(7, 1))
    assert world.take_changes() == [
        ("06:30:45", "crash_loop", "shop", "firing"),
        ("07:00:15", "crash_loop", "shop", "resolved"),
    ]

    # The disk gets full: critical errors that say so.
    world.free_bytes = 400 * 10**6
    world.errors(9, "disk_space_low")
    world.pass_until(at(7, 10))
    world.free_bytes = 600 * 10**6  # too little to be over
    world.pass_until(at(7, 20), coarse)
    world.free_bytes = 700 * 10**6
    world.pass_until(at(7, 30))
    assert world.take_changes() == [
        ("07:01:15", "disk_low", "", "firing"),
        ("07:21:00", "disk_low", "", "resolved"),
    ]

    # Critical errors, and many others at another time.
    world.errors(3, "records_unavailable")
    world.pass_until(at(7, 32))
    world.errors(1, "records_unavailable")
    world.pass_until(at(7, 45))
    world.errors(29)
    world.pass_until(at(7, 46))
    world.errors(1)
    world.pass_until(at(8))
    assert world.take_changes() == [
        ("07:32:15", "critical_errors", "", "firing"),
        ("07:35:00", "critical_errors", "", "resolved"),
        ("07:46:15", "high_error_rate", "", "firing"),
        ("07:50:00", "high_error_rate", "", "resolved"),
    ]

    # Builds fail; repairs of one app fail too, until one helps.
    world.runs("generate_app", "failed", 10)
    world.runs("recover_rebuild", "failed", 2)
    world.pass_until(at(8, 10))
    world.runs("recover_restart", "succeeded")
    world.pass_until(at(8, 11))
    assert world.take_changes() == [
        ("08:00:15", "recovery_failed", "shop", "firing"),
        ("08:00:15", "failing_operations", "generate_app", "firing"),
        ("08:10:15", "recovery_failed", "shop", "resolved"),
    ]
    # They succeed again. What failed is of the past from 10 o'clock on.
    world.runs("generate_app", "succeeded", 10, seconds=10)
    world.pass_until(at(10, 5), coarse)
    assert world.take_changes() == [("10:01:00", "failing_operations", "generate_app", "resolved")]

    # They take three times as long, then as long as before.
    world.runs("generate_app", "succeeded", 10, seconds=30)
    world.pass_until(at(10, 30), coarse)
    assert [change[1:] for change in world.take_changes()] == [
        ("slow_operations", "generate_app", "firing")
    ]
    world.runs("generate_app", "succeeded", 40, seconds=10)
    world.pass_until(at(12), coarse)
    assert [change[1:] for change in world.take_changes()] == [
        ("slow_operations", "generate_app", "resolved")
    ]

    # A quiet rest of the day.
    world.pass_until(at(24), 10 * MINUTE)
    assert (world.take_changes(), firing()) == ([], [])


def test_a_target_alerts_once_in_ten_minutes(world: World) -> None:
    for _ in range(5):
        world.open_since["source:shop"] = world.now - MINUTE
        world.pass_until(world.now + MINUTE)
        world.open_since.clear()
        world.pass_until(world.now + 2 * MINUTE)
    started = [time for time, _, _, state in world.changes if state == "firing"]
    assert started == ["00:00:15", "00:12:15"]


def test_a_circuit_that_closes_soon_raises_no_alert(world: World) -> None:
    world.open_since["source:shop"] = world.now
    world.pass_until(world.now + 15 * SECOND)
    world.open_since.clear()
    world.pass_until(world.now + MINUTE)
    assert world.changes == []


def test_the_errors_of_muted_incidents_raise_no_alert(world: World) -> None:
    world.errors(40, "unknown")
    world.errors(40, "records_unavailable")
    muted = [
        f"{code} {cause}" for code in ("unknown", "records_unavailable") for cause in range(10)
    ]
    for incident_id in muted:
        incidents.mute(incident_id, None)
    world.evaluate()
    assert world.changes == []
    for incident_id in muted[:10]:
        incidents.unmute(incident_id)
    world.evaluate()
    assert firing() == [("high_error_rate", "")]


def test_wrong_input_raises_no_alert(world: World) -> None:
    world.errors(100, "required")
    world.evaluate()
    assert world.changes == []


def test_a_flood_of_one_cause_is_an_escalating_incident_and_no_alert(world: World) -> None:
    for _ in range(25):
        world.errors(4)
    world.evaluate()
    assert world.changes == []


def builds_so_far(world: World, kind: str = "generate_app", count: int = 40) -> None:
    """The period before: builds that succeeded in a second."""
    world.runs(kind, "succeeded", count)
    world.now += 3 * HOUR


def test_a_kind_that_fails_and_takes_longer_is_one_alert_and_its_errors_are_no_other(
    world: World,
) -> None:
    builds_so_far(world)
    world.runs("generate_app", "succeeded", 12, seconds=30)
    world.runs("generate_app", "failed", 40)
    world.evaluate()
    world.evaluate()
    assert firing() == [("failing_operations", "generate_app")]


def test_few_runs_are_not_judged(world: World) -> None:
    builds_so_far(world)
    world.runs("generate_app", "failed", 9)
    world.evaluate()
    world.runs("refresh", "failed", 20)  # without a period before
    world.evaluate()
    assert world.changes == []


def test_repairs_that_fail_are_one_alert_for_each_subject(world: World) -> None:
    builds_so_far(world, "recover_rebuild")
    world.runs("recover_rebuild", "failed", 40)
    world.runs("recover_rebuild", "failed", 1, subject="bank")
    world.evaluate()
    assert sorted(firing()) == [("recovery_failed", "bank"), ("recovery_failed", "shop")]


def test_crashes_are_reported_by_the_alert_of_their_app(world: World) -> None:
    world.crashes("shop", 6, AppState.FAILED)
    world.errors(40, "app_crashed", "shop")
    world.errors(29, "app_crashed", "bank")
    world.evaluate()
    assert firing() == [("crash_loop", "shop")]
    world.errors(1, "app_crashed", "bank")
    world.evaluate()
    assert firing() == [("crash_loop", "shop"), ("high_error_rate", "")]


def test_errors_of_an_alert_that_is_over_raise_no_other_one(world: World) -> None:
    world.free_bytes = 0
    world.errors(9, "disk_space_low")
    world.evaluate()
    world.free_bytes = PLENTY
    world.pass_until(world.now + 10 * MINUTE)
    assert [(rule, state) for _, rule, _, state in world.changes] == [
        ("disk_low", "firing"),
        ("disk_low", "resolved"),
    ]


def test_a_stopped_app_is_in_no_crash_loop(world: World) -> None:
    world.crashes("shop", 5)
    world.evaluate()
    world.crashes("shop", 5, AppState.STOPPED)
    world.evaluate()
    assert [state for *_, state in world.changes] == ["firing", "resolved"]


def test_a_rule_that_is_switched_off_never_fires(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.free_bytes = 0
    world.evaluate()
    monkeypatch.setenv("ALERT_RULES_OFF", '["disk_low", "high_error_rate"]')
    get_settings.cache_clear()
    world.errors(100)
    world.pass_until(world.now + 2 * MINUTE)
    assert [(rule, state) for _, rule, _, state in world.changes] == [
        ("disk_low", "firing"),
        ("disk_low", "resolved"),
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALERT_RULES_OFF", '["fire"]'),
        ("ALERT_CHANNELS", '{"fire": []}'),
        ("ALERT_CHANNELS", "{"),
        ("ALERT_ERROR_RATE", "0"),
        ("ALERT_SLOW_TIMES", "1"),
        ("ALERT_FAILING_POINTS", "101"),
    ],
)
def test_a_wrong_setting_is_refused(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match=variable):
        Settings()


def test_every_rule_has_words_and_a_behaviour() -> None:
    assert set(WORDS) == set(BEHAVIOUR) == set(ALERT_RULES)


def test_alerts_are_shown_in_words_critical_ones_first(world: World) -> None:
    world.crashes("shop", 3)
    world.open_since["source:db:5432"] = world.now - MINUTE
    world.free_bytes = 123 * 10**6
    world.evaluate()
    shown = firing_alerts()
    assert shown[0].title == "Little disk space is left"
    assert shown[0].message.startswith("123 MB are free, less than 500 MB.")
    assert {each.title for each in shown[1:]} == {
        "Shop crashes again and again",
        "The circuit is open: db:5432 (source)",
    }
    assert {each.link for each in shown} == {"/apps", "/apps/shop", "/resilience"}
    write(lambda opened: opened.add(_record("of_another_release", "x")))
    assert "Alert: of_another_release" in [each.title for each in firing_alerts()]


def test_two_alerts_of_one_rule_and_subject_cannot_be_stored_as_firing() -> None:
    def change(opened: Any) -> None:
        opened.add_all([_record("disk_low", ""), _record("disk_low", "")])

    with pytest.raises(IntegrityError):
        write(change)


def test_resolved_alerts_are_removed_when_they_are_old(world: World) -> None:
    world.free_bytes = 0
    world.crashes("shop", 3)
    world.evaluate()
    world.crashes("shop", 0)
    world.pass_until(world.now + MINUTE)
    assert prune_alerts(world.now - HOUR) == 0
    assert prune_alerts(world.now + SECOND) == 1
    assert [each.alert.rule for each in unnotified_alerts()] == ["disk_low"]


def test_what_is_probed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = {"circuit_breaker_threshold": 1, "max_retries": 0}
    fresh_policies(monkeypatch, source=once, usage_events=once)
    monitor = NetworkErrorMonitor(report=lambda _error: True)
    monkeypatch.setattr(probes, "NETWORK_MONITOR", monitor)
    assert probe().open_seconds == {}

    def fail() -> None:
        raise ConnectionRefusedError

    stop_listening = add_attempt_listener(monitor.record_error)
    for system, target in (("source", "shop"), ("source", "forced"), ("usage_events", "")):
        with pytest.raises(ConnectionRefusedError):
            policy(system, target).call_sync(fail)
    stop_listening()
    policy("source", "forced").force_open()
    found = probe()
    assert list(found.open_seconds) == ["source:shop"]
    assert 0 <= found.open_seconds["source:shop"] < 300
    assert found.network_errors == {"source:shop": 1, "source:forced": 1}
    assert (found.free_bytes or 0) > 0
    home.rename(home.parent / "gone")
    assert probe().free_bytes is None


def _record(rule: str, subject: str) -> AlertRecord:
    times = {"started_at": START, "last_value_at": START}
    return AlertRecord(rule=rule, subject=subject, value=1, threshold=1, **times)


Action = Callable[[World], object]
TARGETS = ("source:shop", "app:shop")
ACTIONS: list[Action] = [
    lambda world: world.errors(20),
    lambda world: world.errors(40, "circuit_open"),
    lambda world: world.errors(4, "out_of_memory"),
    lambda world: world.errors(9, "disk_space_low"),
    lambda world: world.runs("generate_app", "failed", 12),
    lambda world: world.runs("generate_app", "succeeded", 12),
    lambda world: world.runs("generate_app", "succeeded", 12, seconds=9),
    lambda world: world.runs("recover_rebuild", "failed"),
    lambda world: world.runs("recover_rebuild", "succeeded"),
    lambda world: world.crashes("shop", 4),
    lambda world: world.crashes("shop", 0, AppState.RUNNING),
    lambda world: setattr(world, "free_bytes", 0),
    lambda world: setattr(world, "free_bytes", 10**10),
    *(lambda world, name=name: world.network_errors(name, 12) for name in TARGETS),
    *(lambda world, name=name: world.open_since.setdefault(name, world.now) for name in TARGETS),
    *(lambda world, name=name: world.open_since.pop(name, None) for name in TARGETS),
]
"""All causes, and their ends."""
WAITS = (0, 5, 35, 90, 400, 3700, 90_000)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.sampled_from(WAITS), st.booleans()), max_size=14
    )
)
def test_whatever_happens_in_whatever_order(
    steps: list[tuple[Action, int, bool]],
) -> None:
    forget_everything()
    world = World()
    for action, wait, looks in steps:
        action(world)
        if looks:
            world.evaluate()
            _one_alert_for_a_cause()
        world.now += wait * SECOND
        world.evaluate()
        world.evaluate()  # changes nothing more, as an evaluation right after a restart
        _one_alert_for_a_cause()
    world.free_bytes = 10**10
    world.open_since.clear()
    world.crashes("shop", 0, AppState.RUNNING)
    for _ in range(3):
        world.evaluate()
        world.now += 50 * HOUR
    world.evaluate()
    assert firing() == []
    _changes_alternate(world)


def _one_alert_for_a_cause() -> None:
    causes = [cause_of(rule, subject) for rule, subject in firing()]
    assert len(causes) == len(set(causes))


def _changes_alternate(world: World) -> None:
    by_subject: dict[tuple[str, str], list[str]] = {}
    for _, rule, subject, state in world.changes:
        by_subject.setdefault((rule, subject), []).append(state)
    for states in by_subject.values():
        assert states == ["firing", "resolved"] * (len(states) // 2)


def test_a_calm_world_probes_nothing_and_fires_nothing(world: World) -> None:
    world.evaluate()
    assert (world.probe(), world.changes) == (
        Probed(network_threshold=10, free_bytes=world.free_bytes),
        [],
    )
