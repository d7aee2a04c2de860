"""The test of a channel, with a real engine, the real delivery loop and a real receiver; and a canary in all of it."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf import vault
from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.notify import NotificationSystem, connected
from proto_ddf.notify.delivery_loop import deliver
from proto_ddf.operations import service
from proto_ddf.operations.kinds.notifications import TestChannelInput
from proto_ddf.operations.retention.housekeeping import remove_secrets
from proto_ddf.resilience.policy import registry
from tests.channels import slack, states, urgent, webhook
from tests.servers.http_receiver import Answer, Receiver, http_receiver
from tests.servers.waiting import wait_until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as made:
        yield made


@pytest.fixture(autouse=True)
def _delivering(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The loop runs, as in the server."""
    monkeypatch.setattr(registry, "_registry", registry.PolicyRegistry())
    loop = asyncio.new_event_loop()
    task = loop.create_task(deliver())
    thread = threading.Thread(target=loop.run_until_complete, args=(_ended(task),))
    thread.start()
    yield
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()
    wait_until(lambda: not any(t.name.startswith("notify-") for t in threading.enumerate()))


async def _ended(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task])


def test_a_test_tells_what_became_of_it_and_can_be_tried_again(receiver, ended, until):
    channel = slack(receiver.url())
    receiver.answers = [Answer(410, "channel_is_archived")]
    failed = ended("test_channel", TestChannelInput(channel_id=channel.id))
    assert (failed.state, failed.title) == ("failed", "Test Slack")
    assert failed.error["code"] == "notification_failed"
    assert "410: channel_is_archived" in failed.error["message"]
    assert intake.flush(30)
    [error] = recent_errors()
    assert error["context"]["channel_id"] == channel.id

    service.retry(failed.id)
    done = until(lambda: (v := service.view(failed.id)).state == "succeeded" and v)
    assert [step.state for step in done.steps] == ["succeeded", "succeeded"]
    assert done.steps[1].message == "Slack took the message"
    assert [each.json["text"].splitlines()[0] for each in receiver.received] == [
        "*Test of Proto-DDF*"
    ] * 2


def test_a_channel_that_cannot_be_used_fails_before_anything_is_sent(ended):
    closed = webhook("http://169.254.169.254/latest")
    failed = ended("test_channel", TestChannelInput(channel_id=closed.id))
    assert (failed.error["code"], failed.steps[0].state) == ("host_not_allowed", "failed")
    connected.switch(closed.id, False)
    assert (
        "switched off"
        in ended("test_channel", TestChannelInput(channel_id=closed.id)).error["message"]
    )
    assert states() == []


def test_the_loop_sends_at_once_and_no_secret_leaves(receiver, prepared_home, workshop):
    password = "Tr0ub4dor&3 of ann"
    vault.store(password)
    hook = webhook(receiver.url("/hook/canary7391token"))
    text = (
        f"password={password} {password} token=canary7391 {receiver.url('/hook/canary7391token')}"
    )
    receiver.answers = [Answer(500, f"echo {password}"), Answer(404)]
    NotificationSystem().send_notification(urgent(text, text=text, link=f"/errors?{text}"))
    NotificationSystem().send_notification(urgent("Second", text=text))
    wait_until(lambda: len(receiver.received) >= 1 and "sending" not in states())
    sent = b"".join(each.body for each in receiver.received)
    assert password.encode() not in sent
    assert b"canary7391" not in sent
    stored = b"".join(path.read_bytes() for path in prepared_home.rglob("*") if path.is_file())
    assert password.encode() not in stored
    assert b"canary7391token" not in stored
    assert hook.enabled


def test_the_housekeeping_keeps_the_secrets_of_channels(receiver, workshop):
    channel = slack(receiver.url())
    lost = vault.store("belongs to nobody")
    assert remove_secrets(utc_now()) == 1
    assert vault.existing_references([lost, *channel.config.values()]) == set(
        channel.config.values()
    )
