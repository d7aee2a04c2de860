"""State of the page of one incident."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.incident_views import IncidentDetails, read_incident
from proto_ddf.operations import service
from proto_ddf.operations.error_overview.code_around import CodeAround, code_around
from proto_ddf.operations.error_overview.history import History, history_of
from proto_ddf.operations.views import OperationView
from proto_ddf.web.errors.rows import ErrorRow, IncidentRow, error_row, incident_row
from proto_ddf.web.errors.trying_again import ErrorRowsMixin
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.operation import no_operation
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 5.0
TYPED_NOTE = "typed note"
"""The name of the control of a new note in the form that is sent. It must not be the control's id."""
MUTE_PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "ever": None}


class IncidentPageState(ErrorRowsMixin, rx.State):
    """The incident whose id is in the address."""

    _form_fields: ClassVar[frozenset[str]] = frozenset({"note"})

    incident: IncidentRow = IncidentRow()
    known: str = ""
    """"" while loading, then "yes" or "no"."""
    errors: list[ErrorRow] = []
    """Its newest errors, the newest first."""
    history: History = History()
    code: CodeAround = CodeAround()
    """Around the place that its newest error came from."""
    operation: OperationView = no_operation()
    """The operation of its newest error."""
    note: str = ""
    busy: bool = False
    """A change is being written."""

    @rx.event
    def load(self) -> EventSpec:
        self.retrying_id = ""
        self.busy = False
        if self._id_in_address() != self.incident.id:
            self._show(_Found())
            self.known = self.note = ""
            self.field_errors = {}
        return IncidentPageState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async with self:
                incident_id = self._id_in_address()
                self._renew_waits()
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                found = await asyncio.to_thread(_read, incident_id)
                async with self:
                    if self._id_in_address() != incident_id:
                        return None
                    self._show(found)
                    self.known = "yes" if found.details else "no"
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show an error")
        return None

    @rx.event(background=True)
    async def acknowledge(self, incident_id: str) -> EventSpec | None:
        return await self._change("acknowledge", incidents.acknowledge, incident_id)

    @rx.event(background=True)
    async def mute(self, incident_id: str, period: str) -> EventSpec | None:
        """Mute it for one of MUTE_PERIODS."""
        if period not in MUTE_PERIODS:
            return None
        seconds = MUTE_PERIODS[period]
        return await self._change("mute", incidents.mute, incident_id, seconds, by=[period])

    @rx.event(background=True)
    async def unmute(self, incident_id: str) -> EventSpec | None:
        return await self._change("unmute", incidents.unmute, incident_id)

    @rx.event(background=True)
    async def resolve(self, incident_id: str) -> EventSpec | None:
        return await self._change("resolve", incidents.resolve, incident_id)

    @rx.event
    def set_note(self, text: str) -> None:
        self.note = text
        self._clear_field_error("note")

    @rx.event(background=True)
    async def add_note(self, incident_id: str, form: dict[str, Any]) -> EventSpec | None:
        """Add the note that was typed. After a failure it stays in the field."""
        text = str(form.get(TYPED_NOTE, ""))
        return await self._change("add_note", incidents.add_note, incident_id, text, by=[form])

    async def _change(
        self,
        handler: str,
        change: Callable[..., None],
        incident_id: str,
        *args: Any,
        by: Sequence[Any] = (),
    ) -> EventSpec | None:
        """Call `change(incident_id, *args)` and show the result. Try Again runs `handler(incident_id, *by)`."""
        async with self:
            if is_second_click(self.busy):
                return None
            self.busy = True
            self._retry_by(handler, incident_id, *by)
        try:
            await asyncio.to_thread(change, incident_id, *args)
        except Exception as error:
            async with self:
                self.busy = False
                return self.handle_error(error, "change an error", incident_id=incident_id)
        async with self:
            self.busy = False
            self._clear_error()
            if handler == "add_note" and [self.note] == list(args):
                self.note = ""
        return None

    def _id_in_address(self) -> str:
        return str(self.router.url.path.rstrip("/").rpartition("/")[2])

    def _show(self, found: "_Found") -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        details = found.details
        values = {
            "incident": incident_row(details.incident) if details else IncidentRow(),
            "errors": [error_row(error) for error in details.errors] if details else [],
            "history": found.history,
            "code": found.code,
            "operation": found.operation or no_operation(),
        }
        changed = {name: value for name, value in values.items() if value != getattr(self, name)}
        for name, value in changed.items():
            setattr(self, name, value)
        if "errors" in changed:
            self._renew_waits()

    def _error_rows(self) -> Sequence[ErrorRow]:
        return self.errors


class _Found(NamedTuple):
    """What the page shows of an incident."""

    details: IncidentDetails | None = None
    """None if there is no such incident."""
    history: History = History()
    code: CodeAround = CodeAround()
    operation: OperationView | None = None
    """Of its newest error, if it is there."""


def _read(incident_id: str) -> _Found:
    details = read_incident(incident_id)
    last = details.incident.last_error if details else None
    operation_id = last["operation_id"] if last else None
    return _Found(
        details,
        history_of(incident_id),
        code_around(last),
        service.view(operation_id) if operation_id else None,
    )
