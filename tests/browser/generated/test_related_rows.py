"""The rows that refer to a row, on its page: turned over, sorted, added and changed there.

The kind: what was typed survives a reload, an error and the way to another page; one save has one effect; the page stays
where it is. A period of the dashboard is part of its address."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.generated.conftest import App
from tests.browser.looking import overflow_width, serious_findings

pytestmark = pytest.mark.browser


@pytest.fixture
def customer(shop: App) -> int:
    """A customer for one test, with twelve orders."""
    shop.execute(
        "insert into customers(name, email, city, country, joined_on)"
        " values ('Relata', hex(randomblob(8)) || '@related.example', 'Rome', 'Italy', '2024-01-01')"
    )
    number = int(shop.query("select max(id) from customers")[0][0])
    for at in range(1, 13):
        shop.execute(
            "insert into orders(customer_id, ordered_at, status, payment_method, shipping_fee, total)"
            " values (?, ?, 'paid', 'card', ?, 0)",
            number,
            f"2025-01-{at:02} 10:00:00",
            at % 4,
        )
    return number


def orders_of(page: Page, shop: App, customer: int) -> Locator:
    page.goto(f"{shop.url}/customers/{customer}")
    block = page.locator('[data-relation="orders.customer_id"]')
    expect(block.get_by_role("link", name="Show all 12")).to_be_visible()
    return block


def fill(form: Locator, note: str) -> None:
    form.get_by_label("Ordered at").fill("2025-06-01T10:30")
    form.get_by_label("Status").select_option("paid")
    form.get_by_label("Payment method").select_option("card")
    form.get_by_label("Note").fill(note)


def notes(shop: App, customer: int) -> list[str | None]:
    found = shop.query("select note from orders where customer_id = ? order by id", customer)
    return [note for (note,) in found]


def test_they_are_turned_over_and_sorted(
    shop: App, customer: int, page: Page, console: list[str]
) -> None:
    block = orders_of(page, shop, customer)
    expect(block.locator(".count")).to_have_text("1–5 of 12")  # noqa: RUF001
    first = block.locator("tbody tr").first.inner_text()
    block.get_by_role("button", name="Next of Orders").click()
    expect(block.locator(".count")).to_have_text("6–10 of 12")  # noqa: RUF001
    block.get_by_role("button", name="Next of Orders").click()
    expect(block.locator("tbody tr")).to_have_count(2)
    expect(block.get_by_role("button", name="Next of Orders")).to_be_disabled()
    for _ in range(2):
        block.get_by_role("button", name="Previous of Orders").click()
    expect(block.locator("tbody tr").first).to_have_text(re.compile(re.escape(first.split()[0])))
    block.get_by_role("button", name="Ordered at").click()
    block.get_by_role("button", name="Ordered at").click()
    expect(block.locator("th[aria-sort=descending]")).to_have_text(re.compile("Ordered at"))
    expect(block.locator("tbody tr").first).to_contain_text("12, 2025")
    assert not console


def test_one_is_added_where_it_belongs(
    shop: App, customer: int, page: Page, console: list[str]
) -> None:
    block = orders_of(page, shop, customer)
    block.get_by_role("button", name="Add to Orders").click()
    form = block.locator("form")
    expect(form.locator("#field-customer_id")).to_contain_text("Relata")
    fill(form, "in place")
    form.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text("Row added.")).to_be_visible()
    expect(form).to_have_count(0)
    expect(block.get_by_role("link", name="Show all 13")).to_be_visible()
    expect(page).to_have_url(f"{shop.url}/customers/{customer}")
    assert notes(shop, customer)[12:] == ["in place"]
    block.locator("p", has_text="Added:").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/orders/\d+$"))
    assert not console


def test_an_error_is_at_its_field_and_nothing_is_lost(shop: App, customer: int, page: Page) -> None:
    block = orders_of(page, shop, customer)
    block.get_by_role("button", name="Add to Orders").click()
    form = block.locator("form")
    fill(form, "kept")
    form.get_by_label("Shipping fee").fill("-1")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Shipping fee")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Note")).to_have_value("kept")
    assert serious_findings(page) == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(form.get_by_label("Note")).to_have_value("kept")
    form.get_by_label("Shipping fee").fill("1")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert notes(shop, customer)[12:] == ["kept"]


def test_one_is_changed_and_the_page_of_rows_stays(shop: App, customer: int, page: Page) -> None:
    block = orders_of(page, shop, customer)
    block.get_by_role("button", name="Next of Orders").click()
    expect(block.locator(".count")).to_have_text("6–10 of 12")  # noqa: RUF001
    block.get_by_role("button", name="Change ").first.click()
    form = block.locator("form")
    form.get_by_label("Note").fill("changed here")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    expect(form).to_have_count(0)
    expect(block.locator(".count")).to_have_text("6–10 of 12")  # noqa: RUF001
    assert notes(shop, customer) == [None] * 5 + ["changed here"] + [None] * 6


def test_a_form_is_cancelled(shop: App, customer: int, page: Page) -> None:
    block = orders_of(page, shop, customer)
    block.get_by_role("button", name="Add to Orders").click()
    form = block.locator("form")
    form.get_by_label("Note").fill("never")
    form.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)
    page.reload()
    expect(block.get_by_role("link", name="Show all 12")).to_be_visible()
    expect(form).to_have_count(0)


def test_it_fits_a_phone(shop: App, customer: int, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    block = orders_of(page, shop, customer)
    block.get_by_role("button", name="Add to Orders").click()
    expect(block.locator("form")).to_be_visible()
    assert overflow_width(page) == 0
    assert serious_findings(page) == []
