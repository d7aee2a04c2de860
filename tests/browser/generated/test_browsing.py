"""Browsing the data in a generated app."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import open_dashboard, open_list

pytestmark = pytest.mark.browser


def first_column(page: Page, position: int) -> list[str]:
    return page.locator(f"tbody tr td:nth-child({position})").all_inner_texts()


def test_the_list_has_pages_and_a_row_count(shop, page: Page, console):
    total = shop.query("select count(*) from order_items")[0][0]
    page.goto(f"{shop.url}/order-items")
    expect(page.get_by_role("status")).to_have_text(f"1\N{EN DASH}25 of {total:,}")
    assert page.locator("tbody tr").count() == 25
    first = first_column(page, 2)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("status")).to_have_text(f"26\N{EN DASH}50 of {total:,}")
    assert not set(first) & set(first_column(page, 2))
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("status")).to_have_text(f"1\N{EN DASH}25 of {total:,}")
    assert first_column(page, 2) == first
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_label("Rows per page").select_option("100")
    expect(page.get_by_role("status")).to_have_text(f"1\N{EN DASH}100 of {total:,}")
    assert not console


def test_a_click_on_a_heading_sorts_and_shows_the_direction(shop, page: Page):
    page.goto(f"{shop.url}/products")
    heading = page.get_by_role("columnheader", name="Price")
    expect(heading).to_have_attribute("aria-sort", "none")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    dearest = shop.query("select name from products order by price desc, id desc limit 1")[0][0]
    expect(page.locator("tbody tr").first).to_contain_text(dearest)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "none")


def test_the_search_narrows_the_list(shop, page: Page):
    name, email = shop.query("select name, email from customers where id = 17")[0]
    open_list(page, f"{shop.url}/customers")
    page.get_by_label("Search Customers").fill(email)
    expect(page.get_by_role("status")).to_have_text("1\N{EN DASH}1 of 1")
    expect(page.locator("tbody tr")).to_contain_text(name)
    page.get_by_label("Search Customers").fill("no such thing anywhere")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Clear search and filters").click()
    expect(page.locator("tbody tr")).to_have_count(25)


def test_filters_are_chips_that_can_be_removed(shop, page: Page):
    open_list(page, f"{shop.url}/orders")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Status")
    page.get_by_label("Value").select_option("paid")
    page.get_by_role("button", name="Add filter").click()
    paid = shop.query("select count(*) from orders where status = 'paid'")[0][0]
    expect(page.get_by_role("status")).to_contain_text(f" of {paid:,}")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Ordered at")
    page.get_by_label("From").fill("2025-01-01")
    page.get_by_label("To", exact=True).fill("2025-03-31")
    page.get_by_role("button", name="Add filter").click()
    both = shop.query(
        "select count(*) from orders where status = 'paid'"
        " and ordered_at >= '2025-01-01' and ordered_at < '2025-04-01'"
    )[0][0]
    chips = page.get_by_role("list", name="Filters")
    expect(chips).to_contain_text("Status is paid")
    expect(chips).to_contain_text("Ordered at from 2025-01-01 to 2025-03-31")
    expected = f" of {both:,}" if both else "No rows"
    expect(page.get_by_role("status")).to_contain_text(expected)
    page.get_by_role("button", name="Remove the filter on Ordered at").click()
    expect(page.get_by_role("status")).to_contain_text(f" of {paid:,}")


def test_a_filter_without_a_value_says_so(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Price")
    page.get_by_role("button", name="Add filter").click()
    expect(page.get_by_text("Enter a value.")).to_be_visible()


def test_a_row_has_an_address_that_can_be_shared(shop, page: Page):
    order, customer, name = shop.query(
        "select o.id, c.id, c.name from orders o join customers c on c.id = o.customer_id limit 1"
    )[0]
    page.goto(f"{shop.url}/orders/{order}")
    page.locator("dl").get_by_role("link", name=name).click()
    expect(page).to_have_url(f"{shop.url}/customers/{customer}")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    orders = shop.query("select count(*) from orders where customer_id = ?", customer)[0][0]
    page.get_by_role("link", name=f"Show all {orders}").click()
    expect(page).to_have_url(re.compile(rf"/orders\?customer_id={customer}$"))
    expect(page.get_by_role("status")).to_have_text(re.compile(rf" of {orders}$"))


def test_null_and_empty_text_look_different(shop, page: Page):
    shop.execute(
        "insert into customers(id, name, email, phone, city, country, joined_on)"
        " values (900001, 'Nulla', 'nulla@example.com', null, 'Rome', 'Italy', '2024-01-01'),"
        " (900002, 'Vacua', 'vacua@example.com', '', 'Rome', 'Italy', 'no date at all')"
    )
    page.goto(f"{shop.url}/customers/900001")
    expect(page.locator(".pair", has_text="Phone").locator("dd")).to_have_text("—")
    page.goto(f"{shop.url}/customers/900002")
    expect(page.locator(".pair", has_text="Phone").locator("dd")).to_have_text("empty")
    expect(page.locator(".pair", has_text="Joined on").locator("dd")).to_have_text("no date at all")


def test_a_long_text_is_cut_and_shown_in_full_on_demand(shop, page: Page):
    note = "All work and no play. " * 20
    shop.execute("update orders set note = ? where id = 3", note)
    page.goto(f"{shop.url}/orders?id=3")
    page.get_by_role("button", name="Show more of Note").click()
    expect(page.get_by_role("dialog")).to_contain_text(note.strip())
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_dashboard_shows_counts_and_charts(shop, page: Page, console):
    page.goto(shop.url)
    products = shop.query("select count(*) from products")[0][0]
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("^Products"))).to_have_text(
        f"Products{products}"
    )
    charts = page.locator(".chart svg.recharts-surface")
    expect(charts.first).to_be_visible()
    assert charts.count() >= 1
    assert not console


def test_arrow_keys_move_between_rows(shop, page: Page):
    page.goto(f"{shop.url}/products")
    links = page.locator("tbody .open-link")
    links.first.focus()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/products/\d+$"))


def test_on_a_phone_the_menu_leads_to_every_page(shop, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_dashboard(page, shop.url)
    page.locator(".menu-button").click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Orders").click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(25)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_chosen_theme_is_kept(shop, page: Page):
    open_dashboard(page, shop.url)
    page.get_by_role("button", name="Switch between light and dark").first.click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
