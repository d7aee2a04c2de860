"""A save that takes long, and a person who opens another page meanwhile.

The kind: whatever a save does when it ends, if the page is no longer the one from which it was sent. To it belong
an error shown at another row, a redirect away from another page, and text typed into a form that is about to close."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import App, app_that_waits, serve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop(shop: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The sample shop with a database of its own, whose saves wait a minute for another program."""
    folder = tmp_path_factory.mktemp("slow")
    database = folder / "shop.db"
    shutil.copy(shop.database, database)
    with serve(app_that_waits(shop, folder), database) as app:
        yield app


@contextlib.contextmanager
def database_in_use(shop, *statements: str) -> Iterator[None]:
    """Another program writes to the database; a save waits for it."""
    with contextlib.closing(sqlite3.connect(shop.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        for each in statements:
            other.execute(each)
        yield
        other.execute("commit")


@pytest.fixture
def customers(shop) -> list[int]:
    """Two customers for one test."""
    shop.execute("delete from customers where email like '%@slow.example'")
    for name in ("One", "Two"):
        shop.execute(
            "insert into customers(name, email, city, country, joined_on, newsletter)"
            " values (?, ?, 'Rome', 'Italy', '2024-01-01', 0)",
            f"{name} Slow",
            f"{name.lower()}@slow.example",
        )
    found = shop.query("select id from customers where email like '%@slow.example' order by id")
    return [key for (key,) in found]


def is_saving(page: Page) -> None:
    expect(page.locator("button[type=submit]:disabled")).to_be_visible()


def leave_for(page: Page, name: str) -> None:
    page.get_by_label("Tables").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_refused_save_is_reported_on_the_page_that_is_open_by_then(
    shop, page: Page, customers: list[int], console
):
    first, _ = customers
    page.goto(f"{shop.url}/customers/{first}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Oxford")
    with database_in_use(shop, f"update customers set city = 'Bergen' where id = {first}"):
        page.get_by_role("button", name="Save").click()
        is_saving(page)
        leave_for(page, "Customers")
    expect(page.get_by_text("Save “One Slow”: Somebody else has changed")).to_be_visible()
    page.get_by_role("link", name="Open One Slow").or_(page.locator(".open-link")).first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Customers")
    expect(page.get_by_text("Both versions are shown below")).to_have_count(0)
    page.goto(f"{shop.url}/customers/{first}")
    expect(page.get_by_label("City")).to_have_value("Oxford")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("group", name="City")).to_contain_text("Bergen")
    assert shop.query("select city from customers where id = ?", first) == [("Bergen",)]
    assert not console


def test_a_person_who_opened_another_page_stays_there_when_the_row_is_added(
    shop, page: Page, console
):
    shop.execute("delete from customers where email like '%@slow.example'")
    page.goto(f"{shop.url}/customers/new")
    for label, value in {
        "Name": "New Slow",
        "Email": "new@slow.example",
        "City": "Rome",
        "Country": "Italy",
        "Joined on": "2024-05-17",
    }.items():
        page.get_by_label(label).fill(value)
    with database_in_use(shop):
        page.get_by_role("button", name="Save").click()
        is_saving(page)
        leave_for(page, "Orders")
    expect(page.get_by_text("Save “New customer”: done.")).to_be_visible()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    page.goto(f"{shop.url}/customers/new")
    expect(page.get_by_label("Name")).to_have_value("")
    assert shop.query("select name from customers where email = 'new@slow.example'") == [
        ("New Slow",)
    ]
    assert not console


def test_nothing_can_be_typed_into_a_form_that_is_being_saved(
    shop, page: Page, customers: list[int], console
):
    page.goto(f"{shop.url}/customers/{customers[0]}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Oxford")
    with database_in_use(shop):
        page.get_by_role("button", name="Save").click()
        is_saving(page)
        phone = page.locator("#field-phone")
        assert phone.evaluate("each => { each.focus(); return document.activeElement !== each }")
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Phone").fill("+39 1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    found = shop.query("select city, phone from customers where id = ?", customers[0])
    assert found == [("Oxford", "+39 1")]
    assert not console
