"""What is typed in the form of a generated app is saved or restored, whatever happens to the page, the connection,
the app and the state of the tab.

The kind: a change of a row and a new row; every control that a form has (tests/browser/forms_script tests each
alone); the ways of losing the page or the state (reload, restart, expired state, a link, a failed save, a closed
tab); and what must not come back (saved, discarded, cancelled, older than 24 hours). Whatever happened before, a
save writes what the person changed and nothing else."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import forgetting
from tests.browser.drafts import age_drafts
from tests.browser.driving import wait_until
from tests.browser.generated.conftest import App, app_that_waits, serve
from tests.ports import free_port

pytestmark = pytest.mark.browser

BACK_MS = 60_000
ROW = "select name, email, city, phone, newsletter from customers where id = ?"


class Forgetful:
    """The sample shop, served by a process that can be killed and that forgets its tabs when it is asked to."""

    def __init__(self, shop: App, folder: Path) -> None:
        self.built, self.states, self.port = (
            app_that_waits(shop, folder),
            folder / "states",
            free_port(),
        )
        self.database = folder / "shop.db"
        shutil.copy(shop.database, self.database)
        self._serving = contextlib.ExitStack()
        self.start()

    def start(self) -> None:
        environment = {"REFLEX_STATES_WORKDIR": str(self.states)} | forgetting.ENVIRONMENT
        served = serve(self.built, self.database, self.port, **environment)
        self.app = self._serving.enter_context(served)

    def kill(self) -> None:
        """kill -9; the states of all tabs are lost too."""
        self.app.process.kill()
        self.app.process.wait()
        shutil.rmtree(self.states)

    def expire(self) -> None:
        """Forget every tab, as when their states expire."""
        forgetting.forget_tabs(self.app.process, self.states)

    def close(self) -> None:
        self._serving.close()


@contextlib.contextmanager
def form_drawn_again(page: Page) -> Iterator[None]:
    """Waits until the page, which gets a new state, has removed the form that it shows now."""
    before = page.locator("form[data-form]").element_handle()
    yield
    before.wait_for_element_state("hidden", timeout=BACK_MS)


@pytest.fixture(scope="module")
def forgetful(shop: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgetful]:
    served = Forgetful(shop, tmp_path_factory.mktemp("forgetful"))
    yield served
    served.close()


@pytest.fixture
def customer(forgetful: Forgetful) -> int:
    """A customer for one test."""
    forgetful.app.execute(
        "delete from orders where customer_id in (select id from customers where email like '%@typed.example')"
    )
    forgetful.app.execute("delete from customers where email like '%@typed.example'")
    forgetful.app.execute(
        "insert into customers(name, email, city, country, joined_on, newsletter)"
        " values ('Ada Typed', 'ada@typed.example', 'Rome', 'Italy', '2024-01-01', 0)"
    )
    return forgetful.app.query("select id from customers where email = 'ada@typed.example'")[0][0]


def edit(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("City")).to_be_visible()


def type_in(page: Page) -> None:
    page.get_by_label("City").fill("Oxford")
    page.get_by_label("Newsletter").click()
    expect(page.get_by_label("Newsletter")).to_be_checked()


def expect_back(page: Page) -> None:
    expect(page.get_by_label("City")).to_have_value("Oxford", timeout=BACK_MS)
    expect(page.get_by_label("Newsletter")).to_be_checked()
    expect(page.get_by_text("Your unsaved changes from")).to_be_visible()


def save(page: Page, said: str = "Changes saved.") -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(said)).to_be_visible(timeout=BACK_MS)


@pytest.mark.parametrize("way", ["reload", "restart", "restart and reload", "expire and reload"])
def test_what_was_typed_is_restored_and_nothing_else_is_written(
    forgetful: Forgetful, page: Page, customer: int, way: str
):
    url = f"{forgetful.app.url}/customers/{customer}"
    edit(page, url)
    type_in(page)
    forgetful.app.execute("update customers set phone = '+39 9' where id = ?", customer)
    if "expire" in way:
        forgetful.expire()
    if "restart" in way:
        with form_drawn_again(page) if way == "restart" else contextlib.nullcontext():
            forgetful.kill()
            forgetful.start()
    if "reload" in way:
        page.reload()
        expect_back(page)
    else:
        expect(page.get_by_label("City")).to_have_value("Oxford", timeout=BACK_MS)
    save(page)
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert forgetful.app.query(ROW, customer) == [
        ("Ada Typed", "ada@typed.example", "Oxford", "+39 9", 1)
    ]
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible(timeout=BACK_MS)
    expect(page.get_by_label("City")).to_have_count(0)


def test_a_save_after_the_state_expired_writes_what_was_changed(
    forgetful: Forgetful, page: Page, customer: int
):
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    type_in(page)
    forgetful.expire()
    save(page)
    assert forgetful.app.query(ROW, customer)[0][2:] == ("Oxford", None, 1)
    expect(page.get_by_role("button", name="Edit")).to_be_visible(timeout=BACK_MS)


def test_a_relation_stays_when_another_field_is_saved_after_the_state_expired(
    forgetful: Forgetful, page: Page, customer: int
):
    forgetful.app.execute(
        "insert into orders(customer_id, ordered_at, status, payment_method)"
        " values (?, '2025-01-01 10:00:00', 'paid', 'card')",
        customer,
    )
    order = forgetful.app.query("select max(id) from orders")[0][0]
    page.goto(f"{forgetful.app.url}/orders/{order}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Status").select_option("cancelled")
    forgetful.expire()
    save(page)
    find = "select customer_id, status from orders where id = ?"
    assert forgetful.app.query(find, order) == [(customer, "cancelled")]


def test_a_chosen_row_is_restored_with_its_name(forgetful: Forgetful, page: Page, customer: int):
    page.goto(f"{forgetful.app.url}/orders/new")
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").fill("ada typed")
    page.get_by_role("button", name="Ada Typed").click()
    page.get_by_label("Ordered at").fill("2025-06-01T10:30")
    page.get_by_label("Status").select_option("paid")
    page.get_by_label("Payment method").select_option("card")
    forgetful.expire()
    page.reload()
    expect(page.locator("#field-customer_id")).to_contain_text("Ada Typed", timeout=BACK_MS)
    expect(page.get_by_label("Status")).to_have_value("paid")
    save(page, "Row added.")
    find = "select status, payment_method, ordered_at from orders where customer_id = ?"
    assert forgetful.app.query(find, customer)[0][:2] == ("paid", "card")


def test_a_new_row_is_added_after_the_state_expired(
    forgetful: Forgetful, page: Page, customer: int
):
    page.goto(f"{forgetful.app.url}/customers/new")
    for label, value in {
        "Name": "New Typed",
        "Email": "new@typed.example",
        "City": "Rome",
        "Country": "Italy",
        "Joined on": "2024-05-17",
    }.items():
        page.get_by_label(label).fill(value)
    forgetful.expire()
    save(page, "Row added.")
    find = "select name from customers where email = 'new@typed.example'"
    assert forgetful.app.query(find) == [("New Typed",)]


def assert_centred(dialog: Locator) -> None:
    box, page = dialog.bounding_box(), dialog.page.viewport_size
    assert box is not None
    assert page is not None
    assert abs(2 * box["x"] + box["width"] - page["width"]) <= 20, box  # a scroll bar
    assert abs(2 * box["y"] + box["height"] - page["height"]) <= 20, box


def test_a_link_asks_first_and_the_text_is_restored_after_going_back(
    forgetful: Forgetful, page: Page, customer: int
):
    url = f"{forgetful.app.url}/customers/{customer}"
    edit(page, url)
    type_in(page)
    orders = page.get_by_label("Tables").get_by_role("link", name="Orders", exact=True)
    orders.click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    assert_centred(question)
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(url)
    expect(page.get_by_label("City")).to_have_value("Oxford")
    orders.click()
    question.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    page.go_back()
    expect_back(page)


def test_back_asks_first_and_the_text_is_restored_after_going_forward(
    forgetful: Forgetful, page: Page
):
    page.goto(f"{forgetful.app.url}/customers")
    page.locator(".open-link").first.click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Oxford")
    row = page.url
    page.evaluate("history.back()")
    question = page.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Stay").click()
    expect(page).to_have_url(row)
    expect(page.get_by_label("City")).to_have_value("Oxford")
    page.evaluate("history.back()")
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(f"{forgetful.app.url}/customers")
    page.go_forward()
    expect(page.get_by_label("City")).to_have_value("Oxford", timeout=BACK_MS)


def test_a_person_who_stays_can_save(forgetful: Forgetful, page: Page, customer: int):
    """The framework disconnects when the browser is about to leave a page."""
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    type_in(page)
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    save(page)
    assert forgetful.app.query(ROW, customer)[0][2] == "Oxford"


def test_a_save_that_failed_loses_nothing(forgetful: Forgetful, page: Page, customer: int):
    taken = forgetful.app.query("select email from customers where id = 1")[0][0]
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    type_in(page)
    page.get_by_label("Email").fill(taken)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Another row already has this email.")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Oxford")
    page.reload()
    expect_back(page)
    page.get_by_label("Email").fill("second@typed.example")
    save(page)
    assert forgetful.app.query(ROW, customer)[0][1:3] == ("second@typed.example", "Oxford")


@pytest.mark.parametrize("way", ["discard", "cancel", "24 hours"])
def test_discarded_text_does_not_come_back(
    forgetful: Forgetful, page: Page, customer: int, way: str
):
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    type_in(page)
    page.reload()
    expect_back(page)
    if way == "discard":
        page.get_by_role("button", name="Discard them").click()
        expect(page.get_by_label("City")).to_have_value("Rome")
        expect(page.get_by_label("Newsletter")).not_to_be_checked()
        expect(page.get_by_text("Your unsaved changes from")).to_be_hidden()
    elif way == "cancel":
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Discard", exact=True).click()
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
    else:
        wait_until(lambda: age_drafts(page, "sample_shop", 24) == 1)
    page.reload()
    expect(page.get_by_role("button", name="Edit")).to_be_visible(timeout=BACK_MS)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("City")).to_have_value("Rome")
    assert forgetful.app.query(ROW, customer)[0][2:] == ("Rome", None, 0)


def test_two_tabs_on_one_row_keep_their_own_texts(
    forgetful: Forgetful, page: Page, context: BrowserContext, customer: int
):
    url, other = f"{forgetful.app.url}/customers/{customer}", context.new_page()
    edit(page, url)
    type_in(page)
    edit(other, url)
    expect(other.get_by_label("City")).to_have_value("Rome")
    other.get_by_label("Phone").fill("+44 1")
    save(other)
    page.reload()
    expect_back(page)
    save(page)
    assert forgetful.app.query(ROW, customer)[0][2:] == ("Oxford", "+44 1", 1)


def test_a_conflict_is_noticed_in_a_text_that_was_restored(
    forgetful: Forgetful, page: Page, customer: int
):
    """The save compares with the value that the text replaced, not with the value that the page loaded later."""
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    type_in(page)
    forgetful.app.execute("update customers set city = 'Bergen' where id = ?", customer)
    forgetful.expire()
    page.reload()
    expect_back(page)
    page.get_by_role("button", name="Save").click()
    versions = page.get_by_role("group", name="City")
    expect(versions).to_contain_text("Bergen", timeout=BACK_MS)
    expect(versions).to_contain_text("Oxford")
    assert forgetful.app.query(ROW, customer)[0][2] == "Bergen"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("😀" * 81, "At most 80 characters; this is 1 too many."),
        ("x" * 1_500_000, "At most 80 characters; this is 1,499,920 too many."),
    ],
)
def test_a_text_too_long_is_reported_at_its_field_and_the_connection_stays(
    forgetful: Forgetful, page: Page, customer: int, text: str, said: str
):
    edit(page, f"{forgetful.app.url}/customers/{customer}")
    page.get_by_label("Name").fill(text)
    page.get_by_role("button", name="Save").click()
    field = page.locator(".form-field", has=page.get_by_label("Name"))
    expect(field.get_by_role("alert")).to_have_text(said)
    expect(field.get_by_text("Up to 80 characters")).to_be_hidden()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Short")
    expect(field.get_by_role("alert")).to_have_count(0)
    save(page)
    assert forgetful.app.query(ROW, customer)[0][0] == "Short"


def test_a_text_too_long_for_the_connection_is_reported_at_its_field(
    forgetful: Forgetful, page: Page, customer: int
):
    """A message of 1 MB would close the connection without any error."""
    order = forgetful.app.query("select id from orders order by id limit 1")[0][0]
    page.goto(f"{forgetful.app.url}/orders/{order}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Note").fill("x" * 1_000_000)
    page.get_by_role("button", name="Save").click()
    field = page.locator(".form-field", has=page.get_by_label("Note"))
    expect(field.get_by_role("alert")).to_contain_text("Too long to be sent")
    page.get_by_label("Note").fill("Short")
    save(page)
    assert forgetful.app.query("select note from orders where id = ?", order) == [("Short",)]
