"""The shell around every page, and the pages that only show data: with the mouse, with the keyboard, on a phone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import (
    GENERATE_MS,
    fill_generate_form,
    start_generation,
    step,
    wait_until_connected,
    wait_until_disconnected,
    watched_failures,
)
from tests.browser.looking import PHONE, open_page, overflow_width, serious_findings, tab_to

pytestmark = pytest.mark.browser

SECTIONS = {
    "Overview": "/",
    "Generate": "/generate",
    "Sources": "/sources",
    "Apps": "/apps",
    "Operations": "/operations",
    "Errors": "/errors",
    "Resilience": "/resilience",
}
DISCONNECTED = re.compile("^(Unstable|Offline)$")


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose scripts must not fail."""
    failures = watched_failures(page)
    yield page
    lost = re.compile("WebSocket|ERR_CONNECTION|websocket error")
    assert [text for text in failures if not lost.search(text)] == []


def test_every_section_opens_from_the_sidebar_and_is_marked(page: Page, server: Any) -> None:
    open_page(page, server.url)
    for label, path in SECTIONS.items():
        page.get_by_role("navigation", name="Main").get_by_role("link", name=label).click()
        expect(page).to_have_url(re.compile(re.escape(server.url + path) + "/?$"))
        expect(page.get_by_role("heading", level=1, name=label, exact=True)).to_be_visible()
        current = page.locator("[aria-current=page]")
        expect(current).to_have_count(1)
        expect(current).to_have_text(label)


def test_the_first_tab_stop_skips_to_the_content(page: Page, server: Any) -> None:
    open_page(page, f"{server.url}/operations")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page).to_have_url(re.compile("/operations/?#main$"))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_page_has_serious_findings_or_scrolls_sideways_in_any_width(
    page: Page, server: Any, mode: Any
) -> None:
    page.emulate_media(color_scheme=mode)
    found: dict[tuple[str, int], list[str]] = {}
    wider: dict[tuple[str, int], int] = {}
    others = ["/sources/new", "/operations/unknown", "/apps/unknown", "/outbox", "/nowhere"]
    for path in [*SECTIONS.values(), *others]:
        open_page(page, server.url + path)
        for width in (1440, 768, 390):
            page.set_viewport_size({"width": width, "height": 844})
            found[path, width] = serious_findings(page)
            wider[path, width] = overflow_width(page)
    assert {where: lines for where, lines in found.items() if lines} == {}
    assert {where: pixels for where, pixels in wider.items() if pixels > 0} == {}


def test_a_phone_has_a_bar_of_five_sections_and_a_menu_with_the_rest(
    page: Page, server: Any
) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server.url)
    bar = page.get_by_role("navigation", name="Main")
    place = bar.bounding_box()
    assert place is not None
    assert place["y"] > 750
    expect(bar.get_by_role("link")).to_have_text([*SECTIONS][:5])
    for label in [*SECTIONS][:5]:
        expect(bar.get_by_role("link", name=label)).to_be_in_viewport()
    more = bar.get_by_role("button", name="More")
    expect(more).to_have_attribute("aria-expanded", "false")
    tab_to(page, more)
    page.keyboard.press("Enter")
    menu = page.get_by_role("dialog", name="More sections")
    expect(menu.get_by_role("link")).to_have_text(["Errors", "Resilience", "To send", "Settings"])
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "true")
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        assert serious_findings(page) == [], mode
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(more).to_be_focused()


def test_a_section_in_the_menu_of_a_phone_is_marked_and_closes_it(page: Page, server: Any) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server.url)
    more = page.get_by_role("button", name="More", exact=True)
    menu = page.get_by_role("dialog", name="More sections")
    expect(more).not_to_have_attribute("aria-current", "true")
    for label, path in {"To send": "/outbox", "Settings": "/settings"}.items():
        more.click()
        menu.get_by_role("link", name=label).click()
        expect(page).to_have_url(re.compile(f"{path}/?$"))
        expect(menu).to_have_count(0)
        expect(more).to_have_attribute("aria-current", "true")
    more.click()
    chosen = menu.get_by_role("link", name="Settings")
    expect(chosen).to_have_attribute("aria-current", "page")
    chosen.click()
    expect(menu).to_have_count(0)


