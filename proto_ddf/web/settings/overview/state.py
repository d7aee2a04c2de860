"""What is read when /settings is opened, by the role and the sign-in."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.accounts.roles import Role
from proto_ddf.settings import get_settings
from proto_ddf.web.access.state import current_session
from proto_ddf.web.settings.overview.accounts_state import AccountsState
from proto_ddf.web.settings.overview.password_state import PasswordState
from proto_ddf.web.settings.overview.server_state import ServerFactsState
from proto_ddf.web.settings.overview.sessions_state import SessionsState


class SettingsState(rx.State):
    @rx.event
    def load(self) -> list[EventSpec]:
        session, mode = current_session(), get_settings().enable_auth
        is_admin = session is not None and session.role == Role.ADMIN
        events: list[Any] = [PasswordState.load]
        if mode != "false":
            events.append(SessionsState.follow)
        if mode == "accounts" and is_admin:
            events.append(AccountsState.follow)
        if is_admin:
            events.append(ServerFactsState.follow)
        return events
