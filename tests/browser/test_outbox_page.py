"""/outbox with nothing, and with what waits and what was not accepted; what is discarded is asked about first."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
)

pytestmark = pytest.mark.browser

VERSIONS = [{"name": "status", "label": "Status", "mine": "paid", "theirs": "sent", "now": "1"}]
ANSWERS: dict[str, dict[str, Any]] = {
    "Not accepted": {
        "outcome": "refused",
        "title": "The form has mistakes",
        "message": "Check the fields.",
        "fields": {"path": "There is no such file."},
    },
    "Outcome unknown": {"outcome": "unknown", "message": "Look whether the app is there."},
    "Changed meanwhile": {
        "outcome": "conflict",
        "title": "Somebody else changed this row",
        "versions": VERSIONS,
    },
}
"""By the word that the list has for it."""
WAITING = "Waiting to be sent"
ATTEMPTED = """async (word) => {
  const item = (await protoDDF.outbox.items()).find(({ payload }) => payload.word === word);
  await protoDDF.outbox.changeItem(item, { attempts: 70 });
}"""


@pytest.fixture
def listed(page: Page, server: Server) -> Page:
    """The page with one submission of each kind: one that is not answered, and those of ANSWERS."""
    page.route("**/api/outbox", _answer)
    open_page(page, f"{server.url}/outbox")
    for word in (WAITING, *ANSWERS):
        given = {"event": "State.act", "payload": {"form": {}, "word": word}, "key": word}
        page.evaluate(
            "(given) => protoDDF.outbox.submit(given)", given | {"title": f"Example: {word}"}
        )
    for word in (*ANSWERS, WAITING):
        expect(page.get_by_text(word, exact=True)).to_have_count(1)
    return page


def _answer(route: Route) -> None:
    word = route.request.post_data_json["payload"]["word"]
    if word in ANSWERS:
        route.fulfill(json=ANSWERS[word])
    else:
        route.abort()


def _look(page: Page) -> None:
    for mode in in_both_modes(page):
        assert serious_findings(page) == [], mode
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0


def test_an_empty_outbox_says_what_it_is_for(page: Page, server: Server) -> None:
    open_page(page, f"{server.url}/outbox")
    expect(page.get_by_role("heading", name="Nothing waits to be sent")).to_be_visible()
    _look(page)


def test_what_waits_and_what_was_not_accepted_is_listed_with_its_reason(listed: Page) -> None:
    refused = listed.get_by_role("listitem").filter(has_text="Not accepted")
    expect(refused).to_contain_text("The form has mistakes. Check the fields.")
    expect(refused).to_contain_text("path: There is no such file.")
    expect(listed.get_by_role("link", name="1 to send, 3 not accepted")).to_be_visible()
    _look(listed)


def test_what_is_discarded_is_asked_about_first(listed: Page) -> None:
    row = listed.get_by_role("listitem").filter(has_text="Outcome unknown")
    row.get_by_role("button", name="Discard").click()
    question = listed.get_by_role("dialog", name="Discard “Example: Outcome unknown”?")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    assert serious_findings(listed) == []
    listed.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(row.get_by_role("button", name="Discard")).to_be_focused()
    row.get_by_role("button", name="Discard").click()
    question.get_by_role("button", name="Discard").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("redrawn", ["Outcome unknown", WAITING])
def test_the_focus_comes_back_from_a_question_while_rows_are_drawn_again(
    listed: Page, redrawn: str
) -> None:
    """Each attempt to send changes what the row of a submission shows, whatever is asked meanwhile."""
    row = listed.get_by_role("listitem").filter(has_text="Outcome unknown")
    row.get_by_role("button", name="Discard").click()
    expect(listed.get_by_role("dialog")).to_be_visible()
    listed.evaluate(ATTEMPTED, redrawn)
    expect(listed.get_by_text(re.compile(r"tried 7\d times"))).to_have_count(1)
    listed.keyboard.press("Escape")
    expect(row.get_by_role("button", name="Discard")).to_be_focused()


def test_the_focus_moves_on_from_a_row_that_is_discarded(listed: Page) -> None:
    row = listed.get_by_role("listitem").filter(has_text="Outcome unknown")
    row.get_by_role("button", name="Discard").click()
    listed.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(row).to_have_count(0)
    expect(
        listed.get_by_role("button", name="Discard").and_(listed.locator(":focus"))
    ).to_have_count(1)


def test_the_choice_between_versions_is_accessible(listed: Page) -> None:
    listed.get_by_role("button", name="Choose").click()
    choice = listed.get_by_role("dialog", name="Example: Changed meanwhile")
    expect(choice.get_by_role("radio", name="There now: sent")).to_be_visible()
    assert serious_findings(listed) == []
