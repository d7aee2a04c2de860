"""Connecting a source."""

from playwright.sync_api import Page

from benchmarks.faults.pages.operation import OperationAction
from tests.browser.driving import choose_kind


class ConnectSource(OperationAction):
    name = "connect source"
    verb = "Connect"
    press = "document.querySelector('form[data-outbox$=connect] [type=submit]').click()"
    shown = "[...document.querySelectorAll('h1')].some((each) => each.textContent === mark)"

    def fill(self, page: Page, mark: str) -> None:
        page.goto(f"{self.pages.url}/sources/new")
        choose_kind(page, "SQLite")
        page.get_by_label("Name", exact=True).fill(mark)
        page.get_by_label("File path").fill(str(self.pages.database))

    def is_there(self, mark: str) -> bool:
        return self.pages.rows("SELECT 1 FROM source WHERE name = ?", mark) != []
