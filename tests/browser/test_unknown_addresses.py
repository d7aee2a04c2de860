"""For every address, a page in the shell says what is there.

The kind: addresses without a page, pages of things that do not exist, addresses with encoded slashes, bytes that
are not UTF-8, NUL, names longer than a file name may be, doubled and trailing slashes, capitals, the names of the
files of the built pages. Where the server itself decides, the status is 404."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.looking import PHONE, in_both_modes, open_page, overflow_width, serious_findings

pytestmark = pytest.mark.browser

LONG = "x" * 3000
NO_PAGE = [
    "/nothing",
    "/nothing/",
    "/a/b/c?d=e#f",
    "/404",
    "/index.html",
    "/overview",
    "/sources/one/two",
    "/apps/one/two",
    "/operations/one/two",
    "/errors/one/two",
    "//sources",
    "/sources//one",
    "/%ff",
    "/%",
    "/%00",
    "/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    f"/{LONG}",
    f"/{'a/' * 900}",
]
NOTHING_SUCH = {
    "sources": "There is no such source",
    "apps": "There is no such app",
    "operations": "No such operation",
    "errors": "No such error",
}
ODD_NAMES = [
    "unknown",
    "unknown/",
    "a%2Fb",
    "%2F",
    "..%2f..%2fetc%2fpasswd",
    "%ff",
    "%00",
    "%22",
    LONG,
]


@pytest.fixture(scope="module")
def module_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """One page for all addresses, as a person has who follows links: a new one for each would take twice as long."""
    page = browser.new_page(**browser_context_args)
    yield page
    page.close()


@pytest.fixture
def quiet_page(module_page: Page) -> Iterator[Page]:
    """The page, whose scripts must not fail."""
    failures: list[str] = []

    def note(error: Error) -> None:
        failures.append(str(error))

    module_page.on("pageerror", note)
    yield module_page
    module_page.remove_listener("pageerror", note)
    assert failures == []


@pytest.mark.parametrize("path", NO_PAGE, ids=lambda path: path[:24])
def test_an_address_without_a_page_shows_so_in_the_shell(
    quiet_page: Page, server: Any, path: str
) -> None:
    open_page(quiet_page, server.url + path)
    heading = quiet_page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Page not found")
    expect(quiet_page).to_have_title("Page not found · Proto-DDF")
    quiet_page.locator("#main").get_by_role("link", name="Overview").click()
    expect(heading).to_have_text("Overview")
    quiet_page.go_back()
    expect(heading).to_have_text("Page not found")


@pytest.mark.parametrize("section", list(NOTHING_SUCH))
@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: name[:24])
def test_the_page_of_a_section_says_that_a_thing_does_not_exist(
    quiet_page: Page, server: Any, section: str, name: str
) -> None:
    open_page(quiet_page, f"{server.url}/{section}/{name}")
    expect(quiet_page.get_by_text(NOTHING_SUCH[section])).to_be_visible()
    expect(quiet_page.get_by_role("heading", level=1)).to_have_text(re.compile("not found$"))
    quiet_page.get_by_role("link", name=re.compile(f"^All {section}")).click()
    expect(quiet_page).to_have_url(re.compile(f"/{section}/?$"))


@pytest.mark.parametrize(
    "path", ["/nothing", "/a/b", "/%00", "/%ff", f"/{LONG}", "/404", "/x/" * 700]
)
def test_the_server_answers_with_status_404_and_the_pages_own_code(server: Any, path: str) -> None:
    answer = httpx.get(server.url + path, timeout=60)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text == httpx.get(server.url, timeout=60).text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_page_is_accessible_in_both_modes_and_on_a_phone(page: Page, server: Any) -> None:
    for size in ({"width": 1440, "height": 900}, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        open_page(page, f"{server.url}/nothing")
        assert overflow_width(page) == 0
        for _mode in in_both_modes(page):
            assert serious_findings(page) == []
