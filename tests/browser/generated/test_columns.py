"""Choosing the columns of a list."""

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.generated.conftest import open_list

pytestmark = pytest.mark.browser

IS_HYDRATED = """() => {
  const main = document.querySelector("main");
  return Boolean(main) && Object.keys(main).some((name) => name.startsWith("__reactProps"));
}"""
"""Whether React handles the page's events."""


def headings(page: Page) -> list[str]:
    return page.locator("thead th:not(.open)").all_inner_texts()


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="Columns", exact=True).click()
    expect(page.get_by_role("group", name="Columns shown")).to_be_visible()


def test_a_column_is_hidden_and_the_browser_remembers_it(shop, page: Page, console):
    open_list(page, f"{shop.url}/products")
    every = headings(page)
    cells = page.locator("tbody tr").first.locator("td:not(.open)")
    at = every.index("Price")
    price = cells.nth(at).inner_text()
    open_menu(page)
    page.get_by_role("checkbox", name="Price", exact=True).uncheck()
    expect(page.get_by_role("columnheader", name="Price")).to_have_count(0)
    assert headings(page) == [label for label in every if label != "Price"]
    expect(cells).to_have_count(len(every) - 1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Columns", exact=True)).to_be_focused()
    page.reload()
    page.locator("tbody tr").first.wait_for()
    assert headings(page) == [label for label in every if label != "Price"]
    page.goto(f"{shop.url}/order-items")
    expect(page.get_by_role("columnheader", name="Unit price")).to_be_visible()
    open_list(page, f"{shop.url}/products")
    open_menu(page)
    expect(page.get_by_role("checkbox", name="Price", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("columnheader", name="Price")).to_be_visible()
    assert headings(page) == every
    assert cells.nth(at).inner_text() == price
    assert not console


def test_the_last_column_cannot_be_hidden(shop, page: Page):
    open_list(page, f"{shop.url}/customers")
    open_menu(page)
    boxes = page.get_by_role("group", name="Columns shown").get_by_role("checkbox")
    for at in range(boxes.count() - 1):
        boxes.nth(at).uncheck()
        expect(page.get_by_role("columnheader")).to_have_count(boxes.count() - at)
    expect(boxes.last).to_be_disabled()
    expect(boxes.last).to_be_checked()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("columnheader")).to_have_count(boxes.count() + 1)
    expect(boxes.last).to_be_enabled()


def test_the_keyboard_alone_is_enough(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    page.get_by_role("button", name="Columns", exact=True).focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name="Name", exact=True)
    box.wait_for()
    menu = page.get_by_role("group", name="Columns shown")
    expect(menu.get_by_role("checkbox").first).to_be_focused()
    for _ in range(10):
        if box.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Name", exact=True)).to_have_count(0)
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Name", exact=True)).to_be_visible()


def test_a_long_text_is_shown_in_full_when_columns_are_hidden(shop, page: Page):
    note = "Behind a hidden column. " * 20
    shop.execute("update orders set note = ? where id = 5", note)
    open_list(page, f"{shop.url}/orders?id=5")
    open_menu(page)
    page.get_by_role("checkbox", name="ID", exact=True).uncheck()
    page.get_by_role("checkbox", name="Status", exact=True).uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show more of Note").click()
    expect(page.get_by_role("dialog")).to_contain_text(note.strip())


def test_a_list_is_no_longer_sorted_by_a_column_that_is_hidden(shop, page: Page):
    page.goto(f"{shop.url}/products")
    heading = page.get_by_role("columnheader", name="Price")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    open_menu(page)
    page.get_by_role("checkbox", name="Price", exact=True).uncheck()
    expect(page.locator("tbody tr").first.get_by_role("link").first).to_have_attribute(
        "href", "/products/1"
    )


def test_a_menu_that_is_opened_before_the_state_arrives_shows_the_columns_of_the_state(
    shop, page: Page, console
):
    open_list(page, f"{shop.url}/products")
    open_menu(page)
    price = page.get_by_role("checkbox", name="Price", exact=True)
    price.uncheck()
    expect(page.get_by_role("columnheader", name="Price")).to_have_count(0)

    held: list[tuple[WebSocketRoute, str | bytes]] = []
    is_held = True

    def hold(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(
            lambda text: held.append((server, text)) if is_held else server.send(text)
        )

    page.route_web_socket("**/_event/**", hold)
    page.reload()
    page.wait_for_function(IS_HYDRATED)
    open_menu(page)
    expect(price).to_be_checked()
    is_held = False
    for server, text in held:
        server.send(text)
    expect(price).not_to_be_checked()
