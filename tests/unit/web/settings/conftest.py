"""States of the pages of settings, for a person who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from reflex_base.event.context import EventContext

from proto_ddf.accounts.management import Account
from proto_ddf.accounts.sessions import SESSIONS, Session
from proto_ddf.accounts.sign_in import sign_in
from proto_ddf.current_user import acting_for
from proto_ddf.web.access.binding import bind
from proto_ddf.web.shared.state import live
from tests.unit.accounts.conftest import CLIENT, PASSWORD, accounts_mode

__all__ = ["SignIn", "accounts_mode", "another_session"]

SignIn = Callable[[Account], Session]


def another_session(account: Account) -> Session:
    """The account signs in, in another browser."""
    session = SESSIONS.find(sign_in(account.name, PASSWORD, CLIENT))
    assert session is not None
    return session


@pytest.fixture
def signed_in(accounts_mode: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    """Signs a person in, from whose tab the events of the test come from then on."""
    looks: list[bool] = []

    def every_other(_state: Any) -> bool:
        looks.append(len(looks) % 2 == 0)
        return looks[-1]

    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(live, "is_connected", every_other)
    with ExitStack() as stack:

        def sign(account: Account) -> Session:
            session = another_session(account)
            token = bind(session.id, "tab")
            unused: Any = None
            context = EventContext(token=token, state_manager=unused, enqueue_impl=unused)
            stack.enter_context(context)
            stack.enter_context(acting_for(session.user_id))
            return session

        yield sign
