"""Try Again for each error that a page lists."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import reflex as rx

from proto_ddf.errors.next_attempt import seconds_until
from proto_ddf.web.errors.rows import ErrorRow
from proto_ddf.web.shared.state.live import LiveMixin
from proto_ddf.web.shared.state.second_click import is_second_click


class ErrorRowsMixin(LiveMixin, mixin=True):
    """A live page that lists errors, and everything of LiveMixin."""

    waits: dict[str, float] = {}
    """Seconds until a row's retry_at, at the time when they were last sent, by its id."""
    retrying_id: str = ""
    """The row whose Try Again was pressed."""

    def _error_rows(self) -> Sequence[ErrorRow]:
        """Override: the errors that the page lists."""
        return ()

    def _renew_waits(self) -> None:
        """To be called when the rows have changed, and when a page is opened, which may show old waits."""
        waits = {row.id: seconds_until(row.retry_at) for row in self._error_rows()}
        self.waits = {error_id: seconds for error_id, seconds in waits.items() if seconds > 0}

    @rx.event(background=True)
    async def try_again(self, error_id: str, operation_id: str) -> AsyncIterator[Any]:
        """Resume the operation that failed with this error, and go to its page."""
        async with self:
            if is_second_click(self.retrying_id):
                return
            self.retrying_id = error_id
            self._retry_by("try_again", error_id, operation_id)
        try:
            event = await self._resume(operation_id)
        finally:
            async with self:
                self.retrying_id = ""
        yield event
