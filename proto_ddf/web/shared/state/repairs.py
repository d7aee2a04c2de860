"""State of the repairs of the app, the operation or the incident that a page shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from proto_ddf.operations import service
from proto_ddf.operations.recovery import runner, views
from proto_ddf.operations.recovery.views import RecoveryAttempt
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 2.0


@dataclass
class RepairOption:
    """A repair that a person can start."""

    name: str = ""
    title: str = ""
    loses: str = ""
    """What is lost, for the question."""


@dataclass
class Repairs:
    """What a page shows of repairs."""

    attempts: list[RecoveryAttempt] = field(default_factory=list)
    """The newest first."""
    options: list[RepairOption] = field(default_factory=list)
    original: str = ""
    """The operation that the shown one repairs, if it is a repair."""
    original_title: str = ""


_ATTEMPTS: dict[str, Callable[[str], list[RecoveryAttempt]]] = {
    "apps": views.attempts_on,
    "operations": views.attempts_after,
    "errors": views.attempts_for,
}
"""By the first part of the page's address."""


class RecoveryState(ErrorMixin, rx.State):
    """The repairs of what the page shows."""

    attempts: list[RecoveryAttempt] = []
    """The newest first; the first one is shown with its steps."""
    options: list[RepairOption] = []
    original: str = ""
    original_title: str = ""
    starting: str = ""
    """The repair that a person has just chosen."""
    about: str = ""
    """"apps", "operations" or "errors": what kind of thing the shown repairs are about."""
    subject: str = ""
    """Its slug or id."""
    _operation: str = ""
    """The operation that the page shows, if it is not in the address."""

    @rx.event(background=True, supersedes=True)
    async def follow(self, operation_id: str = "") -> AsyncIterator[Any]:
        """Refresh the repairs while the page is open (on_load): those of what is in the address, or of an operation."""
        async with self:
            self._operation = operation_id
            kind, subject = self._about()
            self.starting = ""  # it is left over if the server was killed meanwhile
            if (kind, subject) != (self.about, self.subject):
                self._show(Repairs())
                self.about, self.subject = kind, subject
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            try:
                found = await asyncio.to_thread(_read, kind, subject)
            except Exception as error:
                async with self:
                    self._retry_by("follow", operation_id)
                    shown = self.handle_error(error, "show repairs", subject=subject)
                yield shown
                return
            async with self:
                if self._about() != (kind, subject):
                    return
                if self.error_retrying:
                    self._clear_error()
                self._show(found)

    @rx.event(background=True)
    async def start(self, about: str, subject: str, name: str) -> AsyncIterator[Any]:
        """Start the repair that a person has chosen and confirmed. A second click while it starts does nothing."""
        async with self:
            if is_second_click(self.starting) or not isinstance(name, str):
                return
            self.starting = name
            self._retry_by("start", about, subject, name)
        try:
            await asyncio.to_thread(_start, str(about), str(subject), name)
        except Exception as error:
            async with self:
                self.starting = ""
                shown = self.handle_error(error, "start a repair", subject=subject)
            yield shown
            return
        async with self:
            self.starting = ""
            self._clear_error()

    def _about(self) -> tuple[str, str]:
        """The first and the last part of the page's address, or the operation that it shows."""
        if self._operation:
            return "operations", self._operation
        parts = [part for part in str(self.router.url.path).split("/") if part]
        return (parts[0], parts[-1]) if len(parts) > 1 else ("", "")

    def _show(self, found: Repairs) -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        for name in ("attempts", "options", "original", "original_title"):
            if getattr(self, name) != getattr(found, name):
                setattr(self, name, getattr(found, name))


def _read(kind: str, subject: str) -> Repairs:
    if kind not in _ATTEMPTS:
        return Repairs()
    options = [
        RepairOption(each.name, each.title, each.loses)
        for each in runner.can_be_tried(kind, subject)
    ]
    found = Repairs(attempts=_ATTEMPTS[kind](subject), options=options)
    repair = views.attempt_of(subject) if kind == "operations" else None
    if repair and repair.original_operation_id:
        original = service.view(repair.original_operation_id)
        found.original = repair.original_operation_id
        found.original_title = original.title if original else ""
    return found


def _start(kind: str, subject: str, name: str) -> None:
    runner.execute_asked(kind, subject, name)
