"""Signing in."""

from playwright.sync_api import BrowserContext, Page

from benchmarks.faults.pages.action import PageAction, Told
from benchmarks.faults.place import NAME, PASSWORD

_PATH = "/sign-in"
_TOLD = """() => {
  const isBeforeSignIn = document.querySelector("input[type=password]");
  const isErrorOfBrowser = location.protocol === "chrome-error:";
  return SHOWN ? "done" : isBeforeSignIn || isErrorOfBrowser ? "nothing" : "waiting";
}"""


class SignIn(PageAction):
    """A person who sees the form again fills it in again."""

    name = "sign-in"
    press = "document.querySelector('form [type=submit]').click()"
    shown = "Boolean(document.querySelector('.pd-connection'))"
    can_double = False
    survives_closing = False
    is_done_if_silent = False

    def prepare(self, context: BrowserContext) -> None:
        context.clear_cookies()

    def fill(self, page: Page, mark: str) -> None:
        page.goto(self.pages.url + _PATH)
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)

    def do_again(self, page: Page, mark: str) -> bool:
        self.fill(page, mark)
        page.evaluate(self.press)
        return True

    def told(self, page: Page, mark: str) -> Told:
        found: Told = page.evaluate(_TOLD.replace("SHOWN", self.shown))
        return found

    def effects(self, page: Page, mark: str) -> int:
        """Whether the session is accepted."""
        return int(page.context.request.get(f"{self.pages.url}/api/session").ok)
