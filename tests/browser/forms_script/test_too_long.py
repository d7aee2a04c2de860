"""A text too long for its column or for the connection is reported at its field and not sent.

Length is counted in characters as a database counts them, not in UTF-16 units as a browser counts (an emoji has
two). Size is counted in the bytes that are sent, where a quote takes two."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import open_form

pytestmark = pytest.mark.browser


def field(page: Page, name: str):
    return page.locator(f"[data-field='{name}'] [data-field-error]")


def test_a_text_too_long_for_its_column_is_reported_and_can_be_corrected(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("😀" * 12)
    page.get_by_role("button", name="Save").click()
    expect(field(page, "name")).to_have_text("At most 10 characters; this is 2 too many.")
    expect(page.get_by_label("Name")).to_be_focused()
    assert page.evaluate("window.sent") == []
    page.get_by_label("Name").fill("😀" * 10)
    expect(field(page, "name")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("window.sent") == [[["name", "😀" * 10]]]


def test_a_stored_text_that_is_longer_does_not_prevent_a_save(site: Site, page: Page):
    site.values["name"] = "A name of more than ten"
    open_form(page, site)
    page.get_by_label("Elements").fill("Water")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()


@pytest.mark.parametrize("text", ["x" * 900_001, "é" * 450_001, '"' * 450_001])
def test_a_text_too_long_for_the_connection_is_reported_at_the_largest_field(
    site: Site, page: Page, text: str
):
    open_form(page, site)
    page.get_by_label("Elements").fill("Water")
    page.get_by_label("Notes").fill(text)
    page.get_by_role("button", name="Save").click()
    expect(field(page, "notes")).to_contain_text("Too long to be sent")
    expect(page.get_by_label("Notes")).to_be_focused()
    assert page.evaluate("window.sent") == []
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value(text)


def test_a_long_text_that_fits_is_sent(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Notes").fill("x" * 890_000)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert len(page.evaluate("window.sent")[0][0][1]) == 890_000
