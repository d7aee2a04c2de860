"""State of the accounts: an admin adds them, changes their role, disables them and makes links for new passwords."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.accounts import management
from proto_ddf.accounts.management import PasswordLink
from proto_ddf.accounts.roles import Role
from proto_ddf.web.access.state import current_session
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

NAME_ID = "account-name"
_REFRESH_SECONDS = 5.0


@dataclass(frozen=True)
class AccountRow:
    id: str
    name: str
    role: str
    state: str
    """ "active", "invited" until the person has chosen a password, or "disabled"."""
    created_at: str
    sessions: int
    is_own: bool


class AccountsState(LiveMixin, rx.State):
    _form_fields: ClassVar[frozenset[str]] = frozenset({"name"})

    accounts: list[AccountRow] = []
    form_open: bool = False
    role: str = str(Role.BUILDER)
    """Of the account that is being added."""
    busy: bool = False
    link: str = ""
    """The last link that was made. It is shown once."""
    link_name: str = ""
    """Whose link it is."""

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        async with self:
            self.busy, self.link = False, ""
        try:
            async for _ in refresh_signals(self, about="", every=_REFRESH_SECONDS):
                await self._read()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show the accounts")
        return None

    @rx.event
    def open_form(self) -> EventSpec:
        self.form_open, self.link = True, ""
        self.role, self.field_errors = str(Role.BUILDER), {}
        return focus(NAME_ID)

    @rx.event
    def close_form(self) -> None:
        self.form_open, self.field_errors = False, {}

    @rx.event
    def set_role(self, role: str) -> None:
        self.role = str(Role(role))

    @rx.event
    def hide_link(self) -> None:
        self.link = self.link_name = ""

    @rx.event(background=True)
    async def create(self, form: dict[str, Any]) -> EventSpec | None:
        async with self:
            self.field_errors = {}
            role = Role(self.role)
        given = str(form.get("name", ""))
        shown = await self._change("add an account", management.create_account, given, role)
        async with self:
            wrong = bool(self.field_errors)
            self.form_open = wrong or self.error_shown
            return focus(NAME_ID) if wrong else shown

    @rx.event(background=True)
    async def change_role(self, account_id: str, role: str) -> EventSpec | None:
        return await self._change("change a role", management.set_role, account_id, Role(role))

    @rx.event(background=True)
    async def disable(self, account_id: str) -> EventSpec | None:
        return await self._change("disable an account", management.disable_account, account_id)

    @rx.event(background=True)
    async def enable(self, account_id: str) -> EventSpec | None:
        return await self._change("enable an account", management.enable_account, account_id)

    @rx.event(background=True)
    async def make_link(self, account_id: str) -> EventSpec | None:
        """A link by which the person chooses a new password."""
        return await self._change("make a link", management.new_password_link, account_id)

    @rx.event(background=True)
    async def revoke_sessions(self, account_id: str) -> EventSpec | None:
        own = current_session()
        kept = own.id if own else ""
        return await self._change(
            "end the sessions of an account", management.revoke_sessions_of, account_id, kept
        )

    async def _change(self, what: str, change: Callable[..., Any], *args: Any) -> EventSpec | None:
        """Call `change(*args)` and show what it made, or its error."""
        async with self:
            if self.busy:
                return None
            self.busy = True
        try:
            made = await asyncio.to_thread(change, *args)
            await self._read()
        except Exception as error:
            async with self:
                self.busy = False
                return self.handle_error(error, what)
        async with self:
            self.busy = False
            self._clear_error()
            if isinstance(made, PasswordLink):
                self.link = self.router.url.origin + made.path
                self.link_name = made.account.name
        return None

    async def _read(self) -> None:
        own = current_session()
        rows = await asyncio.to_thread(_rows, own.account_id if own else None)
        async with self:
            if rows != self.accounts:
                self.accounts = rows
            self._refreshed()


def _rows(own_id: str | None) -> list[AccountRow]:
    sessions = Counter(each.user_id for each in management.list_sessions())
    return [
        AccountRow(
            each.id,
            each.name,
            str(each.role),
            "disabled" if each.disabled else "active" if each.has_password else "invited",
            each.created_at.isoformat(),
            sessions[each.id],
            each.id == own_id,
        )
        for each in management.list_accounts()
    ]
