"""The health of the connection: when the server is asked, and which state follows."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browser_scripts.conftest import Answer, Site, open_site
from tests.browser.driving import wait_until

pytestmark = pytest.mark.browser

HEALTH = "/api/health"
NOTE = """() => {
  window.noted = [];
  window.end = window.protoDDF.onConnectionHealthChange((health) => window.noted.push(health.state));
}"""


def shown(page: Page, state: str) -> None:
    expect(page.locator(f"connection-state[data-state={state}]")).to_be_visible()


def asked(site: Site) -> int:
    return len(site.requests[HEALTH])


def test_a_server_that_is_gone_and_comes_back_is_noticed(site: Site, page: Page) -> None:
    open_site(page, site)
    shown(page, "connected")
    page.evaluate(NOTE)
    site.stop()
    told = page.evaluate("window.protoDDF.checkConnectionHealth()")
    assert told["state"] == "unstable"
    assert told["nextTry"] > told["since"]
    shown(page, "offline")
    site.start()
    shown(page, "connected")
    assert page.evaluate("window.noted.filter((state, n, all) => state !== all[n - 1])") == [
        *("connected", "unstable", "offline", "connected")
    ]
    assert page.evaluate("window.protoDDF.checkConnectionHealth()")["nextTry"] is None


def test_it_is_asked_by_HEAD_every_30_seconds(site: Site, page: Page) -> None:
    page.clock.install()
    open_site(page, site)
    for count in (1, 2, 3):
        wait_until(lambda count=count: asked(site) == count)  # type: ignore[misc]
        page.wait_for_timeout(100)  # until the page has the answer
        page.clock.run_for(25_000)
        assert asked(site) == count
        page.clock.run_for(5_500)
    assert {request.method for request in site.requests[HEALTH]} == {"HEAD"}


@pytest.mark.parametrize(
    "happening",
    [
        "window.dispatchEvent(new Event('online'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ],
    ids=["online", "visible"],
)
def test_it_is_asked_at_once_when_there_is_a_reason(site: Site, page: Page, happening: str) -> None:
    open_site(page, site)
    wait_until(lambda: asked(site) == 1)
    shown(page, "connected")
    page.evaluate(happening)
    wait_until(lambda: asked(site) == 2)


def test_a_failed_request_of_the_page_is_a_reason_to_ask(site: Site, page: Page) -> None:
    open_site(page, site)
    wait_until(lambda: asked(site) == 1)
    site.answers["/busy"] = Answer(503)
    page.evaluate("window.protoDDF.fetchWithErrorHandling('/busy')")
    wait_until(lambda: asked(site) == 2)


def test_a_browser_without_network_is_offline_at_once(
    site: Site, page: Page, context: BrowserContext
) -> None:
    open_site(page, site)
    shown(page, "connected")
    context.set_offline(True)
    shown(page, "offline")
    context.set_offline(False)
    shown(page, "connected")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_never_offline(site: Site, page: Page, status: int) -> None:
    site.answers[HEALTH] = Answer(status)
    open_site(page, site)
    page.evaluate(NOTE)
    wait_until(lambda: asked(site) >= 3)
    assert set(page.evaluate("window.noted")) == {"unstable"}


def test_an_answer_that_does_not_come_is_not_waited_for(site: Site, page: Page) -> None:
    site.answers[HEALTH] = Answer(seconds=20)
    open_site(page, site)
    shown(page, "offline")


def test_a_listener_that_has_ended_hears_nothing(site: Site, page: Page) -> None:
    open_site(page, site)
    shown(page, "connected")
    page.evaluate(NOTE)
    page.evaluate("window.end()")
    site.stop()
    page.evaluate("window.protoDDF.checkConnectionHealth()")
    shown(page, "offline")
    assert page.evaluate("window.noted") == ["connected"]
    site.start()


def test_the_banner_is_shown_only_when_it_is_lost_for_some_seconds(site: Site, page: Page) -> None:
    open_site(page, site)
    banner = page.locator("connection-banner")
    site.stop()
    page.evaluate("window.protoDDF.checkConnectionHealth()")
    shown(page, "offline")
    expect(banner).to_be_hidden()
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("No connection since")
    site.start()
    banner.get_by_role("button", name="Try now").click()
    expect(banner).to_be_hidden()


def test_the_state_unfolds_and_folds_with_the_keyboard(site: Site, page: Page) -> None:
    open_site(page, site)
    shown(page, "connected")
    check = page.get_by_role("button", name="Check now")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(check).to_be_visible()
    expect(page.get_by_text("Connected since")).to_be_visible()
    page.keyboard.press("Escape")
    expect(check).to_be_hidden()
