"""Dates, times and numbers are written as usual for the reader's language, wherever the reader is."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.generated.conftest import open_list

pytestmark = pytest.mark.browser

LOCAL = "async ([kind, text]) => (await import('/local.js')).local(kind, text)"


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[[str, str], Page]]:
    """Opens a page for a reader with that language, in that time zone."""
    with ExitStack() as opened:

        def page_of(locale: str, zone: str) -> Page:
            context = browser.new_context(locale=locale, timezone_id=zone)
            opened.callback(context.close)
            return context.new_page()

        yield page_of


@pytest.fixture
def order(shop) -> str:
    """The address of an order that is given to the second, at the end of its day."""
    shop.execute(
        "update orders set ordered_at = '2025-03-31 23:59:58', shipped_on = '2025-04-01',"
        " shipping_fee = 1234.5 where id = 7"
    )
    return f"{shop.url}/orders/7"


def field(page: Page, label: str):
    return page.locator(".pair", has=page.get_by_text(label, exact=True)).locator("dd > *")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(
    ("locale", "at", "on", "fee"),
    [
        ("en-US", "Mar 31, 2025, 11:59:58 PM", "Apr 1, 2025", "1,234.50"),
        ("de-DE", "31.03.2025, 23:59:58", "01.04.2025", "1.234,50"),
        ("fr-CH", "31 mars 2025, 23:59:58", "1 avr. 2025", "1 234,50"),
    ],
)
def test_a_date_is_the_same_day_in_every_time_zone(reader, order, zone, locale, at, on, fee):
    page = reader(locale, zone)
    page.goto(order)
    spaces = str.maketrans(dict.fromkeys("\u00a0\u202f\u2019", " "))

    def shown(label: str) -> str:
        return field(page, label).inner_text().translate(spaces)

    expect(field(page, "Shipped on")).to_be_visible()
    assert (shown("Ordered at"), shown("Shipped on"), shown("Shipping fee")) == (at, on, fee)
    expect(field(page, "Ordered at")).to_have_attribute("title", "2025-03-31T23:59:58")
    expect(field(page, "Shipped on")).to_have_attribute("title", "2025-04-01")
    expect(field(page, "Shipping fee")).to_have_attribute("title", "1234.5")


def test_lists_counts_and_the_dashboard_use_the_reader_s_language(shop, reader):
    page = reader("de-DE", "Europe/Berlin")
    total = f"{shop.query('select count(*) from orders')[0][0]:,}".replace(",", ".")
    page.goto(f"{shop.url}/orders")
    expect(page.get_by_role("status")).to_have_text(f"1\N{EN DASH}25 of {total}")
    expect(page.locator("tbody tr").first).to_contain_text(
        re.compile(r"\d\d\.\d\d\.\d{4}, \d\d:\d\d")
    )
    page.goto(shop.url)
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name=re.compile("^Orders"))).to_have_text(f"Orders{total}")
    months = re.compile(r"^(Jan|Feb|März|Apr|Mai|Juni|Juli|Aug|Sept|Okt|Nov|Dez)\.? \d{4}$")
    ticks = page.locator(".recharts-xAxis-tick-labels text, .recharts-xAxis text")
    expect(ticks.filter(has_text=months).first).to_be_visible()


def test_forms_and_searches_do_not_depend_on_the_reader(order, shop, reader):
    page = reader("de-DE", "Europe/Berlin")
    page.goto(order)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Shipped on")).to_have_value("2025-04-01")
    expect(page.get_by_label("Shipping fee")).to_have_value("1234.5")
    expect(page.get_by_label("Ordered at")).to_have_value("2025-03-31T23:59:58")
    open_list(page, f"{shop.url}/orders")
    page.get_by_label("Search Orders").fill("2025-03-31 23:59:58")
    expect(page.get_by_role("status")).to_have_text("1\N{EN DASH}1 of 1")


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("number", "12345678901234567890.123456789", "12,345,678,901,234,567,890.123456789"),
        ("number", "9007199254740993", "9,007,199,254,740,993"),
        ("number", "-1234567", "-1,234,567"),
        ("number", "2024", "2,024"),
        ("integer", "2024", "2024"),
        ("integer", "20240", "20,240"),
        ("integer", "-2024", "-2024"),
        ("number", "0.10", "0.10"),
        ("number", "1e-09", "1e-09"),
        ("number", "inf", "inf"),
        ("number", "1" * 400, "1" * 400),
        ("count", "26 to 50 of 6000+", "26 to 50 of 6,000+"),
        ("date", "0001-01-01", "Jan 1, 1"),
        ("date", "1815-12-10", "Dec 10, 1815"),
        ("date", "9999-12-31", "Dec 31, 9999"),
        ("date", "abcd-ef-gh", "abcd-ef-gh"),
        ("month", "2024-13", "2024-13"),
        ("month", "2024-12", "Dec 2024"),
        ("year", "2024", "2024"),
        ("time", "12:30", "12:30 PM"),
        ("time", "12:30:05", "12:30:05 PM"),
        ("datetime", "2024-03-10 02:30", "Mar 10, 2024, 2:30 AM"),
        ("datetime", "2024-05-01 08:30:09+00:00", "May 1, 2024, 1:30:09 AM PDT"),
        ("datetime", "2024-05-01 08:30+05:30", "Apr 30, 2024, 8:00:00 PM PDT"),
        ("", "2024-05-01", "2024-05-01"),
        ("constructor", "2024-05-01", "2024-05-01"),
    ],
)
def test_what_is_written_is_what_is_stored(shop, reader, kind, text, shown):
    page = reader("en-US", "America/Los_Angeles")
    page.goto(f"{shop.url}/local.js")
    assert page.evaluate(LOCAL, [kind, text]).replace("\u202f", " ") == shown
