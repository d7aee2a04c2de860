"""A form that is rendered again, as after a reconnect: it keeps its text, opens by itself, and closes if it was saved."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import (
    KEY,
    open_form,
    wait_for_drafts,
)

pytestmark = pytest.mark.browser


def test_a_form_rendered_again_while_typing_keeps_text_and_cursor(site: Site, page: Page):
    """The form is rendered again as after a reconnect, when the page's data are loaded again."""
    open_form(page, site)
    page.get_by_label("Name").press("End")
    page.keyboard.type(" Lovelace")
    page.evaluate("show('details')")
    expect(page.get_by_label("Name")).to_have_value("Ada Lovelace")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("!")
    expect(page.get_by_label("Name")).to_have_value("Ada Lovelace!")


@pytest.mark.parametrize("when", ["while it is looked for", "while the form is fetched"])
def test_a_form_that_is_saved_while_it_opens_again_does_not_stay_open(
    site: Site, page: Page, when: str
):
    """This happens after a restart of the app: the page shows the row again, and then comes the answer to a Save
    that waited for the connection."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.evaluate("opensAfterMs = 500")
    page.evaluate("show('details')")
    if when == "while the form is fetched":
        page.wait_for_timeout(200)
    page.evaluate("key => protoDDF.formSaved(key)", KEY)
    page.wait_for_timeout(800)
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Name")).to_have_value("Ada")
    page.wait_for_timeout(300)
    expect(page.get_by_label("Name")).to_be_visible()


def test_a_row_that_is_rendered_again_while_its_draft_is_looked_for_opens_its_form(
    site: Site, page: Page
):
    """This happens at a reload right after a restart: the search of the first button ends after that of the second
    one has begun."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.evaluate("show('details'); setTimeout(() => show('details'))")
    expect(page.get_by_label("Name")).to_have_value("Grace")


def test_a_click_that_is_lost_is_repeated_until_the_form_is_shown(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.evaluate("lostClicks = 1")
    page.evaluate("show('details')")
    expect(page.get_by_label("Name")).to_have_value("Grace")


def test_a_click_that_closes_a_saved_form_is_repeated_until_the_form_is_gone(
    site: Site, page: Page
):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.evaluate("opensAfterMs = 500; lostCancels = 1")
    page.evaluate("show('details')")
    page.wait_for_timeout(200)
    page.evaluate("key => protoDDF.formSaved(key)", KEY)
    expect(page.get_by_label("Name")).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("lostCancels") < 0
