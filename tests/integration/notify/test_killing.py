"""kill -9 while messages are sent: none is lost, and none comes twice where the receiver takes a key."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proto_ddf.notify import NotificationSystem
from proto_ddf.notify.sending import send_next
from proto_ddf.settings import PROJECT_ROOT
from tests.channels import apprise, email, linear, slack, states, urgent, webhook
from tests.servers.http_receiver import Received, Receiver, http_receiver
from tests.servers.linear_api import LinearApi
from tests.servers.mail_server import MailServer
from tests.servers.waiting import wait_until

PATHS = ("/slack", "/hook", "/apprise")


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_message_survives_a_kill_and_comes_twice_only_where_there_is_no_key(
    place: str, tmp_path: Path, receiver: Receiver, linear_server: LinearApi, mail: MailServer
) -> None:
    with http_receiver() as others:
        channels = [
            slack(others.url("/slack")),
            webhook(others.url("/hook")),
            linear(),
            email(mail.port),
            apprise(f"json://127.0.0.1:{others.port}/apprise"),
        ]
        assert len(NotificationSystem().send_notification(urgent("Disk full"))) == 5
        kill_while_sending(place, tmp_path, [channel.kind.name for channel in channels])
        assert states() == ["sending"] * 5

        for channel in channels:
            while send_next(channel.id, lambda: datetime.now(UTC)):
                pass
        assert states() == ["sent"] * 5
        came = {path: [r for r in others.received if r.path == path] for path in PATHS}
    twice = 2 if place == "after" else 1
    check_equal(came["/hook"], twice)
    assert len(linear_server.issues) == 1
    assert [mail["Subject"] for mail in mail.mails] == ["Disk full"] * twice
    assert len({mail["Message-ID"] for mail in mail.mails}) == 1
    assert len(came["/slack"]) == twice
    assert len(came["/apprise"]) == twice
    assert "This may have come before" in came["/apprise"][-1].json["message"]
    assert "This may have come before" in came["/slack"][-1].json["text"]
    assert "This may have come before" in mail.mails[-1].get_content()


def check_equal(requests: list[Received], number: int) -> None:
    assert len(requests) == number
    assert len({(each.headers["Idempotency-Key"], each.body) for each in requests}) == 1


def kill_while_sending(place: str, folder: Path, kinds: list[str]) -> None:
    script = Path(__file__).with_name("stuck_sender.py")
    sender = subprocess.Popen(
        [sys.executable, str(script), place, str(folder)],
        cwd=PROJECT_ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), *sys.path])},
    )
    try:
        wait_until(lambda: sender.poll() is not None or all((folder / k).exists() for k in kinds))
        assert sender.poll() is None
    finally:
        sender.send_signal(signal.SIGKILL)
        sender.wait()
