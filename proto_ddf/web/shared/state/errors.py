"""The errors of a page's state: showing, clearing, recording and retrying them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.current_user import current_user
from proto_ddf.errors import describe
from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake
from proto_ddf.operations import service
from proto_ddf.settings import get_settings
from proto_ddf.submissions import refuse
from proto_ddf.web.shared.state.retrying import run_to_end, too_early_notice

_SERVER = uuid4().hex
"""Identifies this run of the server."""

logger = get_logger(__name__)


class ErrorMixin(rx.State, mixin=True):
    """One error at a time, for `error_callout`, and one message per form field.

        class SourcesState(ErrorMixin, rx.State):
            _form_fields: ClassVar[frozenset[str]] = frozenset({"name"})

            @rx.event
            def connect(self):
                self._retry_by("connect")
                try:
                    ...
                except Exception as error:
                    return self.handle_error(error, "connect source", source=self.name)
                self._clear_error()

    `handle_error` returns an event, which the handler must return: it clears the callout after a while.
    """

    error_message: str = ""
    error_type: str = ""
    """Class name of the exception."""
    error_context: dict[str, Any] = {}
    """`operation`, `user_id`, `retry_possible` and other values; no secrets."""
    error_title: str = ""
    error_hint: str = ""
    error_details: str = ""
    """The context as indented JSON, for the details that can be unfolded."""
    error_shown: bool = False
    """Whether the callout is shown. False if the error is shown at its form field instead."""
    error_retrying: bool = False
    error_can_retry: bool = False
    """Whether Try Again is shown: a retry is possible, and the page knows what to run again."""
    error_retry_at: str = ""
    """When Try Again becomes active (ISO 8601 with zone), if it is too early now."""
    error_wait: float = 0.0
    """Seconds until then, at the time of the error."""
    field_errors: dict[str, str] = {}

    _form_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields of the page's form. Their errors are shown at the field and not in the callout."""

    _retry_handler: str = ""
    """Name of the handler that Try Again runs. It calls `_clear_error` when it has finished, and
    `handle_error` when it fails again."""
    _retry_args: list[Any] = []
    _retry_number: int = 0
    """Counts the retries, so that the end of a late one is not mistaken for the end of the current one."""
    _retry_asked: bool = False
    """Whether `run_retry` may run."""
    _retry_server: str = ""
    """The run of the server in which the last retry was started."""
    _retry_operation_id: str = ""
    """The operation that Try Again resumes, instead of a handler."""
    _pointer_on_error: bool = False
    _focus_on_error: bool = False

    # It must be public. A client may call any public method, but cannot pass an exception.
    def handle_error(
        self, error: Any = None, operation: str | None = None, /, **context: Any
    ) -> EventSpec | None:
        """Show, log and report `error`; returns the event that clears it after a while.

        It never raises because of the context. A BaseException that is not an Exception, such as KeyboardInterrupt
        or CancelledError, is raised again.

        Args:
            error: the exception; anything else is ignored. `error` and `operation` may also be keyword arguments.
            operation: what was being done, for people ("connect source").
            context: further values that explain the error. Secrets are redacted. `user_id` names the user.
        """
        if error is None:
            error = context.pop("error", None)
        if not isinstance(error, BaseException):
            return None
        if not isinstance(error, Exception):
            raise error
        described = describe(error, operation, **context)
        _log_failure(error, described)
        refuse(described["title"], described["message"], described.get("field"))
        return self._show_error(described, described["context"]["operation"])

    def _show_error(self, described: dict[str, Any], operation: str) -> EventSpec:
        """Show an error in the form that `describe` returns, such as the error of an operation."""
        field = described.get("field")
        self.error_message = described["message"]
        self.error_type = described["error_type"]
        self.error_title = described["title"]
        self.error_hint = described["hint"]
        self.error_context = {
            "user_id": current_user(),
            **described["context"],
            "operation": operation,
            "retry_possible": described["retry_possible"],
        }
        self.error_details = json.dumps(
            {"code": described["code"], **self.error_context}, indent=2, default=str, sort_keys=True
        )
        self.error_retrying = False
        self.error_can_retry = bool(
            described["retry_possible"] and (self._retry_operation_id or self._retry_handler)
        )
        self.error_retry_at = next_attempt_at(described)
        self.error_wait = seconds_until(self.error_retry_at)
        if not _is_known(described):
            intake.report(described, operation)
        self.error_shown = field not in self._form_fields
        if field:
            self.field_errors = {**self.field_errors, field: described["message"]}
        return self._auto_clear()

    @rx.event
    def retry_operation(self) -> EventSpec | None:
        """Retry the failed action, if there is one and its wait has passed."""
        if self.error_retrying or not self.error_context.get("retry_possible"):
            return None
        if not self._retry_operation_id and self._retry_handler not in self.event_handlers:
            return None
        if (seconds := seconds_until(self.error_retry_at)) > 0:
            self.error_wait = seconds
            return too_early_notice(seconds)
        self.error_retrying = self._retry_asked = True
        self._retry_number += 1
        self._retry_server = _SERVER
        return self.__class__.run_retry

    @rx.event(background=True)
    async def run_retry(self) -> AsyncIterator[Any]:
        """Retry the failed action and make sure that the page shows the result. Started by `retry_operation`.

        If the handler raises, its exception is shown. If it neither cleared nor showed an error, it had nothing to do
        or was superseded by a newer run, and the old error is cleared.
        """
        async with self:
            if not self._retry_asked:
                return
            self._retry_asked = False
            number, again = self._retry_number, self._retry_event()
            operation = self.error_context.get("operation", "")
        raised = await run_to_end(again)
        async with self:
            if number != self._retry_number:
                return
            shown = self.handle_error(raised, operation) if raised else None
            if not raised and self.error_retrying:
                self._clear_error()
        yield shown

    def _retry_event(self) -> Callable[[], EventSpec]:
        """A function that returns the event for the retry."""
        if self._retry_operation_id:
            return partial(self.__class__.resume_failed_operation, self._retry_operation_id)
        return partial(getattr(self.__class__, self._retry_handler), *self._retry_args)

    def _retry_by(self, handler: str, *args: Any) -> None:
        """Let Try Again run this handler with these arguments."""
        self._retry_handler, self._retry_args = handler, list(args)
        self._retry_operation_id = ""

    @rx.event
    def end_lost_retry(self) -> EventSpec | None:
        """End a retry that was running when the server ended (on_load). Otherwise "Trying again…" would stay."""
        if not self.error_retrying or self._retry_server == _SERVER:
            return None
        self.error_retrying = False
        return self._auto_clear()

    @rx.event(background=True)
    async def resume_failed_operation(self, operation_id: str) -> AsyncIterator[Any]:
        """Resume an operation at the step that failed, and go to its page."""
        yield await self._resume(operation_id)

    async def _resume(self, operation_id: str) -> EventSpec | None:
        """Resume an operation, from a background event; returns the event to yield."""
        try:
            await asyncio.to_thread(service.retry, operation_id)
        except Exception as error:
            async with self:
                return self.handle_error(error, "try again", operation_id=operation_id)
        async with self:
            self._clear_error()
        return rx.redirect(f"/operations/{operation_id}")

    @rx.event
    def dismiss_error(self) -> None:
        """Hide the callout; field errors stay."""
        self._clear_error()

    @rx.event
    def pause_auto_clear(self, by: str) -> None:
        """Keep the callout while the pointer (`by="pointer"`) or the focus (`by="focus"`) is on it."""
        self._set_auto_clear_paused(by, True)

    @rx.event
    def resume_auto_clear(self, by: str) -> EventSpec | None:
        """The pointer or the focus has left the callout. When both have left, its time starts again."""
        self._set_auto_clear_paused(by, False)
        return (
            self._auto_clear() if self.error_message and not self._auto_clear_is_paused() else None
        )

    @rx.event(background=True, supersedes=True)
    async def clear_error_later(self) -> None:
        """Wait, and clear the error, unless someone is reading or retrying it."""
        async with self:
            seconds = self._seconds_to_show()
        await asyncio.sleep(seconds)
        async with self:
            if not self._auto_clear_is_paused() and not self.error_retrying:
                self._clear_error()

    def _clear_error(self) -> None:
        self.error_message = self.error_type = self.error_title = ""
        self.error_hint = self.error_details = self.error_retry_at = ""
        self.error_wait = 0.0
        self.error_context = {}
        self.error_shown = self.error_retrying = self.error_can_retry = False
        # An element that is removed sends no leave event.
        self._pointer_on_error = self._focus_on_error = False

    def _clear_field_error(self, field: str) -> None:
        self.field_errors = {
            name: text for name, text in self.field_errors.items() if name != field
        }

    def _auto_clear(self) -> EventSpec:
        return self.__class__.clear_error_later

    def _seconds_to_show(self) -> float:
        settings = get_settings()
        if self.error_context.get("retry_possible"):
            return seconds_until(self.error_retry_at) + settings.error_retry_seconds
        return settings.error_notice_seconds

    def _set_auto_clear_paused(self, by: str, paused: bool) -> None:
        if by == "pointer":
            self._pointer_on_error = paused
        elif by == "focus":
            self._focus_on_error = paused

    def _auto_clear_is_paused(self) -> bool:
        return self._pointer_on_error or self._focus_on_error


def _is_known(described: dict[str, Any]) -> bool:
    """Whether the page need not report the error: an operation reports its own failure, and invalid input is not
    reported."""
    return "operation_id" in described["context"] or described["family"] == "validation"


def _log_failure(error: Exception, described: dict[str, Any]) -> None:
    context = described["context"]
    with contextlib.suppress(Exception):  # the page must show the error even if logging fails
        logger.error(
            "Operation failed",
            operation=context["operation"],
            code=described["code"],
            context=context,
            exc_info=error,
        )
