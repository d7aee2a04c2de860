"""The list of sources, and the page of a source with its preview."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import overflow_width, serious_findings
from tests.browser.sources.forms import (
    LONG,
    choose,
    connect,
    connect_shop,
    open_form,
)

pytestmark = pytest.mark.browser


def test_the_sample_is_offered_and_its_tables_can_be_previewed(page: Page, server: Any) -> None:
    page.goto(f"{server.url}/sources")
    page.get_by_role("link", name="Sample shop").click()
    tables = page.get_by_role("navigation", name="Tables")
    for name in ("customers", "products", "orders", "order_items"):
        expect(tables.get_by_role("button", name=re.compile(f"^{name} "))).to_be_visible()
    tables.get_by_role("button", name=re.compile("^order_items ")).click()
    expect(page.get_by_role("heading", name="order_items", level=2)).to_be_visible()
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_text("orders.id")).to_be_visible()
    tables.get_by_role("button", name=re.compile("^orders ")).click()
    expect(page.get_by_text("customers.id")).to_be_visible()  # the columns are still shown
    expect(page.get_by_role("link", name="Generate an app")).to_have_attribute(
        "href", re.compile(r"/generate\?source=\w+")
    )


def test_an_uploaded_database_is_connected_and_previewed(
    page: Page, server: Any, shop: Path
) -> None:
    connect_shop(page, server, shop, "Previewed")
    expect(page.get_by_text("1 to 50 of 120 rows")).to_be_visible()
    first = page.get_by_role("region", name="Rows of item").locator("tbody tr").first
    expect(first).to_contain_text("item 001")
    expect(page.locator("td[data-kind=null]").first).to_have_text("null")
    expect(page.locator("td[data-kind=empty]").first).to_have_text("empty")

    page.get_by_role("button", name="name", exact=True).click()
    page.get_by_role("button", name="name", exact=True).click()
    expect(first).to_contain_text("item 120")
    expect(page.get_by_role("columnheader", name="name")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("51 to 100 of 120 rows")).to_be_visible()
    page.get_by_label("Search rows").fill("item 11")
    expect(page.get_by_text("1 to 10 of 10 rows")).to_be_visible()
    page.get_by_label("Search rows").fill("nothing at all")
    expect(page.get_by_text("No row matches")).to_be_visible()
    page.get_by_label("Search rows").fill("long")
    page.get_by_title("Show the whole value").first.click()
    expect(page.get_by_role("dialog").get_by_text(LONG.strip())).to_be_visible()


def test_the_head_of_the_preview_stays_while_its_rows_scroll(
    page: Page, server: Any, shop: Path
) -> None:
    connect_shop(page, server, shop, "Scrolled")
    expect(page.get_by_text("1 to 50 of 120 rows")).to_be_visible()
    region = page.get_by_role("region", name="Rows of item")
    expect(region.locator("tbody tr").first).to_contain_text("item 001")
    head = region.get_by_role("columnheader", name="name")
    before = head.bounding_box()
    region.evaluate("element => element.scrollTop = 400")
    assert region.evaluate("element => element.scrollTop") > 100
    assert head.bounding_box() == before
    number = region.locator("tbody tr").first.locator("td").first
    expect(number).to_have_css("text-align", "right")


def test_a_source_is_renamed_refreshed_and_deleted(page: Page, server: Any, shop: Path) -> None:
    connect_shop(page, server, shop, "First name")
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Sample shop")
    dialog.get_by_role("button", name="Rename source").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already a source")
    dialog.get_by_label("Name", exact=True).fill("Second name")
    dialog.get_by_role("button", name="Rename source").click()
    expect(page.get_by_role("heading", name="Second name", level=1)).to_be_visible()

    stored = Path(page.get_by_text("/corner_shop.db").inner_text())
    with sqlite3.connect(stored) as db:
        db.execute("CREATE TABLE added (id INTEGER PRIMARY KEY)")
    db.close()
    page.get_by_role("button", name="Refresh").click()
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button", name=re.compile("^added "))).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("alertdialog")
    asked.get_by_label("Type").fill("Second name")
    asked.get_by_role("button", name="Delete source").click()
    expect(page).to_have_url(re.compile(r"/sources/?$"))
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Second name")).to_have_count(0)


def test_a_source_is_edited_to_read_another_file(page: Page, server: Any, shop: Path) -> None:
    connect_shop(page, server, shop, "Edited")
    address = page.url
    page.get_by_role("link", name="Edit", exact=True).click()
    path = page.get_by_label("File path")
    expect(path).to_have_value(re.compile("corner_shop.db$"))
    path.fill("sample_shop.db")
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(address)
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button", name=re.compile("^order_items "))).to_be_visible()
    expect(page.get_by_role("heading", name="Edited", level=1)).to_be_visible()


def test_a_source_whose_file_is_missing_says_so_and_try_again_reads_it_when_it_is_back(
    page: Page, server: Any, shop: Path
) -> None:
    path = server.home / "samples" / "wandering.db"
    path.write_bytes(shop.read_bytes())
    open_form(page, server)
    page.get_by_label("File path").fill(str(path))
    connect(page, "Wandering")
    expect(page.get_by_text("1 to 50 of 120 rows")).to_be_visible()

    away = path.with_suffix(".away")
    path.rename(away)
    page.get_by_role("button", name="Next page").click()
    callout = page.get_by_role("alert").filter(has_text="no longer exists")
    expect(callout).to_be_visible()
    away.rename(path)
    callout.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("51 to 100 of 120 rows")).to_be_visible()
    expect(callout).to_have_count(0)


def test_the_page_of_an_unknown_source_says_so(page: Page, server: Any) -> None:
    page.goto(f"{server.url}/sources/nothing")
    expect(page.get_by_text("There is no such source")).to_be_visible()
    page.get_by_role("link", name="All sources").click()
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_serious_accessibility_findings_and_fit_the_screen(
    page: Page, server: Any, tmp_path: Path, scheme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    found = serious_findings(page)
    page.get_by_role("link", name="Sample shop").click()
    expect(page.get_by_text("1 to 50 of")).to_be_visible()
    found += serious_findings(page)
    assert overflow_width(page) == 0
    page.get_by_role("tab", name="Columns").click()
    found += serious_findings(page)

    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database at all, " * 100)
    open_form(page, server)
    found += serious_findings(page)
    choose(page, garbage)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator(".pd-field-error")).to_be_visible()
    found += serious_findings(page)
    assert overflow_width(page) == 0
    assert found == []
