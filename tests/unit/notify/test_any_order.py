"""Whatever happens in whatever order: each message arrives, waits visibly, or may have arrived."""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from proto_ddf.notify import delivery_queue
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.kind import Limits, Values
from proto_ddf.notify.channels.outcomes import (
    MayHaveArrivedError,
    NotTakenError,
    RefusedError,
)
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.notify.claiming import MOST_MESSAGES, RATE_PERIOD
from proto_ddf.notify.message import Message
from proto_ddf.notify.sending import send_next
from proto_ddf.resilience import policies
from tests.channels import Clock, deliveries, ordinary, urgent


class Killed(BaseException):
    """The process ends here."""


FATES = (
    "taken",
    "not taken",
    "refused",
    "lost answer",
    "lost request",
    "kill before",
    "kill after",
)


class Deliveries(RuleBasedStateMachine):
    channel: Channel
    tag = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).tag += 1
        self.clock = Clock()
        self.number = 0
        self.fate = "taken"
        self.arrived: Counter[str] = Counter()
        self.messages_of: dict[str, set[str]] = {}
        self.sent_at: list[tuple[float, str]] = []
        self.killed: set[str] = set()
        self.again: set[str] = set()
        kind = replace(KINDS[self.channel.kind.name], send=self.receive)
        KINDS[kind.name] = kind  # type: ignore[index]
        for each in policies():
            each.reset()

    def titles_in(self, message: Message) -> list[str]:
        if message.title.startswith("n"):
            return [message.title]
        lines = message.text.partition("\n\n")[0].splitlines()
        return [line.removeprefix("- ") for line in lines]

    def receive(self, _values: Values, message: Message, _limits: Limits) -> str:
        titles = self.titles_in(message)
        self.sent_at.append((self.clock().timestamp(), message.id))
        if self.fate in ("taken", "lost answer", "kill after"):
            self.arrived.update(titles)
            for title in titles:
                self.messages_of.setdefault(title, set()).add(message.id)
        if self.fate.startswith("kill"):
            self.killed.update(titles)
            raise Killed
        if self.fate == "not taken":
            raise NotTakenError("busy", "It")
        if self.fate == "refused":
            raise RefusedError("no", "It")
        if self.fate.startswith("lost"):
            raise MayHaveArrivedError("no answer", "It")
        return ""

    @rule(number=st.integers(1, 12), is_urgent=st.booleans())
    def queue(self, number: int, is_urgent: bool) -> None:
        for _ in range(min(number, 18 - self.number)):
            self.number += 1
            made = urgent if is_urgent else ordinary
            title = f"n{self.tag}-{self.number}"
            delivery_queue.add(made(title), [self.channel], self.clock())

    @rule(seconds=st.sampled_from([1, 10, 60, 300, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.pass_(seconds)

    @rule(fate=st.sampled_from(FATES))
    def send(self, fate: str) -> None:
        self.fate = fate
        for each in policies():
            each.reset()
        with contextlib.suppress(Killed):
            send_next(self.channel.id, self.clock)

    @rule()
    def send_everything(self) -> None:
        self.fate = "taken"
        for _ in range(3):
            while send_next(self.channel.id, self.clock):
                pass
            self.clock.pass_(700)

    @rule()
    def send_again_by_hand(self) -> None:
        for record in self.mine():
            if delivery_queue.send_again(record.id, self.clock()):
                self.again.add(record.title)

    def mine(self) -> list[delivery_queue.DeliveryRecord]:
        return [each for each in deliveries() if each.title.startswith(f"n{self.tag}-")]

    @invariant()
    def each_is_accounted_for(self) -> None:
        records = self.mine()
        assert len(records) == self.number
        for record in records:
            came = self.arrived[record.title]
            if record.state == "sent":
                assert came >= 1
            if record.state == "failed":
                assert came == 0
            if self.channel.kind.has_key:
                assert len(self.messages_of.get(record.title, set())) <= 1
            elif record.title not in self.killed | self.again:
                assert came <= 1

    @invariant()
    def no_more_messages_than_allowed(self) -> None:
        for start, _ in self.sent_at:
            end = start + RATE_PERIOD.total_seconds()
            ids = {message for at, message in self.sent_at if start <= at < end}
            taken_or_doubtful = {
                message for message in ids if any(message in m for m in self.messages_of.values())
            }
            assert len(taken_or_doubtful) <= MOST_MESSAGES

    def teardown(self) -> None:
        for record in self.mine():
            delivery_queue.prune(self.clock.now.replace(year=2100))
            delivery_queue.give_up(record.channel_id, "over", self.clock())
        delivery_queue.prune(self.clock.now.replace(year=2100))


@pytest.mark.parametrize("name", ["keyed", "keyless"])
def test_nothing_is_lost_and_nothing_comes_twice_where_there_is_a_key(
    name: str, request: pytest.FixtureRequest
) -> None:
    channel: Channel = request.getfixturevalue(name)
    machine: Callable[[], Deliveries] = type("Machine", (Deliveries,), {"channel": channel})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
