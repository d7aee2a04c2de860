"""What was saved or discarded does not come back, even if the page is closed before its draft is removed.

The kind: the browser removes a draft some time after it was asked to. The other tab of these tests keeps the
database of drafts busy, so that nothing is removed before the page is closed."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import (
    KEY,
    expect_as_stored,
    open_form,
    wait_for_drafts,
)

pytestmark = pytest.mark.browser

KEEP_BUSY = """async () => {
  const open = indexedDB.open("forms shop", 1);
  await new Promise((done) => (open.onsuccess = done));
  const drafts = open.result.transaction("drafts", "readwrite").objectStore("drafts");
  const again = () => {
    if (window.isFree) return;
    drafts.get(["", ""]).onsuccess = again;
  };
  again();
}"""
WAYS = {
    "save": "document.querySelector('form').requestSubmit()",
    "discard": "document.querySelector('[data-draft-discard]').click()",
}


def finish_and_reload(page: Page, way: str) -> None:
    """Save or discard, and reload at once."""
    with page.expect_navigation():
        page.evaluate(f"() => {{ {WAYS[way]}; setTimeout(() => location.reload()) }}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_closed", [False, True], ids=["reload", "close"])
def test_saved_or_discarded_text_does_not_come_back_when_the_page_closes_at_once(
    site: Site, page: Page, context: BrowserContext, way: str, is_closed: bool
):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    other = context.new_page()
    other.goto(f"{site.url}/customers/7")
    other.evaluate(KEEP_BUSY)
    if is_closed:
        page.evaluate(WAYS[way])
        page.close()
        page = context.new_page()
        page.goto(f"{site.url}{KEY}")
    else:
        finish_and_reload(page, way)
    other.evaluate("window.isFree = true")
    wait_for_drafts(page, set())
    page.get_by_role("button", name="Edit").click()
    expect_as_stored(page)


def test_what_is_typed_after_a_save_is_kept(site: Site, page: Page, context: BrowserContext):
    """It is kept even if the draft from before the save is removed only after the typing."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    other = context.new_page()
    other.goto(f"{site.url}/customers/7")
    other.evaluate(KEEP_BUSY)
    finish_and_reload(page, "save")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").select_option("Oslo")
    other.evaluate("window.isFree = true")
    wait_for_drafts(page, {"city"})
    page.reload()
    expect(page.get_by_label("City")).to_have_value("Oslo")
    expect(page.get_by_label("Name")).to_have_value("Ada")
