"""Live pages: a page is refreshed after each change of an operation, while its tab shows it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf import change_events
from proto_ddf.logs import get_logger
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.presence import is_connected

# Changes that follow each other quickly make one refresh.
_PAUSE_SECONDS = 0.1

log = get_logger(__name__)


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


class LivePartMixin(rx.State, mixin=True):
    """A part of a page that is read again by itself after a failure. The page says so once for all its parts."""

    loaded: bool = False
    is_stale: bool = False
    """It could not be read the last time: what is shown is older, if anything is."""

    def _show(self, found: Any) -> None:
        """Override: assign what was read."""

    async def _keep_fresh(
        self,
        read: Callable[[], Any],
        *,
        about: str | None,
        every: float,
        at_most_every: float = 0.0,
    ) -> None:
        """To be awaited in a background event: `read` in a thread whenever `refresh_signals` says so, and show it."""
        signals = refresh_signals(self, about=about, every=every, at_most_every=at_most_every)
        async for _ in signals:
            try:
                found = await asyncio.to_thread(read)
            except Exception as error:
                log.warning(
                    "part of a page not read", part=self.__class__.__name__, reason=str(error)
                )
                async with self:
                    self.is_stale = True
                continue
            async with self:
                self._show(found)
                if self.is_stale or not self.loaded:
                    self.is_stale, self.loaded = False, True