def test_the_chosen_mode_is_kept_and_applied_before_any_script_file(
    page: Page, server: Any
) -> None:
    page.emulate_media(color_scheme="light")
    open_page(page, server.url)
    page.get_by_role("button", name="Switch between light and dark mode").click()
    expect(page.locator("html.dark")).to_have_count(1)
    page.reload()
    expect(page.locator("html.dark")).to_have_count(1)
    page.route("**/*.js", lambda route: route.fulfill(status=200, content_type="text/javascript"))
    page.reload()
    shown = page.evaluate(
        "getComputedStyle(document.querySelector('.radix-themes')).backgroundColor"
    )
    assert max(int(part) for part in re.findall(r"\d+", shown)[:3]) < 60


def test_the_layout_does_not_shift_after_the_first_paint(page: Page, server: Any) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "e => { if (!e.hadRecentInput) window.shift += e.value }))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    for path in SECTIONS.values():
        open_page(page, server.url + path)
        assert page.evaluate("window.shift") < 0.1, path


def test_the_page_of_an_unknown_operation_says_so(page: Page, server: Any) -> None:
    open_page(page, f"{server.url}/operations/nothing-such")
    expect(page.get_by_text("No such operation")).to_be_visible()
    page.get_by_role("link", name="All operations").click()
    expect(page.get_by_role("heading", level=1, name="Operations")).to_be_visible()


def test_only_own_pages_under_a_loopback_name_are_answered(server: Any) -> None:
    client = httpx.Client(timeout=60)
    named = client.get(server.url, headers={"host": f"evil.example:{server.port}"})
    assert named.status_code == 400
    foreign = client.post(f"{server.url}/api/uploads", headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    socket = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "origin": "http://evil.example",
    }
    address = f"{server.url}/_event/?EIO=4&transport=websocket"
    assert client.get(address, headers=socket).status_code == 403
    answer = client.get(server.url)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.timeout(600)
def test_an_operation_stays_live_in_every_tab_through_a_kill_and_a_restart(
    page: Page, browser: Browser, make_server: Callable[..., Any]
) -> None:
    server = make_server()
    fill_generate_form(page, server.url, "Two tabs")
    address = f"{server.url}/operations/{start_generation(page)}"
    page.goto(address)
    second = browser.new_context().new_page()
    second.goto(address)
    expect(step(second, "render")).to_have_attribute("data-state", "succeeded")
    server.kill()
    for tab in (page, second):
        wait_until_disconnected(tab)
        expect(tab.get_by_role("status").get_by_text(DISCONNECTED)).to_be_visible()
    server.start()
    for tab in (page, second):
        wait_until_connected(tab)
        expect(step(tab, "check")).to_have_attribute("data-state", "succeeded", timeout=GENERATE_MS)
    page.reload()
    expect(step(page, "check")).to_have_attribute("data-state", "succeeded")
    second.context.close()


def test_operations_are_listed_filtered_and_linked_to_their_pages(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "Listed shop")
    operation = start_generation(page)
    open_page(page, f"{server.url}/operations")
    row = page.get_by_role("link", name=re.compile("Listed shop"))
    expect(row).to_be_visible()
    page.get_by_role("button", name="Failed").click()
    expect(page.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
    expect(row).to_have_count(0)
    page.get_by_role("button", name="All", exact=True).click()
    row.click()
    expect(page.locator(f"[data-operation='{operation}']")).to_be_visible()
    expect(step(page, "check")).to_have_attribute("data-state", "succeeded", timeout=GENERATE_MS)
    page.goto(server.url)
    card = page.get_by_role("link", name="Open Listed shop")
    expect(card).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1:\d+"))
