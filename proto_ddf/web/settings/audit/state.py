"""State of the audit: filters and pages."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.accounts import audit, management
from proto_ddf.accounts.audit import AuditEntry, AuditFilter
from proto_ddf.accounts.session import TOKEN_USER
from proto_ddf.current_user import ANONYMOUS
from proto_ddf.web.settings.audit.words import action_words
from proto_ddf.web.shared.state.live import LiveMixin

PAGE_SIZE = 50
ANY = "any"
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
_NAMES = {TOKEN_USER: "Owner", ANONYMOUS: "Without sign-in"}


@dataclass(frozen=True)
class AuditRow:
    id: int
    at: str
    who: str
    what: str
    subject: str
    detail: str
    address: str
    operation_id: str
    """Empty if the entry is about no operation."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


class AuditState(LiveMixin, rx.State):
    rows: list[AuditRow] = []
    users: list[Choice] = []
    actions: list[Choice] = []
    user: str = ANY
    action: str = ANY
    period: str = ANY
    subject: str = ""
    has_older: bool = False
    has_newer: bool = False
    _before: list[int] = []
    """The ids before which the shown page and those newer than it begin."""

    @rx.event
    def load(self) -> EventSpec:
        return self._newest()

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        """Read the page that is to be shown."""
        async with self:
            before = self._before[-1] if self._before else None
            period = PERIODS.get(self.period)
            wanted = AuditFilter(
                user_id="" if self.user == ANY else self.user,
                action="" if self.action == ANY else self.action,
                subject=self.subject.strip(),
                since=datetime.now(UTC) - period if period else None,
                before_id=before,
            )
        try:
            found = await asyncio.to_thread(audit.entries, wanted, PAGE_SIZE + 1)
            users, actions = await asyncio.to_thread(_choices)
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show the audit")
        async with self:
            self.rows = [_row(each) for each in found[:PAGE_SIZE]]
            self.has_older, self.has_newer = len(found) > PAGE_SIZE, before is not None
            self.users, self.actions = users, actions
            self._refreshed()
        return None

    @rx.event
    def set_user(self, user: str) -> EventSpec:
        self.user = user
        return self._newest()

    @rx.event
    def set_action(self, action: str) -> EventSpec:
        self.action = action
        return self._newest()

    @rx.event
    def set_period(self, period: str) -> EventSpec:
        self.period = period
        return self._newest()

    @rx.event
    def set_subject(self, subject: str) -> EventSpec:
        self.subject = subject
        return self._newest()

    @rx.event
    def show_older(self) -> EventSpec | None:
        if not self.has_older or not self.rows:
            return None
        self._before = [*self._before, self.rows[-1].id]
        shown: EventSpec = AuditState.follow
        return shown

    @rx.event
    def show_newer(self) -> EventSpec:
        self._before = self._before[:-1]
        shown: EventSpec = AuditState.follow
        return shown

    def _newest(self) -> EventSpec:
        self._before = []
        shown: EventSpec = AuditState.follow
        return shown


def _choices() -> tuple[list[Choice], list[Choice]]:
    users = [Choice(each.id, each.name) for each in management.list_accounts()]
    others = [Choice(user, name) for user, name in _NAMES.items()]
    actions = sorted(audit.actions(), key=action_words)
    return [*users, *others], [Choice(each, action_words(each)) for each in actions]


def _row(entry: AuditEntry) -> AuditRow:
    is_operation = entry.action.startswith("operation_")
    return AuditRow(
        entry.id,
        entry.at.isoformat(),
        _NAMES.get(entry.user_id, entry.user_name),
        action_words(entry.action),
        entry.subject,
        "" if is_operation else entry.detail,
        entry.address,
        entry.detail if is_operation else "",
    )
