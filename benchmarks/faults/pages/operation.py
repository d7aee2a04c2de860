"""Actions that start an operation."""

from typing import ClassVar

from playwright.sync_api import Page

from benchmarks.faults.pages.action import PageAction
from tests.browser.driving import GENERATE_MS, wait_until


class OperationAction(PageAction):
    """Stored is what the operation makes, once it has ended; twice if there are two operations."""

    verb: ClassVar[str]
    """The first word of the operation's title; the mark is the rest."""

    def effects(self, page: Page, mark: str) -> int:
        title = f"{self.verb} {mark}"
        query = "SELECT finished_at FROM operation WHERE title = ?"
        wait_until(lambda: all(end for (end,) in self.pages.rows(query, title)), GENERATE_MS)
        return len(self.pages.rows(query, title)) if self.is_there(mark) else 0

    def is_there(self, mark: str) -> bool:
        """Whether what it makes is there."""
        raise NotImplementedError
