"""The state of the connection in the header, and the banner while it is lost, in both modes and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
)

pytestmark = pytest.mark.browser


def test_the_state_unfolds_to_what_is_known(page: Page, server: Server) -> None:
    open_page(page, f"{server.url}/sources")
    state = page.locator(".pd-connection")
    state.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(state.get_by_text("The server answers.")).to_be_visible()
    for mode in in_both_modes(page):
        state.locator("summary").click()
        expect(state.get_by_role("button", name="Check now")).to_be_visible()
        assert serious_findings(page) == [], mode
    page.set_viewport_size(PHONE)
    panel = state.locator(".panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= PHONE["width"]
    page.keyboard.press("Escape")
    expect(state.get_by_role("button", name="Check now")).to_be_hidden()


def test_a_lost_connection_is_said_in_the_header_and_in_a_banner(
    page: Page, server: Server
) -> None:
    open_page(page, f"{server.url}/sources")
    page.context.set_offline(True)
    expect(page.locator(".pd-connection[data-state=offline]")).to_be_visible()
    expect(page.locator("connection-banner")).to_contain_text("No connection since")
    for mode in in_both_modes(page):
        assert serious_findings(page) == [], mode
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0
    cut = "heading => heading.scrollWidth > heading.clientWidth"
    assert not page.get_by_role("heading", level=1, name="Sources").evaluate(cut)
    page.context.set_offline(False)
    expect(page.locator("connection-banner")).to_be_hidden()
