"""Live pages: a page is refreshed after each change of an operation, while its tab shows it."""

import asyncio
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from proto_ddf import change_events
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.presence import is_connected

# Changes that follow each other quickly make one refresh.
_PAUSE_SECONDS = 0.1


async def refresh_signals(
    state: rx.State, *, about: str | None, every: float, at_most_every: float = 0.0
) -> AsyncIterator[None]:
    """Yields when a background event of `state` should refresh its page: at once, after each change of the operation
    `about` (None: of any operation; "": of none), and every `every` seconds. Between two refreshes are at least
    `at_most_every` seconds.

    It ends when the tab is closed or shows another page. After a reconnect on_load starts it again.
    """
    page = state.router.url.path
    with change_events.subscribe(about) as changes:
        while is_connected(state) and state.router.url.path == page:
            yield
            await changes.wait(every)
            await asyncio.sleep(max(_PAUSE_SECONDS, at_most_every))
            async with state:  # updates the page that the tab shows
                pass


class LiveMixin(ErrorMixin, mixin=True):
    """A page that the background event `follow` refreshes."""

    loaded: bool = False

    def _refreshed(self) -> None:
        """After a refresh: mark the page as loaded and clear the error of a retry."""
        if (
            not self.loaded
        ):  # every assigned value is sent to the browser, even if it has not changed
            self.loaded = True
        if self.error_retrying:
            self._clear_error()

    def _refresh_failed(self, error: Exception, operation: str) -> EventSpec | None:
        """After a failed refresh, which ends `follow`: show the error. Try Again starts `follow` again."""
        self._retry_by("follow")
        return self.handle_error(error, operation)
