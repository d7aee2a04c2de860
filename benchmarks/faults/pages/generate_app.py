"""Generating an app of one small table: a real build."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from playwright.sync_api import Page

from benchmarks.faults.columns.submission import STATES
from benchmarks.faults.pages.chromium import Pages
from benchmarks.faults.pages.operation import OperationAction
from proto_ddf.generator.names import validate_project_name
from tests.answering import answers
from tests.browser.driving import connect_file, fill_generate_form, wait_until
from tests.ports import HOST

_ACT = f"{STATES}apps___state____app_state.act"
_SOURCE = "Notes"


class GenerateApp(OperationAction):
    name = "generate app"
    verb = "Generate"
    press = "document.querySelector('form[data-outbox$=generate] [type=submit]').click()"
    shown = "Boolean(document.querySelector('[data-operation]'))"

    @classmethod
    @contextmanager
    def opened(cls, pages: Pages) -> Iterator[Self]:
        with pages.opened_context(is_protected=True) as context:
            connect_file(context.new_page(), pages.url, pages.database, _SOURCE)
        yield cls(pages)

    def fill(self, page: Page, mark: str) -> None:
        fill_generate_form(page, self.pages.url, mark, source=_SOURCE)

    def is_there(self, mark: str) -> bool:
        """A page of the app is served. The app is deleted then."""
        found = self.pages.rows("SELECT frontend_port FROM app WHERE name = ?", mark)
        if not found:
            return False
        is_served = answers(f"http://{HOST}:{found[0][0]}/")
        self._delete(validate_project_name(mark))
        return is_served

    def _delete(self, slug: str) -> None:
        given = {"event": _ACT, "payload": {"action": "delete", "slug": slug}}
        with self.pages.opened_context(is_protected=True) as context:
            page = context.new_page()
            page.goto(f"{self.pages.url}/apps")
            page.wait_for_function("window.protoDDF?.outbox")
            page.evaluate("(given) => protoDDF.outbox.submit(given)", given)
            wait_until(lambda: not self.pages.rows("SELECT 1 FROM app WHERE slug = ?", slug))
