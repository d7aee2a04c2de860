"""A page of an older build reloads itself once."""

import pytest
from playwright.sync_api import Page

from tests.browser.browser_scripts.conftest import PAGE, Answer, Site, open_site
from tests.browser.driving import wait_until

pytestmark = pytest.mark.browser

HEALTH = "/api/health"
ASK = "window.protoDDF.checkConnectionHealth().then(() => {})"


def built(name: str) -> Answer:
    page = PAGE.replace("<head>", f'<head><meta name="build-id" content="{name}">')
    return Answer(
        headers={"Content-Type": "text/html"}, body=page.replace("<main>", "<main><input>")
    )


def told(name: str) -> Answer:
    return Answer(headers={"X-Build-Id": name})


def loads(site: Site) -> int:
    return len(site.requests["/"])


def test_an_older_page_is_reloaded(site: Site, page: Page) -> None:
    site.answers |= {"/": built("one"), HEALTH: told("one")}
    open_site(page, site)
    site.answers |= {"/": built("two"), HEALTH: told("two")}
    page.evaluate(ASK)
    page.wait_for_function("document.querySelector('meta').content === 'two'")
    assert loads(site) == 2


def test_a_page_that_stays_older_is_reloaded_only_once(site: Site, page: Page) -> None:
    site.answers |= {"/": built("one"), HEALTH: told("two")}
    page.goto(site.url)
    wait_until(lambda: loads(site) == 2)
    page.wait_for_function("!!window.protoDDF?.checkConnectionHealth")
    for _ in range(3):
        page.evaluate(ASK)
    page.wait_for_timeout(1000)
    assert loads(site) == 2


@pytest.mark.parametrize(("page_build", "server_build"), [("one", "one"), ("one", ""), ("", "one")])
def test_without_a_newer_build_nothing_is_reloaded(
    site: Site, page: Page, page_build: str, server_build: str
) -> None:
    site.answers |= {"/": built(page_build), HEALTH: told(server_build)}
    open_site(page, site)
    page.evaluate(ASK)
    page.wait_for_timeout(500)
    assert loads(site) == 1


def test_it_waits_while_the_person_types_or_a_file_is_sent(site: Site, page: Page) -> None:
    site.answers |= {"/": built("one"), HEALTH: told("one"), "/file": Answer(201, seconds=3)}
    open_site(page, site)
    page.evaluate("{ window.protoDDF.sendWithProgress('/file', new Blob(['x'])); }")
    page.locator("input").press("a")
    site.answers |= {"/": built("two"), HEALTH: told("two")}
    page.evaluate(ASK)
    for _ in range(8):  # for longer than the file
        page.locator("input").press("a")
        page.wait_for_timeout(500)
    assert loads(site) == 1
    assert page.locator("input").input_value() == "a" * 9
    wait_until(lambda: loads(site) == 2)
