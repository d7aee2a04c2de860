"""Drafts of several tabs, open and closed."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import (
    KEY,
    TYPED,
    expect_everything_back,
    open_form,
    type_everything,
    wait_for_drafts,
)

pytestmark = pytest.mark.browser


def test_two_tabs_on_one_row_keep_their_own_texts(site: Site, page: Page, context: BrowserContext):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    other = context.new_page()
    open_form(other, site)
    expect(other.get_by_label("Name")).to_have_value("Ada")
    other.get_by_label("City").select_option("Oslo")
    wait_for_drafts(other, {"name", "city"})
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("City")).to_have_value("Rome")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("button", name="Edit")).to_be_visible()
    wait_for_drafts(page, {"name"})


def test_a_closed_tab_leaves_its_text_to_the_next_one(
    site: Site, page: Page, context: BrowserContext
):
    open_form(page, site)
    type_everything(page)
    wait_for_drafts(page, set(TYPED))
    page.close()
    later = context.new_page()
    later.goto(f"{site.url}{KEY}")
    expect_everything_back(later)
    later.get_by_role("button", name="Save").click()
    expect(later.get_by_role("button", name="Edit")).to_be_visible()
    wait_for_drafts(later, set())


def test_a_save_removes_no_draft_of_another_tab(site: Site, page: Page, context: BrowserContext):
    """Also if that tab is gone, as it seems to be while it is reloaded: what was typed there is offered."""
    open_form(page, site)
    other = context.new_page()
    open_form(other, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    other.get_by_label("City").select_option("Oslo")
    wait_for_drafts(other, {"name", "city"})
    page.goto("about:blank")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_label("Name")).to_have_value("Grace")
    wait_for_drafts(other, {"name"})


SETTLED = """(item) => document.dispatchEvent(new CustomEvent("outbox:settled", {
    detail: { item, reply: { outcome: "done", address: "" } } }))"""


def settle(page: Page, token: str) -> None:
    """The form of a new row that another tab submitted was saved."""
    form = {"_form": KEY, "_snapshot": json.dumps({"key": KEY, "token": token})}
    page.evaluate(SETTLED, {"token": "another tab", "payload": {"form": form}})


def test_a_closed_tab_leaves_no_text_of_a_row_that_another_tab_has_sent(
    site: Site, page: Page, context: BrowserContext
):
    site.token = "one"
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    other = context.new_page()
    other.goto(f"{site.url}/customers/7")
    page.close()
    settle(other, "two")
    other.goto(f"{site.url}{KEY}")
    expect(other.get_by_label("Name")).to_have_value("Grace")
    other.goto(f"{site.url}/customers/7")
    settle(other, "one")
    wait_for_drafts(other, set())


def test_a_reloaded_tab_waits_for_the_lock_of_the_page_before(
    site: Site, page: Page, context: BrowserContext
):
    """On a loaded machine the page before ends seconds later than the next one begins."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    name = page.evaluate("sessionStorage['forms.tab']")
    other = context.new_page()
    other.goto(f"{site.url}/customers/7")
    other.evaluate(
        """name => void navigator.locks.request(
          `forms shop ${name}`, { steal: true }, () => new Promise((done) => setTimeout(done, 2500)))""",
        name,
    )
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    assert page.evaluate("sessionStorage['forms.tab']") == name
