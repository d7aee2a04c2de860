"""State of the page of reports: the form, the running report, and the list."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.hosting import apps
from proto_ddf.monitoring.incident_views import incident_names
from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.monitoring.reports.store import ReportView
from proto_ddf.operations import service
from proto_ddf.operations.kinds.reports import KIND, GenerateReportInput
from proto_ddf.settings import get_settings
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 5.0
_MOST_CHOICES = 100
TYPES = {"summary": "All errors", "incident": "One error", "app": "One app"}
RANGES = {"1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
FORMATS = {"html": "HTML, to read and print", "json": "JSON, for programs"}


class Choice(BaseModel):
    """Something that a report may be about."""

    type: str
    id: str
    name: str


class ReportsState(OperationMixin, LiveMixin, rx.State):
    """Reports that were made, and the one that is being made."""

    _form_fields: ClassVar[frozenset[str]] = frozenset({"about", "time_range"})

    type: str = "summary"
    about: str = ""
    """The id of the incident or the slug of the app."""
    time_range: str = "24h"
    format: str = "html"
    all_choices: list[Choice] = []
    reports: list[ReportView] = []
    """The newest first."""
    schedule: str = "none"
    starting: bool = False
    deleting: str = ""
    """The id of the report that is being deleted."""

    @rx.var
    def choices(self) -> list[Choice]:
        return [each for each in self.all_choices if each.type == self.type]

    @rx.var
    def busy(self) -> bool:
        return self.starting or self.operation.state in ("pending", "running")

    @rx.event
    def load(self) -> list[EventSpec]:
        self.deleting = ""
        self.starting = False  # it is left over if the server was killed meanwhile
        self.schedule = get_settings().report_schedule
        events: list[EventSpec] = [ReportsState.follow]
        return [*events, self._watch(self.operation.id)] if self.operation.id else events

    @rx.event
    def set_type(self, kind: str) -> None:
        self.type = kind if kind in TYPES else "summary"
        self.about = ""
        self._clear_field_error("about")

    @rx.event
    def set_about(self, about: str) -> None:
        self.about = about
        self._clear_field_error("about")

    @rx.event
    def set_time_range(self, time_range: str) -> None:
        self.time_range = time_range
        self._clear_field_error("time_range")

    @rx.event
    def set_format(self, wanted: str) -> None:
        self.format = wanted if wanted in FORMATS else "html"

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                reports, choices = await asyncio.to_thread(_read)
                async with self:
                    if reports != self.reports:
                        self.reports = reports
                    if choices != self.all_choices:
                        self.all_choices = choices
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "list reports")
        return None

    @rx.event(background=True)
    async def generate(self, options: dict[str, str]) -> AsyncIterator[Any]:
        """Start the report that the form asks for: type, format, time_range, about. A second click while one is made
        does nothing."""
        async with self:
            if is_second_click(self.busy):
                return
            self.starting = True
            self.field_errors = {}
            self._retry_by("generate", options)
        try:
            given = GenerateReportInput(options=ReportOptions.model_validate(options))
            operation_id = await asyncio.to_thread(service.start, KIND, given)
        except Exception as error:
            async with self:
                self.starting = False
                shown = self.handle_error(error, "make a report")
                fault = next(iter(self.field_errors), "")
            yield [shown, focus(fault)] if fault else shown
            return
        async with self:
            self.starting = False
            self._clear_error()
            watch = self._watch(operation_id)
        yield watch

    @rx.event(background=True)
    async def delete(self, report_id: str) -> EventSpec | None:
        async with self:
            if is_second_click(self.deleting):
                return None
            self.deleting = report_id
            self._retry_by("delete", report_id)
        try:
            await asyncio.to_thread(store.delete, report_id)
        except Exception as error:
            async with self:
                self.deleting = ""
                return self.handle_error(error, "delete a report")
        async with self:
            self.deleting = ""
            self.reports = [each for each in self.reports if each.id != report_id]
            self._clear_error()
        return None


def _read() -> tuple[list[ReportView], list[Choice]]:
    incidents = [
        Choice(type="incident", id=incident_id, name=name)
        for incident_id, name in incident_names(_MOST_CHOICES)
    ]
    generated = [Choice(type="app", id=each.slug, name=each.name) for each in apps.list_apps()]
    return store.recent(), [*incidents, *generated]
