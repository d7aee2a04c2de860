"""The outbox's scripts: what they keep, when and in which order they send it, and what they list."""

import itertools
import threading
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.driving import wait_until
from tests.browser.outbox.conftest import (
    DONE,
    UNANSWERED,
    Answer,
    Post,
    Site,
    items,
    open_page,
    submit,
)

pytestmark = pytest.mark.browser

BUSY: Answer = (503, {"message": "busy"}, {"Retry-After": "1"})
REFUSED: Answer = (
    200,
    {"outcome": "refused", "title": "Not valid", "message": "Too old.", "shown": False},
    {},
)

SLOW_DATABASE = """IDBDatabase.prototype.transaction = () => ({
  objectStore: () => ({ getAll: () => ({}), add: () => ({}), get: () => ({}), delete: () => ({}) }),
})"""
"""From now on, until the page is left, no transaction of IndexedDB ends."""


def failing(first: int, by: Answer, what: str = "") -> Any:
    """Answers the first requests (about `what`) so, and all others with done."""
    left = itertools.count()

    def answer(post: Post) -> Answer:
        return by if (not what or post.what == what) and next(left) < first else DONE

    return answer


def test_a_click_is_submitted_once_and_forgotten_when_it_is_done(page: Page, site: Site) -> None:
    open_page(page, site)
    page.get_by_role("button", name="Stop").dblclick()
    page.get_by_role("button", name="Disabled").dispatch_event("click")
    wait_until(lambda: site.posts != [] and items(page) == [])
    [post] = site.posts
    assert post.told["event"] == "State.act"
    assert post.told["token"] == page.evaluate("sessionStorage.token")
    assert post.told["router_data"]["pathname"] == "/"


def test_a_form_sends_its_fields_and_what_is_kept_of_it_but_no_secret(
    page: Page, site: Site
) -> None:
    site.answer = lambda _: BUSY
    open_page(page, site, "/form?from=list")
    page.evaluate("sessionStorage.draft = 'a draft'")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill("hidden-password")
    page.get_by_label("Key").fill("hidden-key")
    page.get_by_label("Name").press("Enter")
    wait_until(lambda: site.posts != [])
    told = site.posts[0].told
    assert told["payload"] == {"what": "save", "form": {"name": "Ada", "typed": ""}}
    assert told["kept"] == {"state.draft": "a draft"}
    assert "hidden" not in str(items(page)) + str(site.posts)
    expect(page.locator("form")).to_have_attribute("data-outbox-state", "waiting")


def test_a_form_whose_secret_is_not_stored_is_not_sent(page: Page, site: Site) -> None:
    open_page(page, site)
    page.clock.install()
    page.evaluate("document.querySelector('[data-unsent-secret]').value = 'true'")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Name").press("Enter")
    page.clock.run_for(11_000)
    expect(page.get_by_text("its password is not stored")).to_be_visible()
    assert (items(page), site.posts) == ([], [])
    page.evaluate(
        "addEventListener('outbox:send-secrets',"
        " () => (document.querySelector('[data-unsent-secret]').value = ''))"
    )
    page.get_by_label("Name").press("Enter")
    page.clock.run_for(1_000)
    wait_until(lambda: len(site.posts) == 1)


def test_what_has_one_key_is_sent_in_order_and_other_keys_go_on(page: Page, site: Site) -> None:
    site.answer = failing(2, BUSY, "a1")
    open_page(page, site)
    for what in ("a1", "a2", "b1", "a3", "b2"):
        submit(page, what, key=what[0])
    wait_until(lambda: items(page) == [])
    sent = site.sent()
    assert [what for what in sent if what[0] == "a"] == ["a1", "a1", "a1", "a2", "a3"]
    assert [what for what in sent if what[0] == "b"] == ["b1", "b2"]
    assert sent.index("b2") < sent.index("a2")
    assert len({post.id for post in site.posts if post.what == "a1"}) == 1


def test_at_most_five_are_sent_in_a_second(page: Page, site: Site) -> None:
    open_page(page, site)
    for n in range(12):
        submit(page, str(n), key=str(n))
    wait_until(lambda: items(page) == [])
    times = [post.at for post in site.posts]
    assert len(times) == 12
    # The browser starts a batch a second after the one before; the server sees that with a little jitter.
    assert min(later - earlier for earlier, later in zip(times, times[5:], strict=False)) > 0.9


