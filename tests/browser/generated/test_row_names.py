"""How rows are called where a person chooses, reads and deletes them."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_rows_with_equal_names_are_told_apart_in_a_picker(shop, page: Page, console):
    add = "insert into customers(name, email, city, country, joined_on) values (?, ?, 'Rome', 'Italy', '2024-01-01')"
    for email in ("one.twin@example.com", "other.twin@example.com"):
        shop.execute(add, "Twin Sisters", email)
    (first,), (second,) = shop.query("select id from customers where name = 'Twin Sisters'")

    page.goto(f"{shop.url}/orders/new")
    expect(page.get_by_role("heading", name="New order", level=1)).to_be_visible()
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").fill("sisters twin")
    choices = page.locator(".choice", has_text="Twin Sisters")
    expect(choices).to_have_text([f"Twin Sisters{key}" for key in (first, second)])
    page.get_by_label("Search Customer").fill(str(second))
    page.locator(".choice", has_text=f"Twin Sisters{second}").click()
    expect(page.locator("#field-customer_id")).to_contain_text("Twin Sisters")
    page.get_by_label("Ordered at").fill("2025-06-01T10:30")
    page.get_by_label("Status").select_option("paid")
    page.get_by_label("Payment method").select_option("card")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Row added.")).to_be_visible()

    [(order,)] = shop.query("select id from orders where customer_id = ?", second)
    called = f"Order {order} (Twin Sisters)"
    expect(page.get_by_role("heading", name=called, level=1)).to_be_visible()
    page.get_by_role("button", name="Delete this order").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(f"Delete “{called}”?")
    question.get_by_role("button", name="Keep it").click()

    page.goto(f"{shop.url}/orders")
    page.get_by_label("Search Orders").fill("twin sisters")
    expect(page.get_by_role("link", name=f"Open {called}")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1\N{EN DASH}1 of 1")).to_be_visible()
    assert not console
