"""The loop that evaluates alerts, and what it sends to people."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ChannelRecord, DeliveryRecord
from proto_ddf.db.writing import write
from proto_ddf.errors import describe
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.monitoring.alerts.views import firing_alerts
from proto_ddf.operations.watches import alert_watch
from proto_ddf.operations.watches.alert_watch import IDLE_SECONDS, AlertWatch, notify
from proto_ddf.settings import get_settings
from tests.unit.monitoring.alerting import PLENTY, World
from tests.unit.resilience.policies import Clock

pytestmark = pytest.mark.usefixtures("database")


class CountedAlerts(Alerts):
    """Counts its evaluations."""

    count = 0

    def evaluate(self) -> list[Any]:
        self.count += 1
        return super().evaluate()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alerts(world: World) -> CountedAlerts:
    return CountedAlerts(world.clock, world.probe)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(alerts: CountedAlerts, clock: Clock) -> AlertWatch:
    return AlertWatch(alerts, clock)


def add_channels(*names: str) -> None:
    channels = [
        ChannelRecord(kind="webhook", name=name, config={"url": "secret:none", "secret": ""})
        for name in names
    ]
    write(lambda opened: opened.add_all(channels))


def deliveries() -> list[tuple[str, str, str, str]]:
    """Channel, reason, priority and title of each, oldest first."""
    with session() as opened:
        query = select(DeliveryRecord).order_by(
            col(DeliveryRecord.created_at), col(DeliveryRecord.channel_name)
        )
        return [
            (each.channel_name, each.reason, each.priority, each.title)
            for each in opened.exec(query).all()
        ]


TITLE = "Little disk space is left"


def test_each_alert_is_reported_once_and_its_end_too(watch: AlertWatch, world: World) -> None:
    add_channels("Operators", "Chat")
    world.free_bytes = 0
    for _ in range(3):
        watch.look()
    assert deliveries() == [(name, "alert", "critical", TITLE) for name in ("Chat", "Operators")]
    world.free_bytes = PLENTY
    for _ in range(3):
        world.now += timedelta(seconds=61)
        watch.look()
    assert deliveries()[2:] == [
        (name, "alert_over", "normal", f"Over: {TITLE}") for name in ("Chat", "Operators")
    ]


def test_only_the_channels_of_the_rule_are_reported(
    watch: AlertWatch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_channels("Operators", "Chat")
    monkeypatch.setenv("ALERT_CHANNELS", '{"disk_low": ["Operators"], "crash_loop": ["Gone"]}')
    get_settings.cache_clear()
    world.free_bytes = 0
    watch.look()
    assert [channel for channel, *_ in deliveries()] == ["Operators"]
    # A channel that is not there must not leave everybody without notice.
    world.crashes("shop", 3)
    watch.look()
    assert [channel for channel, *_ in deliveries()[1:]] == ["Chat", "Operators"]


def test_a_failed_repair_is_reported_by_its_incident_unless_a_channel_is_named(
    watch: AlertWatch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_channels("Operators", "Chat")
    world.runs("recover_rebuild", "failed", subject="shop")
    watch.look()
    assert ([each.rule for each in firing_alerts()], deliveries()) == (["recovery_failed"], [])
    monkeypatch.setenv("ALERT_CHANNELS", '{"recovery_failed": ["Chat"]}')
    get_settings.cache_clear()
    world.runs("recover_rebuild", "failed", subject="bank")
    watch.look()
    assert [channel for channel, *_ in deliveries()] == ["Chat"]


def test_nothing_is_sent_where_notifications_are_switched_off(
    watch: AlertWatch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_channels("Chat")
    monkeypatch.setenv("ERROR_HANDLING_ENVIRONMENT", "development")
    get_settings.cache_clear()
    world.free_bytes = 0
    watch.look()
    assert (len(firing_alerts()), deliveries()) == (1, [])


def test_what_was_reported_when_the_server_was_killed_is_not_reported_again(
    watch: AlertWatch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_channels("Chat")
    world.free_bytes = 0

    def killed(*_about: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(alert_watch, "mark_notified", killed)
        with pytest.raises(KeyboardInterrupt):
            watch.look()
    assert len(deliveries()) == 1
    notify()
    assert len(deliveries()) == 1


def test_an_alert_that_is_over_before_it_was_reported_is_reported_as_both(
    alerts: CountedAlerts, world: World
) -> None:
    add_channels("Chat")
    world.crashes("shop", 3)
    alerts.evaluate()
    world.crashes("shop", 0)
    alerts.evaluate()
    notify()
    assert [reason for _, reason, *_ in deliveries()] == ["alert", "alert_over"]
    notify()
    assert len(deliveries()) == 2


def test_while_nothing_happens_it_looks_seldom(
    watch: AlertWatch, alerts: CountedAlerts, world: World, clock: Clock
) -> None:
    for _ in range(5):
        watch.look()
    assert alerts.count == 1
    clock.now += IDLE_SECONDS
    watch.look()
    watch.look()
    assert alerts.count == 2
    intake.report(describe(ValueError("x")), "Test")
    assert intake.flush(30)
    watch.look()
    watch.look()
    assert alerts.count == 3
    world.free_bytes = 0
    for _ in range(3):
        watch.look()
    assert alerts.count == 6  # and until it is over
