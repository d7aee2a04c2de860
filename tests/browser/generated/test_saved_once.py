"""One form of a new row adds one row, however often it is sent.

The kind: a save whose answer the browser did not get, or not yet, and that is sent again. To it belong a second
click while the page goes to the new row, an answer that is lost with the connection or with the app, a draft that
is restored after its save succeeded, and a save whose outcome nobody knows. What must stay possible: to correct a
save that was refused, and to add another row on purpose."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import SOON_MS, rows, wait_until
from tests.browser.generated.conftest import App
from tests.browser.generated.test_typed_text import Forgetful

pytestmark = pytest.mark.browser

WEBSOCKET = """(() => {
  // What the server sends arrives later by window.lateBy milliseconds, or never while window.isDeaf is true. The answers
  // to what the outbox sends do not arrive while the tab's "isDeaf" is stored, also after a reload.
  const { fetch } = window;
  window.fetch = async (address, ...given) => {
    const answer = await fetch(address, ...given);
    if (String(address).includes("/api/outbox") && sessionStorage.getItem("isDeaf")) throw new TypeError("Failed to fetch");
    return answer;
  };
  const { get, set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    get,
    set(listener) {
      set.call(this, (event) => {
        if (window.isDeaf) return;
        if (window.lateBy) setTimeout(() => listener(event), window.lateBy);
        else listener(event);
      });
    },
  });
})()"""
SAVE_AGAIN_AT_THE_NEXT_ADDRESS = """() => {
  const form = document.querySelector("form[data-form]");
  const waiting = setInterval(() => {
    if (location.pathname === "/orders/new") return;
    clearInterval(waiting);
    window.isSavedAgain = form.isConnected;
    form.requestSubmit();
  }, 5);
}"""
SLOW_STORAGE = """(() => {
  // The browser's storage answers once window.letStorageAnswer() is called.
  const { open } = IDBFactory.prototype;
  const waiting = new Promise((done) => (window.letStorageAnswer = done));
  IDBFactory.prototype.open = function (...given) {
    const request = open.apply(this, given);
    Object.defineProperty(request, "onsuccess", {
      set: (listener) => request.addEventListener("success", (event) => waiting.then(() => listener(event))),
    });
    return request;
  };
})()"""


@pytest.fixture
def page(page: Page) -> Page:
    page.add_init_script(WEBSOCKET)
    return page


@pytest.fixture(scope="module")
def forgetful(shop: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgetful]:
    served = Forgetful(shop, tmp_path_factory.mktemp("saved-once"))
    yield served
    served.close()


@pytest.fixture
def customer(forgetful: Forgetful) -> int:
    """A customer for one test, without orders."""
    forgetful.app.execute(
        "insert into customers(name, email, city, country, joined_on)"
        " values ('Once', hex(randomblob(8)) || '@once.example', 'Rome', 'Italy', '2024-01-01')"
    )
    return int(forgetful.app.query("select max(id) from customers")[0][0])


def fill(page: Page, app: App, customer: int) -> None:
    page.goto(f"{app.url}/orders/new?customer_id={customer}")
    page.get_by_label("Ordered at").fill("2025-06-01T10:30")
    page.get_by_label("Status").select_option("paid")
    page.get_by_label("Payment method").select_option("card")


def orders(app: App, customer: int) -> list[str | None]:
    """The notes of the customer's orders."""
    found = app.query("select note from orders where customer_id = ? order by id", customer)
    return [note for (note,) in found]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def save_without_answer(page: Page, app: App, customer: int) -> None:
    """The save succeeds, and the browser does not get the answer until `hear` is called."""
    before = len(orders(app, customer))
    page.evaluate("window.isDeaf = true; sessionStorage.setItem('isDeaf', 'yes')")
    save(page)
    wait_until(lambda: len(orders(app, customer)) == before + 1)
    # If the app were killed before it has recorded the row, it would not know about it.
    wait_until(lambda: bool(added_by_last_save(app)))


def hear(page: Page) -> None:
    page.evaluate("window.isDeaf = false; sessionStorage.removeItem('isDeaf')")


def added_by_last_save(app: App) -> str | None:
    """The reply to the last save, as the app has recorded it: empty until the save has ended, None if no save has
    begun."""
    with contextlib.suppress(sqlite3.OperationalError):  # the app has not made the table yet
        saves = rows(
            app.folder / ".submissions.db",
            "select reply from _submissions order by number desc limit 1",
        )
        return str(saves[0][0]) if saves else None
    return None


def expect_row(page: Page) -> None:
    """The page shows a row that exists."""
    expect(page.get_by_role("button", name="Edit")).to_be_visible(timeout=SOON_MS)


def expect_form_back(page: Page) -> None:
    expect(page.get_by_label("Status")).to_have_value("paid", timeout=SOON_MS)


def test_a_second_save_while_the_page_goes_to_the_new_row(
    forgetful: Forgetful, page: Page, customer: int, console: list[str]
):
    fill(page, forgetful.app, customer)
    page.evaluate("window.lateBy = 400")
    page.evaluate(SAVE_AGAIN_AT_THE_NEXT_ADDRESS)
    save(page)
    page.wait_for_function("window.isSavedAgain")
    expect_row(page)
    page.evaluate("window.lateBy = 0")
    page.wait_for_timeout(500)  # time in which a second row would be added
    expect_row(page)
    assert orders(forgetful.app, customer) == [None]
    assert not console


