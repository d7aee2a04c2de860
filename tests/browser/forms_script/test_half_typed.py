"""An incomplete date or time is reported at its field. The browser gives it as empty, so a save would clear what is
stored.

The kind: every control whose text the browser does not hand over (date, time, date with time), in a field that held
a value and in an empty one; a draft of it; and what is no error: a date that was cleared on purpose."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import open_form

pytestmark = pytest.mark.browser


def error(page: Page):
    return page.locator("[data-field='joined'] [data-field-error]")


@pytest.mark.parametrize("stored", ["2024-05-17", ""])
def test_an_incomplete_date_is_reported_and_not_sent(site: Site, page: Page, stored: str):
    site.values["joined"] = stored
    open_form(page, site)
    joined = page.get_by_label("Joined")
    joined.focus()
    page.keyboard.press("Delete" if stored else "3")
    assert joined.evaluate("each => each.validity.badInput")
    page.get_by_role("button", name="Save").click()
    expect(error(page)).to_have_text("This is not complete: fill in every part, or clear them all.")
    expect(joined).to_be_focused()
    assert page.evaluate("window.sent") == []
    joined.fill("2025-01-02")
    expect(error(page)).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("window.sent") == [[["joined", "2025-01-02"]]]


def test_an_incomplete_date_is_not_restored_as_a_cleared_one(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Elements").fill("Water")
    page.get_by_label("Joined").focus()
    page.keyboard.press("Delete")
    page.reload()
    expect(page.get_by_label("Elements")).to_have_value("Water")
    expect(page.get_by_label("Joined")).to_have_value("2024-05-17")


def test_a_date_that_is_cleared_is_sent_as_empty(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Joined").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("window.sent") == [[["joined", ""]]]
