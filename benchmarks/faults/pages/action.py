"""One action on a page: what a person presses, what the page then shows, and what is stored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal, Self

from playwright.sync_api import BrowserContext, Error, Page

from benchmarks.faults.columns.column import LIMIT_SECONDS
from benchmarks.faults.pages.chromium import Pages
from tests.servers.tcp_proxy import TcpProxy

SILENCE_SECONDS = 2.0
"""A page that shows nothing new for so long will not do so."""
_LOOK_EVERY_MS = 20
Told = Literal["done", "nothing", "waiting"]
"""By a page: it shows the effect; it has nothing left to send, and does not show the effect; neither yet."""
_TOLD = """async (mark) => {
  const { outbox, socket } = window.protoDDF ?? {};
  if (!outbox || socket.state !== "open" || (await outbox.items()).length) return "waiting";
  return SHOWN ? "done" : "nothing";
}"""


class PageAction:
    """A person's action on a page. `mark` is a text of its own for each press."""

    name: ClassVar[str]
    """Of its column."""
    press: ClassVar[str]
    """JavaScript that presses; it may use `mark`."""
    shown: ClassVar[str]
    """A JavaScript expression: whether the page shows the effect of `mark`."""
    can_double: ClassVar[bool] = True
    survives_closing: ClassVar[bool] = True
    """Whether what was done in a tab is promised to outlive it."""
    is_done_if_silent: ClassVar[bool] = True
    """A page that has nothing left to send says by that that all is done."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    @classmethod
    @contextmanager
    def opened(cls, pages: Pages) -> Iterator[Self]:
        """For all faults."""
        yield cls(pages)

    @property
    def proxy(self) -> TcpProxy:
        """Between the browser and the page's server."""
        return self.pages.place.proxy

    def opened_context(self, *, is_protected: bool) -> BrowserContext:
        return self.pages.opened_context(is_protected=is_protected)

    def prepare(self, context: BrowserContext) -> None:
        """Before a trial."""

    def fill(self, page: Page, mark: str) -> None:
        """Open the page, and fill in its form."""
        raise NotImplementedError

    def do_again(self, page: Page, mark: str) -> bool:
        """What a person does who sees that nothing was done; False for nothing."""
        return False

    def told(self, page: Page, mark: str) -> Told:
        found: Told = page.evaluate(_TOLD.replace("SHOWN", self.shown), mark)
        return found

    def effects(self, page: Page, mark: str) -> int:
        """How often it is stored. `page` is the tab that the person still has."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """After the last trial of a cell."""

    def follow(self, page: Page, mark: str, *, is_patient: bool) -> bool:
        """Wait for what the page says; returns whether it says that the action is done. Only a patient person does it again."""
        silent_since, end = None, time.monotonic() + LIMIT_SECONDS
        while (now := time.monotonic()) < end:
            told = self._told_safely(page, mark)
            if told == "done":
                return True
            silent_since = (silent_since or now) if told == "nothing" else None
            if silent_since and now - silent_since > SILENCE_SECONDS:
                if not (is_patient and self.do_again(page, mark)):
                    return self.is_done_if_silent
                silent_since = None
            page.wait_for_timeout(_LOOK_EVERY_MS)
        return False

    def _told_safely(self, page: Page, mark: str) -> Told:
        try:
            return self.told(page, mark)
        except Error:  # another page is being loaded
            return "waiting"