def test_without_an_answer_it_waits_longer_and_longer_and_never_longer_than_half_a_minute(
    page: Page, site: Site
) -> None:
    site.answer = lambda _: UNANSWERED
    open_page(page, site)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    submit(page, "x")
    waits = []
    for attempt in range(1, 9):
        wait_until(lambda n=attempt: [each["attempts"] for each in items(page)] == [n])
        [item] = items(page)
        waits.append(item["notBefore"] - page.evaluate("Date.now()"))
        page.clock.run_for(30_100)
    assert all(1_000 <= wait <= 30_000 for wait in waits)
    assert waits[0] <= 2_000 < 15_000 <= waits[-1]
    assert len(set(waits)) == len(waits)


def test_retry_after_is_honoured(page: Page, site: Site) -> None:
    site.answer = failing(1, (429, {"message": "slow"}, {"Retry-After": "40"}))
    open_page(page, site)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    submit(page, "x")
    wait_until(lambda: [each["attempts"] for each in items(page)] == [1])
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(39_000)
    assert len(site.posts) == 1
    page.clock.run_for(1_500)
    wait_until(lambda: len(site.posts) == 2)


def test_what_is_refused_is_listed_blocks_nothing_and_can_be_sent_again(
    page: Page, site: Site
) -> None:
    site.answer = failing(1, REFUSED)
    open_page(page, site)
    first = submit(page, "first", key="k")
    submit(page, "second", key="k")
    row = page.locator("[data-outbox-item]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Not accepted")
    expect(row).to_contain_text("Not valid. Too old.")
    expect(page.get_by_role("link", name="1 not accepted")).to_be_visible()
    assert site.sent() == ["first", "second"]
    row.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Nothing waits to be sent")).to_be_visible()
    assert site.sent() == ["first", "second", "first"]
    assert first is not None
    assert site.posts[-1].id != first["id"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((422, {"message": "Another content."}, {}), "Another content."),
        ((403, {"message": "You may not do this."}, {}), "You may not do this."),
        ((413, {"message": "Too large."}, {}), "Too large."),
        ((200, {"outcome": "unknown", "message": "Look first."}, {}), "Outcome unknown"),
        ((200, {"outcome": "conflict", "message": "Two versions."}, {}), "Changed meanwhile"),
    ],
    ids=["422", "403", "413", "unknown", "conflict"],
)
def test_what_is_not_accepted_is_listed_with_its_reason(
    page: Page, site: Site, answer: Answer, words: str
) -> None:
    site.answer = lambda _: answer
    open_page(page, site)
    submit(page, "x")
    expect(page.locator("[data-outbox-item]")).to_contain_text(words)
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(page.locator("[data-outbox-item]")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.locator("[data-outbox-item]")).to_have_count(0)
    assert items(page) == []


@pytest.mark.parametrize("status", [0, 401, 404, 408, 409, 500, 502])
def test_what_is_not_known_is_sent_again_under_its_id(page: Page, site: Site, status: int) -> None:
    site.answer = failing(1, (status, {}, {"Retry-After": "0"}))
    open_page(page, site)
    submit(page, "x")
    wait_until(lambda: len(site.posts) == 2)
    assert len({post.id for post in site.posts}) == 1
    wait_until(lambda: items(page) == [])


def test_what_waits_survives_an_outage_and_a_reload(
    page: Page, context: BrowserContext, site: Site
) -> None:
    open_page(page, site)
    context.set_offline(True)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop")).to_have_attribute(
        "data-outbox-state", "waiting"
    )
    expect(page.get_by_role("link", name="1 to send")).to_be_visible()
    assert site.posts == []
    site.answer = failing(1, BUSY)
    context.set_offline(False)
    wait_until(lambda: len(site.posts) == 1)
    page.reload()
    wait_until(lambda: len(site.posts) == 2 and items(page) == [])
    assert len({post.id for post in site.posts}) == 1
    expect(page.get_by_role("button", name="Stop")).not_to_have_attribute(
        "data-outbox-state", "waiting"
    )


