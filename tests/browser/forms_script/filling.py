"""Fills in the form of the small page, and looks at its controls and its drafts."""

from playwright.sync_api import Page, expect

from tests.browser.driving import wait_until
from tests.browser.forms_script.conftest import FIELDS, Site

KEY = "/customers/42"
ALL_DRAFTS = """async () => {
  const open = indexedDB.open("forms shop", 1);
  await new Promise((done) => (open.onsuccess = done));
  const all = open.result.transaction("drafts").objectStore("drafts").getAll();
  await new Promise((done) => (all.onsuccess = done));
  open.result.close();
  return all.result;
}"""
TYPED = {
    "name": ["Grace"],
    "notes": ["Third line\nfourth"],
    "joined": ["1999-12-31"],
    "city": ["Oslo"],
    "newsletter": ["false"],
    "customer": ["9"],
    "elements": ["Water"],
}


def open_form(page: Page, site: Site, key: str = KEY) -> None:
    page.goto(f"{site.url}{key}")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Name")).to_be_visible()


def type_everything(page: Page) -> None:
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("Notes").fill("Third line\nfourth")
    page.get_by_label("Joined").fill("1999-12-31")
    page.get_by_label("City").select_option("Oslo")
    page.get_by_label("Newsletter").click()
    page.get_by_role("button", name="Grace").click()
    page.get_by_label("Elements").fill("Water")


def kept(page: Page) -> list[dict[str, object]]:
    return page.evaluate(ALL_DRAFTS)


def wait_for_drafts(page: Page, names: set[str]) -> None:
    """Wait until the drafts have exactly these fields."""
    wait_until(lambda: {name for draft in kept(page) for name in draft["fields"]} == names)


def expect_everything_back(page: Page) -> None:
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("Notes")).to_have_value("Third line\nfourth")
    expect(page.get_by_label("Joined")).to_have_value("1999-12-31")
    expect(page.get_by_label("City")).to_have_value("Oslo")
    expect(page.get_by_label("Newsletter")).not_to_be_checked()
    expect(page.locator("#picker")).to_have_text("Grace Hopper")
    expect(page.get_by_label("Elements")).to_have_value("Water")
    expect(page.locator("[data-draft-note]")).to_be_visible()


def expect_as_stored(page: Page) -> None:
    expect(page.get_by_label("Name")).to_have_value(FIELDS["name"])
    expect(page.get_by_label("Notes")).to_have_value(FIELDS["notes"])
    expect(page.get_by_label("City")).to_have_value(FIELDS["city"])
    expect(page.get_by_label("Newsletter")).to_be_checked()
    expect(page.locator("#picker")).to_have_text("Customer 5")
    expect(page.locator("[data-draft-note]")).to_be_hidden()
