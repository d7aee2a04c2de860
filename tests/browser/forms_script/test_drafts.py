"""What was typed in a form comes back after the page was lost in any way, until it is saved or discarded.

The kind: every control (text of one and of several lines, date, select, switch, picker), every way of losing the
page (reload, another page, a form that is rendered again, a closed tab), and what must not come back (saved,
discarded, cancelled, older than 24 hours, secret, of a tab that is still open, of another form)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drafts import age_drafts
from tests.browser.forms_script.conftest import FIELDS, Site
from tests.browser.forms_script.filling import (
    KEY,
    TYPED,
    expect_as_stored,
    expect_everything_back,
    kept,
    open_form,
    type_everything,
    wait_for_drafts,
)

pytestmark = pytest.mark.browser


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
