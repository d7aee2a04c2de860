"""Adding a note to an incident."""

from playwright.sync_api import Page

from benchmarks.faults.pages.action import PageAction
from tests.browser.driving import wait_until_connected


class Note(PageAction):
    name = "outbox"
    press = "document.querySelector('form[data-outbox$=add_note] [type=submit]').click()"
    shown = "[...document.querySelectorAll('.pd-note')].some((each) => each.textContent === mark)"

    def fill(self, page: Page, mark: str) -> None:
        page.goto(f"{self.pages.url}/errors/{self.pages.place.incident}")
        wait_until_connected(page)
        page.get_by_label("New note").fill(mark)

    def effects(self, page: Page, mark: str) -> int:
        return self.pages.place.notes().count(mark)

    def clean_up(self) -> None:
        self.pages.place.forget_notes()