def test_what_was_pressed_is_kept_though_the_page_is_left_in_the_same_moment(
    page: Page, site: Site
) -> None:
    open_page(page, site)
    page.evaluate(SLOW_DATABASE)
    page.evaluate(
        """() => {
          const press = (what) => protoDDF.outbox.submit({ event: "State.act", payload: { what }, key: "k" });
          ["a", "b", "c"].forEach(press);
          document.querySelector("button").click();
          location.reload();
        }"""
    )
    wait_until(lambda: sorted(site.sent()) == ["a", "b", "c", "stop"])
    assert [what for what in site.sent() if what != "stop"] == ["a", "b", "c"]
    wait_until(lambda: items(page) == [])
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('press'))") == []


def test_what_was_pressed_in_a_tab_that_is_closed_in_the_same_moment_is_sent_by_another(
    page: Page, context: BrowserContext, site: Site
) -> None:
    other = context.new_page()
    open_page(page, site)
    open_page(other, site)
    page.evaluate(SLOW_DATABASE)
    page.get_by_role("button", name="Stop").click()
    page.close()
    wait_until(lambda: site.sent() == ["stop"] and items(other) == [])


def test_of_two_tabs_one_sends_and_both_know(
    page: Page, context: BrowserContext, site: Site
) -> None:
    site.answer = failing(1, REFUSED, "no")
    other = context.new_page()
    open_page(page, site)
    open_page(other, site)
    for n in range(4):
        submit(page, f"a{n}", key="a")
        submit(other, f"b{n}", key="b")
    submit(other, "no", key="c")
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    expect(other.locator("[data-outbox-item]")).to_have_count(1)
    wait_until(lambda: len(items(page)) == 1)
    assert sorted(site.sent()) == sorted([*(f"{k}{n}" for k in "ab" for n in range(4)), "no"])
    for key in "ab":
        assert [what for what in site.sent() if what[0] == key] == [f"{key}{n}" for n in range(4)]


def test_a_tab_that_is_closed_while_it_sends_is_followed_by_another(
    page: Page, context: BrowserContext, site: Site
) -> None:
    held = threading.Event()
    count = itertools.count()

    def answer(_: Post) -> Answer:
        if next(count) == 0:
            held.wait(30)
            return UNANSWERED
        return DONE

    site.answer = answer
    other = context.new_page()
    open_page(page, site)
    open_page(other, site)
    submit(page, "x")
    wait_until(lambda: len(site.posts) == 1)
    page.close()
    wait_until(lambda: len(site.posts) == 2)
    held.set()
    wait_until(lambda: items(other) == [])
    assert len({post.id for post in site.posts}) == 1


def test_no_more_is_kept_than_fits_and_what_was_not_accepted_gives_way(
    page: Page, context: BrowserContext, site: Site
) -> None:
    site.answer = failing(1, REFUSED)
    open_page(page, site)
    submit(page, "refused")
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    context.set_offline(True)
    large = "x" * 600_000
    assert submit(page, "large", key="l", kept={"draft": large}) is not None
    assert submit(page, "too much", key="t", kept={"draft": large}) is None
    expect(page.get_by_text("too much waits to be sent")).to_be_visible()
    for n in range(499):
        assert submit(page, f"n{n}", key=f"n{n}") is not None
    assert submit(page, "one more", key="m") is None
    kept = [each["payload"]["what"] for each in items(page)]
    assert kept == ["large", *(f"n{n}" for n in range(499))]


def test_what_could_not_be_sent_for_a_day_is_listed_and_not_sent(
    page: Page, context: BrowserContext, site: Site
) -> None:
    open_page(page, site)
    page.clock.install()
    context.set_offline(True)
    submit(page, "old")
    page.clock.fast_forward("24:00:01")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(2_000)
    expect(page.locator("[data-outbox-item]")).to_contain_text("could not be sent for 24 hours")
    assert site.posts == []


def test_to_edit_goes_back_to_the_form_with_what_was_kept_of_it(page: Page, site: Site) -> None:
    site.answer = lambda _: REFUSED
    open_page(page, site, "/form?row=5")
    page.evaluate("sessionStorage.draft = 'as it was'")
    page.get_by_label("Name").press("Enter")
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    page.evaluate("sessionStorage.draft = 'another'")
    open_page(page, site, "/outbox")
    page.get_by_role("button", name="Edit").click()
    page.wait_for_url("**/form?row=5")
    assert page.evaluate("sessionStorage.draft") == "as it was"
    wait_until(lambda: items(page) == [])


