"""Leaving one of Proto-DDF's own forms asks first if the form was changed, and asks nothing if it was not."""

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.driving import wait_until, wait_until_connected, wait_until_stored

pytestmark = pytest.mark.browser

FORMS = {"/sources/new": "Name", "/generate": "Project name"}
KEPT = {"/sources/new": "proto_ddf.source_draft", "/generate": "proto_ddf.generate_form"}


def change(page: Page, url: str, path: str) -> None:
    page.goto(f"{url}{path}")
    wait_until_connected(page)
    page.get_by_label(FORMS[path], exact=True).fill("Half a name")


@pytest.mark.parametrize("path", FORMS)
def test_a_link_asks_and_the_text_is_there_after_going_back(server, page: Page, path: str):
    change(page, server.url, path)
    page.get_by_role("link", name="Apps", exact=True).first.click()
    question = page.get_by_role("dialog", name="Leave this form?")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(f"{server.url}{path}")
    expect(page.get_by_label(FORMS[path], exact=True)).to_have_value("Half a name")
    page.get_by_role("link", name="Apps", exact=True).first.click()
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{server.url}/apps")
    wait_until_stored(page, KEPT[path], "Half a name")
    page.goto(f"{server.url}{path}")
    expect(page.get_by_label(FORMS[path], exact=True)).to_have_value("Half a name")


@pytest.mark.parametrize("path", FORMS)
def test_going_back_asks(server, page: Page, path: str):
    page.goto(f"{server.url}/apps")
    page.get_by_role("link", name="Sources", exact=True).first.click()
    # If a link is clicked before the page of the previous link is loaded, it replaces that page in the history.
    expect(page).to_have_url(f"{server.url}/sources")
    if path == "/generate":
        page.get_by_role("link", name="Generate", exact=True).first.click()
    else:
        page.get_by_role("link", name="Connect a source").first.click()
    expect(page).to_have_url(f"{server.url}{path}")
    field = page.get_by_label(FORMS[path], exact=True)
    field.fill("")
    field.press_sequentially("Half")
    page.evaluate("history.back()")
    question = page.get_by_role("dialog", name="Leave this form?")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(f"{server.url}{path}")
    expect(field).to_have_value("Half")
    page.evaluate("history.back()")
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{server.url}/sources")


@pytest.mark.parametrize("path", FORMS)
def test_closing_or_reloading_asks_the_browser_s_own_question(server, page: Page, path: str):
    change(page, server.url, path)
    page.get_by_label(FORMS[path], exact=True).press("End")
    asked: list[Dialog] = []
    page.on("dialog", lambda dialog: (asked.append(dialog), dialog.accept()))
    page.reload()
    assert [dialog.type for dialog in asked] == ["beforeunload"]
    expect(page.get_by_label(FORMS[path], exact=True)).to_have_value("Half a name")
    page.reload()
    assert len(asked) == 1


@pytest.mark.parametrize("path", FORMS)
def test_the_text_is_there_after_a_reload_though_its_script_comes_last(
    server, page: Page, path: str
):
    change(page, server.url, path)
    page.on("dialog", lambda dialog: dialog.accept())
    held: list[Route] = []
    page.route("**/typed/typed_texts.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    expect(page.get_by_label(FORMS[path], exact=True)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    wait_until(lambda: held)
    held[0].continue_()
    expect(page.get_by_label(FORMS[path], exact=True)).to_have_value("Half a name")


@pytest.mark.parametrize("path", FORMS)
def test_an_unchanged_form_is_left_without_a_question(server, page: Page, path: str):
    page.goto(f"{server.url}{path}")
    expect(page.get_by_label(FORMS[path], exact=True)).to_be_visible()
    page.get_by_role("link", name="Apps", exact=True).first.click()
    expect(page).to_have_url(f"{server.url}/apps")
