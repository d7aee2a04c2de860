"""A change that is sent late, after its person went to another page: nothing is lost, and a conflict is decided in the list."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import App

pytestmark = pytest.mark.browser


def test_a_save_made_offline_that_conflicts_is_decided_in_the_list(shop: App, page: Page):
    shop.execute("update customers set city = 'Rome' where id = 3")
    page.goto(f"{shop.url}/customers/3")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Oxford")
    page.route("**/api/outbox", lambda route: route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="1 to send").first).to_be_visible()
    expect(page.locator("[data-form-body][inert]")).to_have_count(1)
    page.get_by_role("link", name="1 to send").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page.get_by_text("Waiting to be sent").first).to_be_visible()
    shop.execute("update customers set city = 'Bergen' where id = 3")
    page.unroute("**/api/outbox")
    page.get_by_role("button", name="Choose…").click(timeout=60_000)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bergen")
    dialog.get_by_label("Yours").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing waits to be sent")).to_be_visible(timeout=60_000)
    assert shop.query("select city from customers where id = 3") == [("Oxford",)]
