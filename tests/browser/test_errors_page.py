"""/errors, /errors/[id] and the bell: what is broken and for whom, live in every tab, with texts that nobody can trust."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import wait_until_stored, watched_failures
from tests.browser.incident_home import HOSTILE, TEXT, fill
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
    tab_to,
)
from tests.ports import free_port

pytestmark = pytest.mark.browser

SECTIONS = [
    *("Broken now", "New or back since your last look", "Escalating", "Being repaired"),
    *("Waiting for you", "Open circuits", "Undelivered notifications", "Headroom", "Over time"),
]
WIDTHS = (1440, 768, PHONE["width"])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose home has incidents of all states."""
    home = tmp_path_factory.mktemp("incidents") / "home"
    fill(home)
    # Nothing is done about these incidents while the tests look at them.
    switched_off = dict.fromkeys(
        ("ENABLE_RETRY", "ENABLE_ESCALATION", "ENABLE_NOTIFICATIONS"), "false"
    )
    server = Server(home, free_port(), {"SOURCE_CHECK_SECONDS": "86400", **switched_off})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose scripts must not fail, and in which no text has become a script."""
    failures = watched_failures(page)
    yield page
    assert failures == []
    assert page.evaluate("window.hurt") is None


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def bell(page: Page) -> Locator:
    return page.locator(".pd-bell")


def open_incident(page: Page, server: Server, title: str) -> None:
    open_page(page, f"{server.url}/errors")
    page.locator("[data-incident]").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_sections_stand_in_order_and_tell_what_is_broken_and_for_whom(
    page: Page, filled: Server
) -> None:
    open_page(page, f"{filled.url}/errors")
    labels = "sections => sections.map(section => section.ariaLabel)"
    assert page.locator("main section[id]").evaluate_all(labels) == SECTIONS
    row = page.locator("[data-incident]").filter(has_text="Building failed")
    expect(row.get_by_role("list", name="Affected")).to_contain_text(f"Orders {HOSTILE[1]}")
    expect(row.get_by_role("button", name="Try Again")).to_be_enabled()
    expect(section(page, "Escalating")).to_contain_text("Connection was closed")
    expect(section(page, "Waiting for you")).to_contain_text(TEXT)
    expect(section(page, "Undelivered notifications")).to_contain_text(TEXT)
    expect(section(page, "Open circuits")).to_contain_text("All calls are admitted.")
    expect(section(page, "Being repaired")).to_contain_text("Nothing is being repaired")
    expect(section(page, "Headroom")).to_contain_text(
        "Switched off by settings: repairs, escalation, notifications."
    )
    strip = page.get_by_role("navigation", name="Sections")
    strip.get_by_role("link", name=re.compile("Waiting for you")).click()
    expect(page).to_have_url(re.compile("/errors/?#waiting$"))
    expect(section(page, "Waiting for you")).to_be_in_viewport()


def test_no_text_of_an_incident_becomes_markup(page: Page, filled: Server) -> None:
    open_page(page, f"{filled.url}/errors")
    expect(page.locator("main")).to_contain_text(TEXT)
    open_incident(page, filled, "Building failed")
    for name in ("Timeline, newest first", "Events", "Notes, newest first"):
        expect(page.get_by_role("list", name=name)).to_contain_text(TEXT)
    code = page.get_by_role("list", name="Lines of orders/orders.py")
    expect(code.locator("[data-marked=true]")).to_contain_text("rx.txt('<b>window.hurt</b>')")
    page.get_by_text("Details").last.click()
    expect(page.get_by_label("Details of the error").last).to_contain_text("onerror=")
    assert page.locator("main img, main script, main b").count() == 0


def test_the_timeline_tells_what_was_done(page: Page, filled: Server) -> None:
    open_incident(page, filled, "Building failed")
    timeline = page.get_by_role("list", name="Timeline, newest first").locator("li")
    kinds = timeline.evaluate_all("rows => rows.map(row => row.dataset.history)")
    assert kinds == ["notification", "escalation", "note", "errors", "opened"]


def test_the_bell_tells_in_every_tab_what_nobody_has_acknowledged(
    page: Page, filled: Server
) -> None:
    open_page(page, f"{filled.url}/sources")
    expect(bell(page)).to_have_attribute("data-errors", "2")
    expect(bell(page)).to_have_accessible_name("2 errors need attention")
    tab_to(page, bell(page))
    page.keyboard.press("Enter")
    listed = page.get_by_role("list", name="Errors that need attention")
    expect(listed.get_by_role("listitem")).to_have_count(2)
    assert serious_findings(page) == []
    other = page.context.new_page()
    open_incident(other, filled, "Connection was closed")
    other.get_by_role("button", name="Acknowledge").click()
    for tab in (page, other):
        expect(bell(tab)).to_have_attribute("data-errors", "1")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    listed.get_by_role("link", name="Building failed").click()
    expect(page.get_by_role("heading", level=1, name="Building failed")).to_be_visible()
    expect(listed).to_have_count(0)


def test_what_was_seen_is_not_new_in_the_next_tab(page: Page, filled: Server) -> None:
    open_page(page, f"{filled.url}/errors")
    news = section(page, "New or back since your last look")
    expect(news).to_contain_text("In the last 24 hours")
    expect(news).to_have_attribute("data-number", "3")
    wait_until_stored(page, "errors_last_look", "T")
    other = page.context.new_page()
    open_page(other, f"{filled.url}/errors")
    expect(section(other, "New or back since your last look")).to_contain_text("Nothing is new.")


def test_the_range_is_in_the_address_and_figures_without_data_say_so(
    page: Page, filled: Server
) -> None:
    open_page(page, f"{filled.url}/errors")
    figures = section(page, "Over time")
    expect(figures).to_have_attribute("data-range", "24h")
    expect(figures.get_by_role("img", name="Errors per hour: at most")).to_be_visible()
    page.get_by_role("navigation", name="Range of time").get_by_text("30 days").click()
    expect(page).to_have_url(re.compile(r"/errors/?\?range=30d$"))
    expect(figures).to_have_attribute("data-range", "30d")
    page.reload()
    expect(figures).to_have_attribute("data-range", "30d")
    rate = figures.locator("div").filter(has=page.get_by_text("Success rate", exact=True)).last
    expect(rate).to_contain_text("no data")
    expect(rate).to_contain_text("0 of n = 0")


def test_both_pages_are_accessible_in_both_modes_and_at_all_widths(
    page: Page, filled: Server
) -> None:
    open_incident(page, filled, "Building failed")
    pictures = os.environ.get("PICTURES")
    for name, address in {"one": page.url, "list": f"{filled.url}/errors"}.items():
        open_page(page, address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert overflow_width(page) == 0, (name, width)
            if width == 768:
                continue
            for mode in in_both_modes(page):
                assert serious_findings(page) == [], (name, width, mode)
                if pictures:
                    page.screenshot(path=f"{pictures}/{name}-{mode}-{width}.png", full_page=True)