def test_to_edit_goes_to_the_page_of_a_form_that_another_page_showed(
    page: Page, site: Site
) -> None:
    site.answer = lambda _: REFUSED
    open_page(page, site, "/form?row=5")
    page.locator("form").evaluate("(form) => (form.dataset.outboxAddress = '/form?row=9')")
    page.get_by_label("Name").press("Enter")
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    open_page(page, site, "/outbox")
    page.get_by_role("button", name="Edit").click()
    page.wait_for_url("**/form?row=9")


def test_a_success_elsewhere_is_told_and_a_script_is_told_in_every_tab(
    page: Page, context: BrowserContext, site: Site
) -> None:
    site.answer = lambda _: (200, {"outcome": "done", "address": "/apps/shop"}, {})
    other = context.new_page()
    open_page(other, site, "/another")
    other.evaluate("document.addEventListener('outbox:settled', (e) => (window.told = e.detail))")
    open_page(page, site)
    submit(page, "Make it", isForm=True)
    expect(other.get_by_role("status").get_by_text("Make it: done.")).to_be_visible()
    expect(other.get_by_role("link", name="Show")).to_have_attribute("href", "/apps/shop")
    page.wait_for_url("**/apps/shop")  # its own page did not know
    wait_until(lambda: other.evaluate("window.told?.reply.outcome") == "done")


def test_a_press_that_is_answered_late_is_told_on_its_page_and_does_not_leave_it(
    page: Page, site: Site
) -> None:
    site.answer = lambda _: (200, {"outcome": "done", "address": "/operations/1"}, {})
    open_page(page, site, "/apps")
    submit(page, "Stop Shop")
    expect(page.get_by_role("status").get_by_text("Stop Shop: done.")).to_be_visible()
    expect(page.get_by_role("link", name="Show")).to_have_attribute("href", "/operations/1")
    assert page.url == f"{site.url}/apps"


def test_what_one_person_made_is_neither_sent_nor_listed_while_another_is_signed_in(
    page: Page, context: BrowserContext, site: Site
) -> None:
    site.user = "Anna"
    site.answer = lambda _: BUSY
    open_page(page, site)
    submit(page, "of Anna")
    wait_until(lambda: site.sent() != [])
    assert site.posts[0].told["owner"] == "Anna"
    site.user = "Berta"
    page.reload()
    site.posts.clear()
    site.answer = lambda _: REFUSED
    for n in range(2):
        submit(page, "of Berta", key=str(n))
        expect(page.locator("[data-outbox-item]")).to_have_count(n + 1)
    assert site.sent() == ["of Berta"] * 2
    # It is a submission of its own, although Anna's waits with the same content.
    submit(page, "of Anna")
    wait_until(lambda: [post.told["owner"] for post in site.posts] == ["Berta"] * 3)
    site.posts[-1:] = []
    site.user, site.answer = "Anna", lambda _: DONE
    page.reload()
    wait_until(lambda: site.sent() == [*["of Berta"] * 2, "of Anna"])


def test_an_open_page_learns_that_somebody_else_has_signed_in(page: Page, site: Site) -> None:
    site.user = "Anna"
    site.answer = lambda _: BUSY
    open_page(page, site)
    submit(page, "of Anna")
    expect(page.locator("[data-outbox-item]")).to_have_count(1)
    site.user = "Berta"
    for state in ("lost", "open"):
        page.evaluate(
            "(state) => dispatchEvent(new CustomEvent('protoddf:socket', { detail: { state } }))",
            state,
        )
    expect(page.locator("[data-outbox-item]")).to_have_count(0)
    site.answer = lambda _: DONE
    submit(page, "of Berta")
    wait_until(lambda: site.posts[-1].told["owner"] == "Berta")
    assert items(page)[0]["owner"] == "Anna"


def test_without_its_database_the_browser_still_sends(page: Page, site: Site) -> None:
    page.add_init_script("indexedDB.open = () => { throw new Error('refused'); }")
    open_page(page, site)
    submit(page, "x")
    wait_until(lambda: site.sent() == ["x"] and items(page) == [])