@pytest.mark.parametrize(
    "way", ["", "reload", "restart", "restart and reload", "expire and reload"]
)
def test_a_save_whose_answer_was_lost_is_sent_again(
    forgetful: Forgetful, page: Page, customer: int, way: str
):
    """The page shows the row that was added, without anybody's help."""
    fill(page, forgetful.app, customer)
    save_without_answer(page, forgetful.app, customer)
    if "restart" in way:
        forgetful.kill()
        forgetful.start()
    if "expire" in way:
        forgetful.expire()
    if "reload" in way:
        page.reload()
        expect_form_back(page)
    hear(page)
    expect_row(page)
    assert orders(forgetful.app, customer) == [None]
    page.goto(f"{forgetful.app.url}/orders/new?customer_id={customer}")
    expect(page.get_by_label("Ordered at")).to_have_value("")


def test_a_form_that_waits_to_be_sent_is_not_sent_twice_after_a_reload(
    forgetful: Forgetful, page: Page, customer: int
):
    """Nobody typed anything, and the storage is slow: a second save is the same form's."""
    page.goto(
        f"{forgetful.app.url}/orders/new?customer_id={customer}"
        "&ordered_at=2025-06-01T10:30&status=paid&payment_method=card"
    )
    expect_form_back(page)
    save_without_answer(page, forgetful.app, customer)
    page.add_init_script(SLOW_STORAGE)
    page.reload()
    expect_form_back(page)
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    save(page)
    page.evaluate("window.letStorageAnswer()")
    hear(page)
    expect_row(page)
    assert orders(forgetful.app, customer) == [None]


def test_a_form_is_not_sent_with_a_text_that_was_not_shown_when_it_was_saved(
    forgetful: Forgetful, page: Page, customer: int
):
    fill(page, forgetful.app, customer)
    page.get_by_label("Note").fill("Of yesterday")
    page.get_by_label("Note").blur()
    page.add_init_script(SLOW_STORAGE)
    page.reload()
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    save(page)
    page.evaluate("window.letStorageAnswer()")
    expect(page.get_by_label("Note")).to_have_value("Of yesterday")
    page.wait_for_timeout(500)  # time in which it would be sent
    assert orders(forgetful.app, customer) == []
    save(page)
    expect_row(page)
    assert orders(forgetful.app, customer) == ["Of yesterday"]


def test_what_was_typed_after_the_save_succeeded_is_not_lost_and_the_person_decides(
    forgetful: Forgetful, page: Page, customer: int, console: list[str]
):
    fill(page, forgetful.app, customer)
    save_without_answer(page, forgetful.app, customer)
    page.goto(f"{forgetful.app.url}/outbox")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    hear(page)
    page.goto(f"{forgetful.app.url}/orders/new?customer_id={customer}")
    expect_form_back(page)
    page.get_by_label("Note").fill("More")
    save(page)
    expect(page.get_by_text("A row was already added from this form")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("More")
    assert orders(forgetful.app, customer) == [None]
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Look at what is there").click()
    expect_row(opened.value)
    expect(opened.value.get_by_text("2025")).not_to_have_count(0)
    opened.value.close()
    page.get_by_label("Add another row from this form").check()
    page.get_by_role("button", name="Save").dblclick()
    expect_row(page)
    assert orders(forgetful.app, customer) == [None, "More"]
    assert not console


def test_a_save_that_was_refused_can_be_corrected(forgetful: Forgetful, page: Page, customer: int):
    fill(page, forgetful.app, customer)
    page.get_by_label("Status").select_option("")
    save(page)
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Payment method")).to_have_value("card", timeout=SOON_MS)
    page.get_by_label("Status").select_option("paid")
    save(page)
    expect(page.get_by_text("Row added.")).to_be_visible(timeout=SOON_MS)
    assert orders(forgetful.app, customer) == [None]


def test_the_form_that_a_person_goes_back_to_adds_another_row(
    forgetful: Forgetful, page: Page, customer: int
):
    fill(page, forgetful.app, customer)
    save(page)
    expect_row(page)
    page.go_back()
    expect(page.get_by_label("Ordered at")).to_have_value("", timeout=SOON_MS)
    fill(page, forgetful.app, customer)
    save(page)
    expect_row(page)
    assert orders(forgetful.app, customer) == [None, None]


def test_a_save_whose_outcome_is_unknown_is_reported(
    forgetful: Forgetful, page: Page, customer: int
):
    fill(page, forgetful.app, customer)
    with contextlib.closing(sqlite3.connect(forgetful.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        save(page)
        wait_until(lambda: added_by_last_save(forgetful.app) == "")
        forgetful.kill()
        other.execute("rollback")
        forgetful.start()
    said = page.get_by_text("It is unknown whether the row was added").first
    expect(said).to_be_visible(timeout=SOON_MS)
    assert orders(forgetful.app, customer) == []
    page.get_by_label("Add another row from this form").check()
    page.get_by_role("button", name="Save").dblclick()
    expect_row(page)
    assert orders(forgetful.app, customer) == [None]
