"""The main use case from start to end: a source, the form, a running app, its data."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.answering import answers
from tests.browser.driving import (
    choose_kind,
    fill_generate_form,
    open_app_address,
    rows,
    start_generation,
    wait_until,
)
from tests.flights import FlightsUnavailable, fetch_flights

pytestmark = pytest.mark.browser


def test_sample_shop_becomes_a_live_app_whose_rows_can_be_edited(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "Corner shop", editing=True)
    start_generation(page)
    address = open_app_address(page)
    shop = server.home / "samples" / "sample_shop.db"

    page.goto(f"{address}/customers")
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("City").fill("London")
    page.get_by_label("Country").fill("United Kingdom")
    page.get_by_label("Joined on").fill("2024-02-29")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    found = "select name, joined_on, city from customers where email = 'ada@example.org'"
    assert rows(shop, found) == [("Ada Lovelace", "2024-02-29", "London")]

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Bath")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Bath", exact=True).first).to_be_visible()
    assert rows(shop, found) == [("Ada Lovelace", "2024-02-29", "Bath")]

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
    wait_until(lambda: rows(shop, found) == [])


def test_an_app_of_a_changed_plan_can_be_stopped_started_downloaded_and_deleted(
    page: Page, server: Any
) -> None:
    fill_generate_form(page, server.url, "Planned shop", editing=True)
    page.get_by_role("checkbox", name="order_items").click()
    expect(page.locator("[data-table='order_items']")).to_have_count(0)
    page.locator("[data-table='products'] summary").click()
    page.get_by_label("Label of Products sku").fill("Article number")
    page.get_by_label("Hidden of Products weight_kg").click()
    page.get_by_label("Add a column to the name of a row of Products").select_option("sku")
    page.get_by_role("button", name="Move up: sku").click()
    products = page.locator("[data-table='products']")
    products.get_by_role("button", name="Leave out of the list: price").click()
    products.get_by_role("button", name="Move up: column sku").click()
    products.get_by_label("One row is").fill("Article")
    page.get_by_label("Title of the chart").first.fill("My own chart")
    page.get_by_label("Title of the chart").first.blur()
    start_generation(page)
    address = open_app_address(page)

    page.goto(address)
    expect(page.get_by_text("My own chart")).to_be_visible()
    expect(page.get_by_role("link", name="Order items")).to_have_count(0)
    page.goto(f"{address}/products")
    expect(page.get_by_role("columnheader", name="Article number")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Price")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Weight (kg)")).to_have_count(0)
    expect(page.get_by_role("link", name="New article")).to_be_visible()
    cells = page.locator("tbody tr").first.locator("td")
    labels = page.locator("thead th").all_inner_texts()
    at = [labels.index(label) for label in ("Article number", "Name")]
    sku, name = (cells.nth(each).text_content() for each in at)
    expect(page.get_by_role("link", name=f"Open {sku} {name}", exact=True)).to_be_visible()

    page.goto(f"{server.url}/apps/planned_shop")
    expect(page.locator("[data-state='running']")).to_be_visible()

    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-state='stopped']")).to_be_visible()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, timeout=60)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("[data-state='running']")).to_be_visible()
    wait_until(lambda: answers(address))

    with page.expect_download() as download:
        page.get_by_role("button", name="Download code").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    names = archive.namelist()
    assert any(name.endswith("requirements.txt") for name in names)
    assert not any("proto_ddf" in archive.read(name).decode(errors="ignore") for name in names)

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_label("Type").fill("Planned shop")
    dialog.get_by_role("button", name="Delete app").click()
    expect(page).to_have_url(f"{server.url}/apps")
    expect(page.get_by_text("Planned shop")).to_have_count(0)
    assert not (server.home / "apps" / "planned_shop").exists()


def test_flights_files_are_uploaded_and_become_a_live_app(page: Page, server: Any) -> None:
    try:
        files = fetch_flights()
    except FlightsUnavailable as reason:
        pytest.skip(str(reason))
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, "CSV")
    page.get_by_label("Name").fill("Flights")
    page.locator("input[type=file]").set_input_files([str(path) for path in files.values()])
    expect(page.get_by_text("flights.csv.zip", exact=True)).to_be_visible()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name="Flights", level=1)).to_be_visible(timeout=120_000)
    expect(page.get_by_text("336,776").first).to_be_visible()

    fill_generate_form(page, server.url, "Flights of 2013", source="Flights")
    start_generation(page)
    address = open_app_address(page)
    database = server.home / "apps" / "flights_of_2013" / "data" / "app.db"
    assert rows(database, "select count(*) from flights") == [(336_776,)]
    assert rows(database, "select count(*) from flights where dep_time is null") == [(8255,)]
    page.goto(f"{address}/flights")
    expect(page.get_by_text("of 336,776")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
