"""States of the pages of settings, for a person who is signed in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from reflex_base.event.context import EventContext

from proto_ddf.accounts.management import Account
from proto_ddf.accounts.session import Session
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import sign_in
from proto_ddf.current_user import acting_for
from proto_ddf.web.access.binding import bind
from proto_ddf.web.shared.state import live
from tests.unit.accounts.conftest import CLIENT, PASSWORD, accounts_mode

__all__ = ["SignIn", "accounts_mode", "another_session", "tab_of"]

SignIn = Callable[[Account], Session]


def another_session(account: Account) -> Session:
    """The account signs in, in another browser."""
    session = SESSIONS.find(sign_in(account.name, PASSWORD, CLIENT))
    assert session is not None
    return session


def tab_of(session: Session) -> EventContext:
    """The events of a test come from a tab of the session, while it is entered."""
    unused: Any = None
    token = bind(session.id, "tab")
    return EventContext(token=token, state_manager=unused, enqueue_impl=unused)


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
            stack.enter_context(tab_of(session))
            stack.enter_context(acting_for(session.user_id))
            return session

        yield sign
