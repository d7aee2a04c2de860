"""State of the part of an incident's page that shows who acts: the escalations, the runs of Codegen, and their fixes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import apply_kinds, by_hand, fix_kind
from proto_ddf.operations.escalation.codegen.apply_kinds import ApplyFixInput, ReadFixInput
from proto_ddf.operations.escalation.codegen.diff import ShownFix
from proto_ddf.operations.escalation.codegen.views import CodegenRunView, runs_of, shown_fix
from proto_ddf.operations.escalation.views import EscalationView, escalations_of
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 5.0
_KINDS = (fix_kind.KIND, apply_kinds.READ, apply_kinds.APPLY)


class CodegenState(OperationMixin, rx.State):
    """The incident whose id is in the address."""

    incident_id: str = ""
    loaded: bool = False
    escalations: list[EscalationView] = []
    """The newest first."""
    runs: list[CodegenRunView] = []
    """The newest first."""
    can_ask: bool = False
    reason: str = ""
    """Why Codegen cannot be asked."""
    fix: ShownFix = ShownFix()
    """What the fix of the newest run would change."""
    fix_shown: bool = False
    starting: bool = False

    @rx.var
    def busy(self) -> bool:
        return self.starting or self.operation.state in ("pending", "running")

    @rx.event
    def load(self) -> list[EventSpec]:
        """Show the incident, and follow what is under way (on_load)."""
        incident_id = str(self.router.url.path.rstrip("/").rpartition("/")[2])
        self.starting = False  # it is left over if the server was killed meanwhile
        if incident_id != self.incident_id:
            self.incident_id, self.loaded = incident_id, False
            self._show(_Shown())
            self._forget_operation()
        return [CodegenState.follow, CodegenState.find_operation]

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        """Refresh while the page is open."""
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                incident_id = self.incident_id
                shown = await asyncio.to_thread(_read, incident_id)
                async with self:
                    if self.incident_id == incident_id:
                        self._show(shown)
                        self.loaded = True
                    if self.error_retrying:
                        self._clear_error()
        except Exception as error:
            async with self:
                self._retry_by("follow")
                return self.handle_error(error, "show an error")
        return None

    @rx.event(background=True)
    async def find_operation(self) -> EventSpec | None:
        """Follow an operation about the newest run that is under way or failed."""
        found = await asyncio.to_thread(_last_operation, self.incident_id)
        if found is None:
            return None
        async with self:
            return self._watch(found.id)

    @rx.event(background=True)
    async def ask_codegen(self, incident_id: str) -> AsyncIterator[Any]:
        yield await self._begin("ask_codegen", by_hand.ask_about, str(incident_id))

    @rx.event(background=True)
    async def show_changes(self, key: str) -> AsyncIterator[Any]:
        """Look at what the fix of a run would change."""
        yield await self._begin("show_changes", _start_reading, str(key))

    @rx.event(background=True)
    async def apply_fix(self, key: str, commit: str, digest: str) -> AsyncIterator[Any]:
        """Apply the fix of a run as the page shows it: all three texts come from there."""
        given = (str(key), str(commit), str(digest))
        yield await self._begin("apply_fix", _start_applying, *given)

    async def _begin(
        self, handler: str, start: Callable[..., str], *given: str
    ) -> EventSpec | None:
        """Start an operation and watch it. Try Again runs `handler(*given)`."""
        async with self:
            if is_second_click(self.busy):
                return None
            self.starting = True
            self._retry_by(handler, *given)
        try:
            operation_id = await asyncio.to_thread(start, *given)
        except Exception as error:
            async with self:
                self.starting = False
                return self.handle_error(error, "ask Codegen", incident_id=self.incident_id)
        async with self:
            self._clear_error()
            self.starting = False
            return self._watch(operation_id)

    def _operation_ended(self) -> Any:
        if self.operation.state == "succeeded" and self.operation.kind == apply_kinds.READ:
            self._forget_operation()
        return CodegenState.follow

    def _show(self, shown: "_Shown") -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        for name, value in shown._asdict().items():
            if value != getattr(self, name):
                setattr(self, name, value)


class _Shown(NamedTuple):
    escalations: list[EscalationView] = []
    runs: list[CodegenRunView] = []
    can_ask: bool = False
    reason: str = ""
    fix: ShownFix = ShownFix()
    fix_shown: bool = False


def _read(incident_id: str) -> _Shown:
    runs = runs_of(incident_id)
    fix = shown_fix(runs[0].key) if runs else None
    askable = by_hand.askable(incident_id)
    return _Shown(
        escalations=escalations_of(incident_id),
        runs=runs,
        can_ask=not askable.reason,
        reason=askable.reason,
        fix=fix or ShownFix(),
        fix_shown=fix is not None,
    )


def _last_operation(incident_id: str) -> OperationView | None:
    runs = runs_of(incident_id)
    if not runs:
        return None
    asking = service.view(runs[0].key)
    others = [service.last_for(runs[0].app, kind) for kind in _KINDS[1:]]
    shown = [
        each
        for each in (asking, *others)
        if each and each.state in ("pending", "running", "failed")
    ]
    return max(shown, key=lambda each: each.created_at, default=None)


def _start_reading(key: str) -> str:
    return service.start(apply_kinds.READ, ReadFixInput(key=key))


def _start_applying(key: str, commit: str, digest: str) -> str:
    given = ApplyFixInput(key=key, commit=commit, digest=digest)
    return service.start(apply_kinds.APPLY, given)
