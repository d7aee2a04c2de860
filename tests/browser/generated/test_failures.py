"""What a generated app says when its data cannot be read, and how it recovers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def without_database(shop) -> Iterator[None]:
    """The database file is missing until the test puts it back with `restore`."""
    away = shop.database.with_suffix(".away")
    shop.database.rename(away)
    yield
    if away.exists():
        away.rename(shop.database)


def restore(shop) -> None:
    shop.database.with_suffix(".away").rename(shop.database)


@pytest.mark.parametrize("path", ["/customers", "/orders/1", "/"])
@pytest.mark.usefixtures("without_database")
def test_a_file_that_is_missing_and_comes_back(shop, page: Page, path: str):
    page.goto(shop.url + path)
    expect(page.get_by_text("The data cannot be reached")).to_be_visible()
    assert not shop.database.exists()
    restore(shop)
    page.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("The data cannot be reached")).to_be_hidden()
    content = {"/customers": "tbody tr", "/orders/1": "dl dd", "/": ".card-count"}
    expect(page.locator(content[path]).first).to_be_visible()


def test_a_file_that_is_no_database_is_reported(shop, page: Page):
    away = shop.database.with_suffix(".away")
    shop.database.rename(away)
    shop.database.write_bytes(b"this is not a database " * 500)
    try:
        page.goto(f"{shop.url}/customers")
        expect(page.get_by_text("The data cannot be read")).to_be_visible()
    finally:
        away.replace(shop.database)
    page.get_by_role("button", name="Try Again").click()
    expect(page.locator("tbody tr")).to_have_count(25)


@pytest.mark.parametrize("key", ["99999999", "nonsense", "~bad", "~WzFd", "%27%22"])
def test_an_address_of_a_row_that_does_not_exist_says_so(shop, page: Page, key: str):
    shop.execute("delete from order_items where id = 1")
    page.goto(f"{shop.url}/order-items/{key}")
    expect(page.get_by_text("This row is gone")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Go to Order items").click()
    expect(page.locator("tbody tr").first).to_be_visible()


def test_the_page_of_an_unknown_address_links_to_the_app(shop, page: Page):
    page.goto(f"{shop.url}/no-such-page")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Go to the dashboard").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
