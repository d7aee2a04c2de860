"""What is queued, what is sent together, and how much at a time."""

from datetime import timedelta

import pytest

from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.notify import NotificationSystem, connected, delivery_queue, failures
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.outcomes import NotTakenError, RefusedError
from proto_ddf.notify.claiming import next_times
from proto_ddf.notify.notification import Notification
from proto_ddf.notify.sending import send_next
from proto_ddf.resilience import policy
from tests.channels import Clock, deliveries, ordinary, slack, states, urgent
from tests.reporting import report, succeed
from tests.unit.notify.conftest import Inbox


def add(channel: Channel, clock: Clock, *notifications: Notification) -> list[str]:
    return [
        delivery_id
        for notification in notifications
        for delivery_id in delivery_queue.add(notification, [channel], clock())
    ]


def incident() -> str:
    return report(OSError("gone"), "Read")


def test_urgent_ones_go_at_once_and_alone(keyed: Channel, inbox: Inbox, clock: Clock) -> None:
    add(keyed, clock, urgent("One"), urgent("Two"))
    assert inbox.send_all(keyed) == ["One", "Two"]


def test_the_others_of_a_minute_become_one_message(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    add(keyed, clock, ordinary("One", link="/errors/1"))
    clock.pass_(59)
    add(keyed, clock, ordinary("Two"), urgent("Now"))
    assert inbox.send_all(keyed) == ["Now"]
    assert next_times(clock())[keyed.id] == clock() + timedelta(seconds=1)
    clock.pass_(1)
    assert inbox.send_all(keyed) == ["2 notifications of Proto-DDF"]
    assert inbox.messages[-1].text == "- One http://127.0.0.1:3000/errors/1\n- Two"
    add(keyed, clock, ordinary("Three"))
    clock.pass_(60)
    assert inbox.send_all(keyed) == ["Three"]


def test_a_long_list_ends_with_the_number_of_the_others(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    add(keyed, clock, *(ordinary(f"n{n}") for n in range(25)))
    clock.pass_(60)
    inbox.send_all(keyed)
    lines = inbox.messages[0].text.splitlines()
    assert (len(lines), lines[-1]) == (21, "- and 5 more")
    assert states() == ["sent"] * 25


def test_an_equal_one_is_sent_once_until_the_incident_comes_back(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    new = ordinary("New error", incident_id=incident())
    assert len(add(keyed, clock, new, new)) == 1
    assert len(add(keyed, clock, new.model_copy(update={"reason": "escalating"}))) == 1
    report(OSError("gone"), "Read", "operation-1")
    succeed("operation-1")
    incidents.resolve(recent_incidents(1)[0].id)
    report(OSError("gone"), "Read")
    assert len(add(keyed, clock, new, new)) == 1
    assert len(add(keyed, clock, ordinary(key="k"), ordinary(key="k"), ordinary())) == 2


def test_ten_messages_in_five_minutes_and_the_rest_in_one(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    add(keyed, clock, *(urgent(f"n{n}") for n in range(30)))
    assert len(inbox.send_all(keyed)) == 10
    assert next_times(clock())[keyed.id] == clock() + timedelta(seconds=300)
    clock.pass_(100)
    add(keyed, clock, urgent("late"))
    assert inbox.send_all(keyed) == []
    clock.pass_(200)
    assert inbox.send_all(keyed) == ["21 notifications of Proto-DDF"]
    assert inbox.messages[-1].priority == "high"
    assert states() == ["sent"] * 31


def test_a_test_does_not_wait_for_the_rate_limit(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    add(keyed, clock, *(urgent(f"n{n}") for n in range(12)))
    inbox.send_all(keyed)
    add(keyed, clock, Notification(reason="test", title="A test"))
    assert next_times(clock())[keyed.id] == clock()
    assert inbox.send_all(keyed) == ["A test"]


def test_a_full_queue_counts_what_it_does_not_take(
    keyed: Channel, inbox: Inbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_queue, "MOST_PENDING", 3)
    assert len(add(keyed, clock, *(urgent(f"n{n}") for n in range(8)))) == 3
    assert len(deliveries()) == 4
    assert inbox.send_all(keyed) == [
        *("n0", "n1", "n2"),
        "5 notifications were left out: 3 were waiting already",
    ]
    assert len(add(keyed, clock, urgent("again"))) == 1


def test_a_channel_that_is_switched_off_waits(keyed: Channel, inbox: Inbox, clock: Clock) -> None:
    add(keyed, clock, urgent("One"))
    connected.switch(keyed.id, False)
    assert inbox.send_all(keyed) == []
    assert NotificationSystem().send_notification(urgent("Two")) == []
    connected.switch(keyed.id, True)
    assert inbox.send_all(keyed) == ["One"]


def test_what_waits_for_a_removed_channel_has_failed(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    add(keyed, clock, urgent("One"))
    connected.remove(keyed.id)
    assert inbox.send_all(keyed) == []
    assert [(d.state, d.error) for d in deliveries()] == [("failed", "The channel was removed.")]


def test_a_pause_that_a_receiver_asks_for_holds_for_all_its_messages(
    keyless: Channel, inbox: Inbox, clock: Clock
) -> None:
    def not_now(_message: object) -> str:
        raise NotTakenError("busy", "Slack", 120)

    add(keyless, clock, urgent("One"), urgent("Two"))
    inbox.answer = not_now
    assert send_next(keyless.id, clock)
    assert not send_next(keyless.id, clock)
    inbox.answer = lambda _message: ""
    clock.pass_(120)
    assert inbox.send_all(keyless) == ["One", "Two"]


def test_after_a_day_a_message_that_nobody_takes_has_failed(
    keyless: Channel, inbox: Inbox, clock: Clock
) -> None:
    def never(_message: object) -> str:
        raise NotTakenError("closed", "Slack")

    add(keyless, clock, urgent("One"))
    inbox.answer = never
    while send_next(keyless.id, clock):
        clock.pass_(3 * 3600)
    [record] = deliveries()
    # The circuit is open by now, which says less than the last answer.
    assert (record.state, record.error) == ("failed", "closed")
    assert record.attempts == 9
    policy("notify", keyless.name).reset()
    assert delivery_queue.send_again(record.id, clock())
    inbox.answer = lambda _message: ""
    assert inbox.send_all(keyless) == ["One"]
    assert not delivery_queue.send_again(record.id, clock())
    assert not delivery_queue.send_again("unknown", clock())


def test_a_failing_channel_is_told_by_the_others_and_never_by_itself(
    keyless: Channel, keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    def refused(_message: object) -> str:
        raise RefusedError("no_service", "Slack")

    inbox.answer = refused
    add(keyless, clock, urgent("One"))
    inbox.send_all(keyless)
    assert intake.flush(30)
    [found] = recent_incidents(5)
    assert (found.title, found.count) == ("Notification not sent", 1)
    assert "no_service" in found.message

    told = urgent("Slack fails", incident_id=found.id)
    assert len(delivery_queue.add(told, [keyless, keyed], clock())) == 1
    inbox.send_all(keyed)  # it fails too, which is not told to anybody
    assert states() == ["failed", "failed"]
    assert intake.flush(30)
    assert recent_incidents(5)[0].count == 1


def test_the_error_of_a_channel_is_resolved_once_it_takes_a_message(
    keyless: Channel, keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    def refused(_message: object) -> str:
        raise RefusedError("gone", "It")

    inbox.answer = refused
    for channel in (keyless, keyed):
        add(channel, clock, urgent("One"))
        inbox.send_all(channel)
    assert intake.flush(30)
    [both] = recent_incidents(5)
    inbox.answer = lambda _message: ""
    add(keyed, clock, urgent("Two"))
    inbox.send_all(keyed)
    assert [each.state for each in recent_incidents(5)] == [both.state]
    add(keyless, clock, urgent("Two"))
    inbox.send_all(keyless)
    assert recent_incidents(5) == []
    assert recent_incidents(5, "resolved")[0].id == both.id


def test_a_message_that_is_tried_again_is_reported_once(
    keyed: Channel, inbox: Inbox, clock: Clock
) -> None:
    def never(_message: object) -> str:
        raise NotTakenError("closed", "Hook")

    add(keyed, clock, urgent("One"))
    inbox.answer = never
    for attempt in range(1, 6):
        assert send_next(keyed.id, clock)
        assert intake.flush(30)
        reported = sum(each.count for each in recent_incidents(5))
        assert reported == (attempt >= failures.REPORTED_ATTEMPT)
        clock.pass_(600)


def test_what_ended_long_ago_is_deleted(keyed: Channel, inbox: Inbox, clock: Clock) -> None:
    add(keyed, clock, urgent("Old"))
    inbox.send_all(keyed)
    clock.pass_(100)
    add(keyed, clock, urgent("New"))
    assert delivery_queue.prune(clock()) == 1
    assert [record.title for record in deliveries()] == ["New"]


def test_everything_off_queues_nothing(
    keyed: Channel, monkeypatch: pytest.MonkeyPatch, inbox: Inbox
) -> None:
    assert NotificationSystem(enabled=False).send_notification(urgent("One")) == []
    assert len(NotificationSystem(enabled=True).send_notification(urgent("Two"))) == 1
    assert slack("https://other.test/abcdefgh", "Other").enabled
    assert len(NotificationSystem().send_notification(urgent("Three"))) == 2
