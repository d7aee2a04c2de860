"""How a page stays true: it looks again whenever operations change, while its tab shows it."""

import asyncio
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations import change_events
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.presence import is_connected

# A burst of changes makes one look.
_PAUSE_SECONDS = 0.1


async def looks(state: rx.State, *, about: str | None, every: float) -> AsyncIterator[None]:
    """Yields when it is time for a background event of `state` to look: at once, after each change
    of operation `about` (None: of any), and every `every` seconds.

    Ends when the tab has gone or shows another page. On a reconnect on_load starts it anew.
    """
    page = state.router.url.path
    with change_events.subscribe(about) as changes:
        while is_connected(state) and state.router.url.path == page:
            yield
            await changes.wait(every)
            await asyncio.sleep(_PAUSE_SECONDS)
            async with state:  # learns which page the tab shows by now
                pass


class LiveMixin(ErrorMixin, mixin=True):
    """A page that is filled by a background event called `follow`, again and again."""

    loaded: bool = False

    def _looked(self) -> None:
        """The page is filled; what went wrong before is over."""
        if not self.loaded:  # what is assigned is sent, changed or not
            self.loaded = True
        if self.error_retrying:
            self._clear_error()

    def _look_failed(self, error: Exception, operation: str) -> EventSpec | None:
        """Looking has ended; Try Again takes it up."""
        self._retry_by("follow")
        return self.handle_error(error, operation)
