"""axe-core finds nothing serious or critical on any page of a generated app."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import open_list
from tests.browser.looking import overflow_width, serious_findings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/customers", "/orders/1", "/orders/new", "/nowhere", "/outbox"]
)
def test_pages(shop, page: Page, path: str, scheme: Any):
    page.emulate_media(color_scheme=scheme)
    page.goto(shop.url + path)
    ready = {
        "/": ".card-count:not(.skeleton)",
        "/orders/new": "form",
        "/nowhere": "h1",
        "/outbox": ".outbox-empty",
    }
    page.locator(ready.get(path, ".grid tbody tr")).first.wait_for()
    assert serious_findings(page) == []


def test_a_phone(shop, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_list(page, f"{shop.url}/customers")
    page.locator(".menu-button").click()
    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_waits_to_be_sent(shop, page: Page, scheme: Any):
    page.emulate_media(color_scheme=scheme)
    page.route("**/api/outbox", lambda route: route.abort())
    page.goto(f"{shop.url}/outbox")
    page.locator(".outbox-empty").wait_for()
    page.evaluate("protoDDF.outbox.submit({event: 'State.save', title: 'Save order 12'})")
    expect(page.get_by_role("link", name="1 to send")).to_be_visible()
    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_state_of_the_connection_and_the_banner(shop, page: Page, scheme: Any, width: int):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    open_list(page, f"{shop.url}/customers")
    state = page.locator("connection-state").filter(visible=True)
    expect(state).to_have_attribute("data-state", "connected")
    state.locator("summary").click()
    expect(state.get_by_role("button", name="Check now")).to_be_in_viewport(ratio=1)
    assert serious_findings(page) == []
    page.context.set_offline(True)
    expect(page.locator("connection-banner")).to_contain_text("No connection since")
    expect(page.locator("[data-sonner-toast]")).to_have_count(0)
    assert serious_findings(page) == []
    assert overflow_width(page) == 0


def test_the_filter_and_its_chips(shop, page: Page):
    open_list(page, f"{shop.url}/orders")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Status")
    page.get_by_label("Value").select_option("paid")
    assert serious_findings(page) == []
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("list", name="Filters").wait_for()
    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_columns(shop, page: Page, scheme: Any):
    page.emulate_media(color_scheme=scheme)
    open_list(page, f"{shop.url}/orders")
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("checkbox", name="Status").uncheck()
    assert serious_findings(page) == []


def test_a_form_with_errors_and_an_open_select(shop, page: Page):
    page.goto(f"{shop.url}/orders/new")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert serious_findings(page) == []
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").wait_for()
    page.locator(".choice").first.wait_for()
    assert serious_findings(page) == []


def test_the_question_before_deleting(shop, page: Page):
    page.goto(f"{shop.url}/customers/1")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").wait_for()
    assert serious_findings(page) == []


def test_a_failure(shop, page: Page):
    away = shop.database.with_suffix(".away")
    shop.database.rename(away)
    try:
        page.goto(f"{shop.url}/customers")
        page.get_by_role("button", name="Try Again").wait_for()
        assert serious_findings(page) == []
    finally:
        away.rename(shop.database)
