"""Typing into a form: an event by the websocket."""

from playwright.sync_api import Page

from benchmarks.faults.pages.action import PageAction
from tests.browser.driving import wait_until_connected

_FIELD = "document.querySelector('input[name=project_name]')"
_TYPE = """(() => {
  const field = FIELD;
  // React hears of a value only if the setter of all fields sets it.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, mark);
  field.dispatchEvent(new Event("input", { bubbles: true }));
})()"""


class TypedText(PageAction):
    """Types the name of a new app. It is done once the server has told the tab what to keep of the form; stored is
    what it has told."""

    name = "UI event"
    press = _TYPE.replace("FIELD", _FIELD)
    shown = "Boolean(sessionStorage['proto_ddf.generate_form']?.includes(mark))"
    can_double = False
    survives_closing = False

    def fill(self, page: Page, mark: str) -> None:
        page.goto(f"{self.pages.url}/generate")
        wait_until_connected(page)

    def effects(self, page: Page, mark: str) -> int:
        return int(self.told(page, mark) == "done")
