"""The page's websocket: an attempt to open it that has no answer is given up."""

import pytest
from playwright.sync_api import Page

from tests.browser.browser_scripts.conftest import Answer, Site, open_site
from tests.browser.driving import wait_until

pytestmark = pytest.mark.browser

EVENTS = "/_event/"
OPEN = """() => {
    window.codes = [];
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/_event/");
    socket.onclose = (event) => window.codes.push(event.code);
}"""


@pytest.fixture
def silent(site: Site, page: Page) -> Site:
    """A page whose server never answers an attempt."""
    site.answers[EVENTS] = Answer(seconds=60)
    open_site(page, site)
    page.evaluate(OPEN)
    wait_until(lambda: len(site.requests[EVENTS]) == 1)
    return site


def test_an_attempt_without_an_answer_is_given_up(silent: Site, page: Page) -> None:
    page.wait_for_function("codes.length")
    assert page.evaluate("codes") == [1006]
    assert page.evaluate("protoDDF.socket.state") == "lost"


def test_an_attempt_is_made_again_at_once_when_the_network_is_back(
    silent: Site, page: Page
) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: len(silent.requests[EVENTS]) == 2)
    assert page.evaluate("codes") == []
