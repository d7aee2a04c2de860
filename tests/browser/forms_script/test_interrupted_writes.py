"""A draft that the browser had no time or no space to write, or to remove."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import (
    KEY,
    expect_as_stored,
    expect_everything_back,
    open_form,
    type_everything,
    wait_for_drafts,
)

pytestmark = pytest.mark.browser


def test_what_the_browser_has_no_time_to_write_before_the_page_closes_is_restored(
    site: Site, page: Page
):
    """Seen under load: the page was closed before IndexedDB had written what was typed last."""
    open_form(page, site)
    page.evaluate("IDBObjectStore.prototype.put = () => ({})")  # a write that never ends
    type_everything(page)
    page.reload()
    expect_everything_back(page)
    page.reload()
    expect_everything_back(page)
    page.get_by_role("button", name="Discard it").click()
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()


def test_a_switch_that_is_changed_just_before_the_page_closes_is_restored(site: Site, page: Page):
    """The write of the draft has begun and does not end."""
    open_form(page, site)
    page.evaluate("IDBObjectStore.prototype.put = () => ({})")
    page.get_by_label("Newsletter").click()
    page.reload()
    expect(page.get_by_label("Newsletter")).not_to_be_checked()


def test_what_a_closed_tab_had_no_time_to_write_is_restored_in_the_next_one(
    site: Site, page: Page, context: BrowserContext
):
    open_form(page, site)
    page.evaluate("IDBObjectStore.prototype.put = () => ({})")
    type_everything(page)
    page.close(run_before_unload=False)
    other = context.new_page()
    other.goto(f"{site.url}{KEY}")
    expect_everything_back(other)


ABORT_THE_NEXT_REMOVAL = """() => {
  const remove = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function () {
    IDBObjectStore.prototype.delete = remove;
    this.transaction.abort();
    return {};
  };
}"""


def test_a_saved_draft_whose_removal_was_not_committed_does_not_come_back(site: Site, page: Page):
    """This happens if the page is closed between the removal and its commit."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.evaluate(ABORT_THE_NEXT_REMOVAL)
    page.evaluate("key => protoDDF.formSaved(key)", KEY)
    wait_for_drafts(page, {"name"})
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    wait_for_drafts(page, set())
    expect(page.get_by_role("button", name="Edit")).to_be_visible()


REFUSE_EVERY_CHANGE = """() => {
  for (const kind of ["put", "delete"]) {
    const change = IDBObjectStore.prototype[kind];
    IDBObjectStore.prototype[kind] = function (...values) {
      const request = change.apply(this, values);
      this.transaction.abort();
      return request;
    };
  }
}"""


def test_a_saved_draft_does_not_come_back_if_nothing_can_be_removed(
    site: Site, page: Page, context: BrowserContext
):
    """This happens on a full disk. The draft must not come back in the same page, after a reload, or in the next
    tab."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    context.add_init_script(f"({REFUSE_EVERY_CHANGE})()")
    page.evaluate(REFUSE_EVERY_CHANGE)
    page.evaluate("key => protoDDF.formSaved(key)", KEY)
    page.evaluate("show('details')")
    page.get_by_role("button", name="Edit").click()
    expect_as_stored(page)
    page.reload()
    page.get_by_role("button", name="Edit").click()
    expect_as_stored(page)
    page.close()
    other = context.new_page()
    other.goto(f"{site.url}{KEY}")
    other.get_by_role("button", name="Edit").click()
    expect_as_stored(other)
    wait_for_drafts(other, {"name"})
