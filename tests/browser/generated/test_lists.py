"""Working with a list: opening rows, its address, its filters, the order of its columns, and named views."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.generated.conftest import open_list

pytestmark = pytest.mark.browser


def cell(page: Page, heading: str, row: int = 0) -> Locator:
    labels = page.locator("thead th:not(.open)").all_inner_texts()
    cells = page.locator("tbody tr").nth(row).locator("td:not(.open)")
    return cells.nth(labels.index(heading))


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def add_filter(page: Page, field: str, comparison: str) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label=field)
    page.get_by_label("Comparison").select_option(label=comparison)


def headings(page: Page) -> list[str]:
    return page.locator("thead th:not(.open)").all_inner_texts()


def test_a_click_anywhere_on_a_row_opens_it(shop, page: Page, console):
    open_list(page, f"{shop.url}/products")
    row = page.locator("tbody tr").first
    address = row.locator(".open-link").get_attribute("href")
    assert row.locator(f'a[href="{address}"]').count() == 1
    cell(page, "Price").click()
    expect(page).to_have_url(f"{shop.url}{address}")
    assert not console


def test_links_buttons_and_selected_text_in_a_row_keep_what_they_do(shop, page: Page):
    open_list(page, f"{shop.url}/orders")
    link = page.locator("tbody tr").first.locator("td:not(.open) a").first
    address = link.get_attribute("href")
    link.click()
    expect(page).to_have_url(f"{shop.url}{address}")
    page.go_back()
    page.locator("tbody tr").first.wait_for()
    page.evaluate(
        "cell => getSelection().selectAllChildren(cell)", cell(page, "Status").element_handle()
    )
    cell(page, "Status").dispatch_event("click")
    expect(page).to_have_url(re.compile(r"/orders(\?.*)?$"))


def test_a_click_with_the_control_key_opens_the_row_beside(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    address = page.locator("tbody tr .open-link").first.get_attribute("href")
    with page.context.expect_page() as opened:
        cell(page, "Price").click(modifiers=["ControlOrMeta"])
    expect(opened.value).to_have_url(f"{shop.url}{address}")
    expect(page).to_have_url(f"{shop.url}/products")


def test_back_forward_and_reload_show_what_was_shown(shop, page: Page, console):
    open_list(page, f"{shop.url}/orders")
    everything = status(page).inner_text()
    add_filter(page, "Status", "is")
    page.get_by_label("Value").select_option("paid")
    page.get_by_role("button", name="Add filter").click()
    expect(page).to_have_url(f"{shop.url}/orders?status=paid")
    expect(status(page)).not_to_have_text(everything)
    paid = status(page).inner_text()
    page.get_by_role("columnheader", name="Ordered at").get_by_role("button").click()
    expect(page).to_have_url(f"{shop.url}/orders?status=paid&:sort=ordered_at")
    page.go_back()
    expect(page).to_have_url(f"{shop.url}/orders?status=paid")
    heading = page.get_by_role("columnheader", name="Ordered at")
    expect(heading).to_have_attribute("aria-sort", "none")
    page.go_back()
    expect(status(page)).to_have_text(everything)
    expect(page.get_by_role("list", name="Filters")).to_have_count(0)
    page.go_forward()
    page.go_forward()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.reload()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(status(page)).to_have_text(paid)
    assert not console


def test_the_address_shows_the_same_list_to_another_person(shop, page: Page, browser: Browser):
    open_list(page, f"{shop.url}/products")
    page.get_by_role("columnheader", name="Price").get_by_role("button").click()
    page.get_by_label("Search Products").fill("a")
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("button", name="Move up: Price").click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r":search=a&:sort=price&:columns="))
    expect(status(page)).to_contain_text("of ")
    context = browser.new_context()
    other = context.new_page()
    open_list(other, page.url)
    expect(status(other)).to_have_text(status(page).inner_text())
    assert headings(other) == headings(page)
    assert other.locator("tbody").inner_text() == page.locator("tbody").inner_text()
    context.close()


def test_a_typed_search_keeps_its_text_and_its_focus(shop, page: Page):
    open_list(page, f"{shop.url}/customers")
    search = page.get_by_label("Search Customers")
    search.press_sequentially("example", delay=90)
    expect(page).to_have_url(re.compile(":search=example$"))
    expect(search).to_have_value("example")
    expect(search).to_be_focused()
    page.go_back()
    expect(page).not_to_have_url(re.compile(":search="))


def test_rows_of_a_relation_are_picked_and_filters_joined_by_or(shop, page: Page):
    first, second = shop.query("select id, name from customers order by id limit 2")
    open_list(page, f"{shop.url}/orders")
    add_filter(page, "Customer", "is one of")
    for _, name in (first, second):
        page.get_by_label("Search the values").fill(name)
        page.get_by_role("checkbox", name=name).first.check()
    page.get_by_role("button", name="Add filter").click()
    expect(page).to_have_url(f"{shop.url}/orders?customer_id:in={first[0]},{second[0]}")
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Customer is one of ")
    add_filter(page, "Status", "is")
    page.get_by_label("Value").select_option("paid")
    page.get_by_role("button", name="Add filter").click()
    condition = f"customer_id in ({first[0]}, {second[0]}) {{}} status = 'paid'"
    for words, joined in (("all of", "and"), ("any of", "or")):
        page.get_by_label("Rows that match").select_option(label=words)
        sql = f"select count(*) from orders where {condition.format(joined)}"
        [(count,)] = shop.query(sql)
        expect(status(page)).to_contain_text(f" of {count:,}" if count else "No rows")


def test_at_least_and_distinct_values(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    add_filter(page, "Price", "is at least")
    page.get_by_label("Value").fill("50")
    page.get_by_role("button", name="Add filter").click()
    [(count,)] = shop.query("select count(*) from products where price >= 50")
    expect(status(page)).to_contain_text(f" of {count:,}" if count else "No rows")
    open_list(page, f"{shop.url}/customers")
    [(city,)] = shop.query(
        "select city from customers group by city order by count(*) desc limit 1"
    )
    [(count,)] = shop.query("select count(*) from customers where city = ?", city)
    add_filter(page, "City", "is one of")
    page.get_by_role("checkbox", name=city, exact=True).check()
    page.get_by_role("button", name="Add filter").click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text(f"City is {city}")
    expect(status(page)).to_contain_text(f" of {count:,}")


def test_the_order_of_columns_is_kept_and_the_keyboard_moves_them(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    before = headings(page)
    page.get_by_role("button", name="Columns", exact=True).click()
    down = page.get_by_role("button", name=f"Move down: {before[0]}")
    down.focus()
    page.keyboard.press("Enter")
    moved = [before[1], before[0], *before[2:]]
    expect(page.locator("thead th:not(.open)")).to_have_text(moved)
    expect(down).to_be_focused()
    page.keyboard.press("Escape")
    page.goto(f"{shop.url}/products")
    expect(page.locator("thead th:not(.open)")).to_have_text(moved)
    expect(page).to_have_url(re.compile(":columns="))
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("thead th:not(.open)")).to_have_text(before)
    expect(page).to_have_url(f"{shop.url}/products")


@pytest.fixture
def without_views(shop) -> Iterator[None]:
    yield
    (shop.folder / ".views.db").unlink(missing_ok=True)


@pytest.mark.usefixtures("without_views")
def test_a_view_is_kept_under_a_name(shop, page: Page, console):
    open_list(page, f"{shop.url}/orders?status=paid&:sort=-ordered_at")
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_label("Name of this view").fill("Newest paid")
    page.get_by_role("button", name="Save this view").click()
    entry = page.get_by_role("list", name="Views").get_by_role("link", name="Newest paid")
    expect(entry).to_be_visible()
    open_list(page, f"{shop.url}/orders")
    page.get_by_role("button", name="Views", exact=True).click()
    entry.click()
    expect(page).to_have_url(re.compile(r"/orders\?status=paid&:sort=-ordered_at"))
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Status is paid")
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("button", name="Remove the view Newest paid").click()
    expect(page.get_by_text("No views yet.")).to_be_visible()
    assert not console


def test_the_way_back_from_a_row_leads_to_the_list_as_it_was(shop, page: Page):
    open_list(page, f"{shop.url}/orders?status=paid")
    cell(page, "Status").click()
    expect(page).to_have_url(re.compile(r"/orders/\d+$"))
    page.locator("a.crumb").click()
    expect(page).to_have_url(f"{shop.url}/orders?status=paid")
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Status is paid")
