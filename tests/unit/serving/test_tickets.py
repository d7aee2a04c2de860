"""A ticket lets its person into its app, once, for a minute."""

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.tickets import (
    LIFETIME_SECONDS,
    Ticket,
    TicketReader,
    is_probe_pass,
    probe_pass,
)

KEY, OTHER_KEY = "key of the shop", "key of the stock"


def ticket(**values: object) -> Ticket:
    return replace(Ticket("shop", "anna", "editor"), **values)  # type: ignore[arg-type]


@given(
    user=st.text(max_size=50), rights=st.sampled_from(["viewer", "editor"]), key=st.text(min_size=1)
)
def test_a_ticket_says_what_was_signed_and_holds_once(user: str, rights: str, key: str) -> None:
    reader = TicketReader("shop", key)
    given_ticket = ticket(user=user, rights=rights)
    text = given_ticket.signed(key)
    assert reader.read(text) == given_ticket
    assert reader.read(text) is None


def test_several_tickets_of_a_person_hold_beside_each_other() -> None:
    reader = TicketReader("shop", KEY)
    texts = [ticket().signed(KEY) for _ in range(3)]
    assert all(reader.read(text) for text in texts)
    assert not any(reader.read(text) for text in texts)


@given(st.integers(0, 10_000), st.characters())
def test_a_changed_ticket_is_refused(at: int, other: str) -> None:
    reader = TicketReader("shop", KEY)
    text = ticket(rights="viewer").signed(KEY)
    at %= len(text)
    other = other if other != text[at] else "!"
    assert reader.read(text[:at] + other + text[at + 1 :]) is None
    assert reader.read(text) is not None


@given(st.text(), st.text())
def test_any_other_text_is_refused(content: str, signature: str) -> None:
    reader = TicketReader("shop", KEY)
    assert reader.read(content) is None
    assert reader.read(f"{content}.{signature}") is None


def test_the_content_cannot_be_exchanged_under_a_signature() -> None:
    signature = ticket(rights="viewer").signed(KEY).partition(".")[2]
    forged = json.dumps({"app": "shop", "user": "anna", "rights": "editor"}).encode()
    assert (
        TicketReader("shop", KEY).read(f"{urlsafe_b64encode(forged).decode()}.{signature}") is None
    )


def test_tickets_of_other_apps_and_keys_are_refused() -> None:
    reader = TicketReader("shop", KEY)
    assert reader.read(ticket(app="stock").signed(KEY)) is None
    assert reader.read(ticket().signed(OTHER_KEY)) is None
    assert reader.read(probe_pass(KEY)) is None


def test_tickets_of_another_time_are_refused() -> None:
    reader = TicketReader("shop", KEY)
    now = time.time()
    for age in (LIFETIME_SECONDS + 1, -60.0):
        assert reader.read(ticket(issued_at=now - age).signed(KEY)) is None


def test_a_ticket_from_before_the_start_is_refused_because_it_may_have_been_used() -> None:
    text = ticket().signed(KEY)
    assert TicketReader("shop", KEY).read(text) is None


def test_only_the_pass_of_the_app_is_one() -> None:
    assert is_probe_pass(probe_pass(KEY), KEY)
    for wrong in ("", probe_pass(OTHER_KEY), ticket().signed(KEY), "\udcff"):
        assert not is_probe_pass(wrong, KEY)
