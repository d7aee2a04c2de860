"""Leaving a changed form asks first: by a link, back, a reload and Cancel. Leaving an unchanged form asks nothing."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import KEY, open_form, wait_for_drafts

pytestmark = pytest.mark.browser


def test_a_link_asks_and_what_was_typed_is_restored_after_going_back(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    page.get_by_role("link", name="Another row").click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    expect(question).to_be_visible()
    expect(question.get_by_role("button", name="Stay")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page).to_have_url(f"{site.url}{KEY}")
    expect(page.get_by_label("Name")).to_have_value("Grace")

    page.get_by_role("link", name="Another row").click()
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{site.url}/customers/7")
    page.go_back()
    expect(page.get_by_label("Name")).to_have_value("Grace")


def test_back_asks_first(site: Site, page: Page):
    page.goto(f"{site.url}/customers/7")
    page.evaluate(f"history.pushState({{}}, '', '{KEY}')")
    page.evaluate("show('form')")
    page.get_by_label("Name").fill("Grace")
    page.evaluate("history.back()")
    question = page.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(f"{site.url}{KEY}")
    page.evaluate("history.back()")
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{site.url}/customers/7")


def test_a_reload_asks_first(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    expect(page.get_by_label("Name")).to_have_value("Grace")


def test_cancel_asks_and_drops_the_draft(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    wait_for_drafts(page, {"name"})
    page.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Discard your changes?")
    question.get_by_role("button", name="Stay").click()
    expect(page.get_by_label("Name")).to_have_value("Grace")
    page.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    wait_for_drafts(page, set())
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Name")).to_have_value("Ada")


@pytest.mark.parametrize("way", ["link", "Cancel", "reload", "jump"])
def test_an_unchanged_form_is_left_without_a_question(site: Site, page: Page, way: str):
    """Neither does a form in which text was typed and removed again."""
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("Name").fill("Ada")
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.accept()))
    if way == "link":
        page.get_by_role("link", name="Another row").click()
        expect(page).to_have_url(f"{site.url}/customers/7")
    elif way == "Cancel":
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
    elif way == "reload":
        page.reload()
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
    else:
        page.get_by_role("link", name="End").click()
        expect(page).to_have_url(f"{site.url}{KEY}#end")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert dialogs == []
    wait_for_drafts(page, set())


def test_a_link_within_the_page_asks_nothing(site: Site, page: Page):
    open_form(page, site)
    page.get_by_label("Name").fill("Grace")
    page.get_by_role("link", name="End").click()
    expect(page).to_have_url(f"{site.url}{KEY}#end")
    expect(page.get_by_role("dialog")).to_be_hidden()
