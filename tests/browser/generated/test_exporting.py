"""A list is exported as it is shown: searched, filtered and sorted, but all of its pages."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import open_list
from tests.exported import csv_values

pytestmark = pytest.mark.browser


def download(page: Page, made: str, folder: Path) -> bytes:
    page.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("dialog", name="Export").locator(f'a[href*="/{made}?"]')
    with page.expect_download() as started:
        link.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    page.keyboard.press("Escape")
    return path.read_bytes()


def test_an_export_has_the_rows_of_the_list_in_its_order(shop, page: Page, tmp_path, console):
    open_list(page, f"{shop.url}/orders?status=cancelled")
    cancelled = shop.query("select id from orders where status = 'cancelled' order by id")
    ids = [row[0] for row in cancelled]
    assert len(ids) > 25, "more than one page"
    names, rows = csv_values(download(page, "csv", tmp_path))
    assert [row[names.index("id")] for row in rows] == ids
    heading = page.get_by_role("columnheader", name="Ordered at")
    heading.get_by_role("button").click()
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    latest = shop.query(
        "select id from orders where status = 'cancelled' order by ordered_at desc, id desc"
    )
    ids = [row[0] for row in latest]
    assert [row["id"] for row in json.loads(download(page, "json", tmp_path))] == ids
    sheet = openpyxl.load_workbook(io.BytesIO(download(page, "excel", tmp_path))).active
    at = [cell.value for cell in sheet[1]].index("id")
    assert [row[at] for row in sheet.iter_rows(min_row=2, values_only=True)] == ids
    guarded = download(page, "guarded-csv", tmp_path)
    assert guarded.startswith("\ufeff".encode())
    assert len(csv_values(guarded[3:])[1]) == len(ids)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert not console


def test_the_menu_is_reached_by_the_keyboard(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    page.get_by_role("button", name="Export", exact=True).focus()
    page.keyboard.press("Enter")
    links = page.get_by_role("dialog", name="Export").get_by_role("link")
    expect(links).to_have_count(4)
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_focused()


def test_a_refused_export_says_why_in_a_tab_of_its_own(shop, page: Page):
    open_list(page, f"{shop.url}/products")
    shop.database.rename(shop.database.with_suffix(".away"))
    try:
        page.get_by_role("button", name="Export", exact=True).click()
        with page.expect_popup() as opened:
            page.get_by_role("dialog", name="Export").get_by_role("link", name="JSON").click()
        expect(opened.value.get_by_text("Restore it")).to_be_visible()
    finally:
        shop.database.with_suffix(".away").rename(shop.database)
    expect(page.locator("tbody tr").first).to_be_visible()
