"""What was typed in a form comes back after the page was lost in any way, until it is saved or discarded.

The kind: every control (text of one and of several lines, date, select, switch, picker), every way of losing the
page (reload, another page, a form that is rendered again, a closed tab), and what must not come back (saved,
discarded, cancelled, older than 24 hours, secret, of a tab that is still open, of another form)."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.drafts import age_drafts
from tests.browser.driving import wait_until
from tests.browser.forms_script.conftest import FIELDS, Site

pytestmark = pytest.mark.browser
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


def test_everything_typed_is_back_after_a_reload_and_is_sent(site: Site, page: Page):
    open_form(page, site)
    type_everything(page)
    page.reload()
    expect_everything_back(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    sent = page.evaluate("window.sent")
    # The switch's hidden control and the switch share a name.
    assert {name: [value] for name, value in sent[0]} == TYPED
    wait_for_drafts(page, set())
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_hidden()


def test_only_what_was_changed_is_sent(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Elements").fill("Water")
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("window.sent") == [[["elements", "Water"]]]


def test_a_restored_field_is_sent_with_the_start_value_of_its_draft(site: Site, page: Page):
    """Another person has changed the row meanwhile. The server must notice that."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    site.values |= {"name": "Edsger", "city": "Bergen"}
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("City")).to_have_value("Bergen")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    starts = page.evaluate("window.starts")
    assert (starts["name"], starts["city"]) == ("Ada", "Bergen")


def test_a_value_that_another_person_saved_too_is_not_sent_again(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    site.values["name"] = "Grace"
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.locator("[data-draft-note]")).to_be_hidden()
    wait_for_drafts(page, set())


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
    page.evaluate("key => forms.saved(key)", KEY)
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
    page.evaluate("key => forms.saved(key)", KEY)
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
    page.evaluate("key => forms.saved(key)", KEY)
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
    page.evaluate("key => forms.saved(key)", KEY)
    expect(page.get_by_label("Name")).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert page.evaluate("lostCancels") < 0


def test_a_failed_save_keeps_the_draft(site: Site, page: Page):
    open_form(page, site)
    type_everything(page)
    page.evaluate("window.saves = false")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    page.reload()
    expect_everything_back(page)


def test_discard_puts_every_control_back(site: Site, page: Page):
    open_form(page, site)
    type_everything(page)
    page.reload()
    expect_everything_back(page)
    page.get_by_role("button", name="Discard it").click()
    expect_as_stored(page)
    assert (
        page.evaluate("JSON.parse(document.querySelector('[name=_snapshot]').value).fields")
        == FIELDS
    )
    wait_for_drafts(page, set())
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()


@pytest.mark.parametrize(("hours", "is_back"), [(23.9, True), (24.1, False)])
def test_a_draft_is_gone_after_24_hours(site: Site, page: Page, hours: float, is_back: bool):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    age_drafts(page, "shop", hours)
    page.reload()
    if is_back:
        expect(page.get_by_label("Name")).to_have_value("Grace")
    else:
        wait_for_drafts(page, set())
        page.get_by_role("button", name="Edit").click()
        expect_as_stored(page)


def test_a_reload_does_not_prolong_a_draft(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    age_drafts(page, "shop", 20)
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.locator("[data-draft-note]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-draft-note]")).to_be_visible()
    age_drafts(page, "shop", 4.1)
    page.reload()
    wait_for_drafts(page, set())


def test_a_secret_is_never_kept_even_while_it_is_shown(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Secret").evaluate("(input) => (input.type = 'text')")
    page.get_by_label("Secret").fill("hunter2")
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    assert "hunter2" not in str(kept(page))
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("Secret")).to_have_value("")


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


def test_the_draft_of_one_row_does_not_open_another(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    open_form(page, site, "/customers/4")
    expect_as_stored(page)


def test_a_choice_that_no_longer_exists_is_not_restored(site: Site, page: Page):
    """A select without that option would show nothing and send an empty value."""
    open_form(page, site)
    page.get_by_label("City").select_option("Oslo")
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"city", "name"})
    page.route(
        f"**{KEY}",
        lambda route: route.fulfill(
            content_type="text/html", body=site.page(KEY).replace("Oslo", "Lima")
        ),
    )
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("City")).to_have_value("Rome")
