"""A channel whose receiver is a list, and a clock that the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.kind import Limits, Values
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.notify.message import Message
from proto_ddf.notify.sending import send_next
from proto_ddf.redaction import texts
from proto_ddf.resilience.policy import registry
from tests.channels import Clock, slack, webhook


@dataclass
class Inbox:
    """What arrived. `answer` is called with each message, and may raise."""

    clock: Clock
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[Message], str] = lambda _message: ""

    def send(self, _values: Values, message: Message, _limits: Limits) -> str:
        said = self.answer(message)
        self.messages.append(message)
        return said

    def send_all(self, channel: Channel) -> list[str]:
        """Send what is due; returns the titles that arrived."""
        before = len(self.messages)
        while send_next(channel.id, self.clock):
            pass
        return [message.title for message in self.messages[before:]]


@pytest.fixture(autouse=True)
def _own_home(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_spellings", frozenset())
    monkeypatch.setattr(registry, "_registry", registry.PolicyRegistry())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    made = Inbox(clock)
    for name, kind in KINDS.items():
        monkeypatch.setitem(KINDS, name, replace(kind, send=made.send))  # type: ignore[arg-type]
    return made


@pytest.fixture
def keyed(inbox: Inbox) -> Channel:
    return webhook("https://hook.test/abcdefgh")


@pytest.fixture
def keyless(inbox: Inbox) -> Channel:
    return slack("https://slack.test/abcdefgh")
