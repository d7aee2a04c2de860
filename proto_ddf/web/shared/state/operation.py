"""The operation that a page shows: watching it, cancelling it and trying it again."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.operations import service
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.flow_status import Flow
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.second_click import is_second_click

# The durations of running steps are updated this often.
_REFRESH_SECONDS = 1.0
_HANDLERS = {"retrying": "resume_operation", "cancelling": "cancel_operation"}


def no_operation() -> OperationView:
    return OperationView(id="", kind="", title="", subject="", state="", created_at="")


class OperationMixin(ErrorMixin, mixin=True):
    """One operation, for `operation_panel`, and everything of ErrorMixin.

        class GenerateState(OperationMixin, rx.State):
            @rx.event
            def load(self):                       # on_load: runs again at a reconnect
                return self._watch(self.operation.id)

    Return `self._watch(operation_id)` from the handler that started the operation and from on_load.
    """

    operation: OperationView = no_operation()
    operation_missing: bool = False
    """There is no operation with the requested id."""
    operation_error: dict[str, str] = {}
    """Why it failed: title, message, hint, error_type, details and, if it is too early to try again, retry_at; empty
    if it did not fail."""
    operation_wait: float = 0.0
    """Seconds until retry_at, at the time when they were last sent."""
    operation_can_retry: bool = False
    """It failed, and Try Again may help."""
    operation_busy: str = ""
    """"retrying" or "cancelling" during that request."""

    def _watch(self, operation_id: str) -> EventSpec:
        """The event that follows an operation until it has succeeded or the tab is closed."""
        watching: EventSpec = self.__class__.watch_operation(operation_id)
        return watching

    def _flow(self, starting: bool) -> Flow:
        """The page's flow. `starting` means that the form was sent and its operation has not started yet."""
        return Flow(
            operation=self.operation,
            starting=starting,
            retrying=self.error_retrying or self.operation_busy == "retrying",
            callout=self.error_message if self.error_shown else "",
            invalid_fields=tuple(self.field_errors),
        )

    def _operation_ended(self) -> Any:
        """Override to act when the watched operation has ended. It may return events.

        It is called with the state's lock held, each time the page sees the operation end, also after a reload.
        """
        return None

    def _forget_operation(self) -> None:
        """Show no operation."""
        self._show_operation(None)
        self.operation_missing = False

    @rx.event(background=True, supersedes=True)
    async def watch_operation(self, operation_id: str) -> AsyncIterator[Any]:
        """Follow an operation, also after a failure, because another tab may try it again."""
        try:
            async for event in self._follow(operation_id):
                yield event
        except Exception as error:
            async with self:
                self._retry_by("watch_operation", operation_id)
                shown = self.handle_error(error, "show an operation", operation_id=operation_id)
            yield shown

    async def _follow(self, operation_id: str) -> AsyncIterator[Any]:
        was_over = False
        async with self:
            shown = self.operation.id == operation_id
            self.operation_busy = ""  # it is left over if the server was killed meanwhile
            self._renew_wait()  # a reloaded page shows an old value
        async for _ in refresh_signals(self, about=operation_id, every=_REFRESH_SECONDS):
            view = await asyncio.to_thread(service.view, operation_id)
            events = None
            async with self:
                if shown and self.operation.id != operation_id:
                    return  # the page no longer shows it
                self._show_operation(view)
                shown = True
                if self.error_retrying:
                    self._clear_error()
                over = view is not None and _is_over(view)
                if over and not was_over:
                    events = self._operation_ended()
                was_over = over
            if events:
                yield events
            if view is None or view.state == "succeeded":
                return

    @rx.event(background=True)
    async def cancel_operation(self, operation_id: str) -> AsyncIterator[Any]:
        """Cancel the operation that the page showed."""
        async for event in self._ask("cancelling", operation_id):
            yield event

    @rx.event(background=True)
    async def resume_operation(self, operation_id: str) -> AsyncIterator[Any]:
        """Try the operation that the page showed again, from the step that failed."""
        async for event in self._ask("retrying", operation_id):
            yield event

    async def _ask(self, what: str, operation_id: str) -> AsyncIterator[Any]:
        async with self:
            if is_second_click(self.operation_busy):
                return
            self.operation_busy = what
        act = service.retry if what == "retrying" else service.cancel
        try:
            await asyncio.to_thread(act, operation_id)
        except Exception as error:
            async with self:
                self.operation_busy = ""
                self._retry_by(_HANDLERS[what], operation_id)
                shown = self.handle_error(error, f"{what} an operation", operation_id=operation_id)
            yield shown
        else:
            async with self:
                self.operation_busy = ""
                self._clear_error()
                is_shown = self.operation.id == operation_id
            if is_shown:  # the page may show another one meanwhile
                yield self.__class__.watch_operation(operation_id)

    def _show_operation(self, view: OperationView | None) -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        shown = view or no_operation()
        if self.operation_missing != (view is None):
            self.operation_missing = view is None
        if shown == self.operation:
            return
        self.operation = shown
        self.operation_error = _error_words(shown)
        self._renew_wait()
        self.operation_can_retry = shown.can_retry and bool(
            shown.error is None or shown.error.get("retry_possible")
        )

    def _renew_wait(self) -> None:
        wait = seconds_until(self.operation_error.get("retry_at", ""))
        if wait != self.operation_wait:
            self.operation_wait = wait


def _is_over(view: OperationView) -> bool:
    return view.state in ("succeeded", "failed", "cancelled") and view.finished_at is not None


def _error_words(view: OperationView) -> dict[str, str]:
    error = view.error
    if not error:
        return {}
    context = {"operation_id": view.id, "code": error["code"], **error.get("context", {})}
    return {
        **{name: error.get(name) or "" for name in ("title", "message", "hint", "error_type")},
        "retry_at": next_attempt_at(error),
        "details": json.dumps(context, indent=2, default=str, sort_keys=True),
    }
