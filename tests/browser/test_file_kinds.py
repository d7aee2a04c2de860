"""Files of every kind in the browser: from the upload in the form to the preview and to a generated app."""

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    SOON_MS,
    choose_kind,
    fill_generate_form,
    note_toasts,
    open_app_address,
    rows,
    start_generation,
    wait_until_noted,
)
from tests.browser.looking import serious_findings
from tests.ports import free_port

pytestmark = pytest.mark.browser

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("kinds") / "home", free_port())
    started.start()
    yield started
    started.end()


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    made, stream = Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, lines in sheets:
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    made.save(stream)
    return stream.getvalue()


def upload(page: Page, server: Server, kind: str, *files: Path) -> None:
    """Upload files into a new form."""
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, kind)
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    for file in files:
        expect(page.get_by_role("button", name=f"Remove {file.name}")).to_be_visible()


def connect_upload(page: Page, server: Server, kind: str, name: str, *files: Path) -> None:
    """Upload and connect files; the page of their source is open afterwards."""
    upload(page, server, kind, *files)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=SOON_MS)


def first_row(page: Page, table: str) -> Locator:
    return page.get_by_role("region", name=f"Rows of {table}").locator("tbody tr").first


def generated(page: Page, server: Server, source: str, slug: str) -> Path:
    """Generate an app from a source and open it; returns its database."""
    fill_generate_form(page, server.url, source, source=source)
    start_generation(page)
    page.goto(open_app_address(page))
    expect(page.get_by_role("link", name="Dashboard").first).to_be_visible(timeout=SOON_MS)
    return next((server.home / "apps" / slug).glob("data/*.db"))


def test_excel_to_an_app_with_a_table_for_each_sheet(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "orders.xlsx"
    file.write_bytes(
        workbook(
            ("People", [["id", "name"], [1, "Ada"], [2, "Grace"]]),
            ("Orders", [["id", "person_id", "total"], [10, 1, 19.99], [11, 2, 5]]),
        )
    )
    connect_upload(page, server, "Excel files", "Workbook", file)
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button")).to_have_count(2)
    expect(first_row(page, "people")).to_contain_text("Ada")
    tables.get_by_role("button", name="orders").click()
    expect(first_row(page, "orders")).to_contain_text("19.99")
    database = generated(page, server, "Workbook", "workbook")
    assert rows(database, "SELECT id, person_id, total FROM orders ORDER BY id") == [
        (10, 1, 19.99),
        (11, 2, 5.0),
    ]


def test_json_to_an_app_with_a_changed_type_and_the_character_0(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "things.json"
    records = [
        {"id": 1, "code": "007", "deep": {"k": [1, 2]}},
        {"id": 2, "code": "8", "deep": None},
    ]
    file.write_text(json.dumps(records))
    toasts = note_toasts(page)
    words = tmp_path / "words.json"
    words.write_text(r'[{"id": 1, "word": "before\u0000behind"}, {"id": 2, "word": "plain"}]')
    connect_upload(page, server, "JSON files", "Things", file, words)
    tables = page.get_by_role("navigation", name="Tables")
    tables.get_by_role("button", name="words").click()
    expect(first_row(page, "words")).to_contain_text("behind")
    tables.get_by_role("button", name="things").click()
    expect(first_row(page, "things")).to_contain_text("007")
    page.get_by_role("tab", name="Columns").click()
    choice = page.get_by_label("Type of code")
    expect(choice).to_be_visible()
    assert serious_findings(page) == []
    choice.select_option("date")
    alert = page.get_by_role("alert").filter(has_text="“007” in row 1")
    expect(alert.first).to_be_visible(timeout=SOON_MS)
    expect(choice).to_have_value("")
    choice.select_option("integer")
    expect(choice).to_have_value("integer", timeout=SOON_MS)
    expect(alert).to_have_count(0)

    page.get_by_role("button", name="Refresh").click()
    wait_until_noted(page, toasts, "The tables have been read again: nothing has changed.")
    expect(choice).to_have_value("integer")
    page.reload()
    expect(choice).to_have_value("integer")
    page.get_by_role("tab", name="Rows").click()
    code = first_row(page, "things").get_by_role("cell", name=re.compile("^(007|7)$"))
    expect(code).to_have_text("7")
    database = generated(page, server, "Things", "things")
    assert rows(database, "SELECT id, code, deep FROM things ORDER BY id") == [
        (1, 7, '{"k":[1,2]}'),
        (2, 8, None),
    ]

    page.get_by_role("link", name="Words").first.click()
    listed = page.locator("tbody tr")
    expect(listed).to_have_count(2, timeout=SOON_MS)
    page.get_by_label("Search Words").fill("behind")
    expect(listed).to_have_count(1, timeout=SOON_MS)
    expect(listed.first).to_contain_text("behind")


def test_a_type_that_some_texts_do_not_fit_is_chosen_with_one_click(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "parts.csv"
    file.write_text("id,qty,due\n1,5,03/04/2024\n2,-,05/06/2024\n3,7,01/02/2024\n")
    connect_upload(page, server, "CSV/TSV files", "Parts", file)
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_text("“-” becomes empty (once in row 2)")).to_be_visible(timeout=SOON_MS)
    assert serious_findings(page) == []
    page.get_by_role("button", name="Make it integer: qty").click()
    expect(page.get_by_label("Type of qty")).to_have_value("integer", timeout=SOON_MS)
    expect(page.get_by_text("Read as empty: “-”")).to_be_visible()
    page.get_by_role("button", name="Make it date, day first (31/12/2024): due").click()
    expect(page.get_by_label("Type of due")).to_have_value("date_day_first", timeout=SOON_MS)
    expect(page.get_by_role("button", name="Make it")).to_have_count(0)
    database = generated(page, server, "Parts", "parts")
    assert rows(database, "SELECT id, qty, due FROM parts ORDER BY id") == [
        (1, 5, "2024-04-03"),
        (2, None, "2024-06-05"),
        (3, 7, "2024-02-01"),
    ]


def test_parquet_to_an_app(page: Page, server: Server, tmp_path: Path) -> None:
    file = tmp_path / "readings.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 1 AS id, 12.50::DECIMAL(9, 2) AS price, TIMESTAMPTZ '2024-01-01 10:00:00+02' AS at)"
            f" TO '{file}' (FORMAT parquet)"
        )
    connect_upload(page, server, "Parquet files", "Readings", file)
    expect(first_row(page, "readings")).to_contain_text("2024-01-01 08:00:00")
    database = generated(page, server, "Readings", "readings")
    assert rows(database, "SELECT id, price, at FROM readings") == [
        (1, 12.5, "2024-01-01 08:00:00")
    ]


def test_a_file_of_another_kind_marks_its_field(page: Page, server: Server, tmp_path: Path) -> None:
    file = tmp_path / "protected.xlsx"
    file.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    upload(page, server, "Excel files", file)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator(".pd-field-error")).to_contain_text("password", timeout=SOON_MS)
    expect(page.locator("[data-step=read_format]")).to_have_attribute("data-state", "failed")


def test_an_encoding_that_cannot_be_detected_is_chosen_at_its_field(
    page: Page, server: Server, tmp_path: Path
) -> None:
    """The field is one of the further options, which open because of the error. Its message names the encodings
    that fit."""
    file = tmp_path / "towns.csv"
    shutil.copy(CASES / "08c_windows1251.csv", file)
    upload(page, server, "CSV/TSV files", file)
    encoding = page.get_by_label("Encoding", exact=True)
    expect(encoding).to_be_hidden()
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#csv-encoding-error")).to_contain_text(
        "These are possible: Windows-1251 (“", timeout=SOON_MS
    )
    expect(encoding).to_be_visible()
    assert serious_findings(page) == []
    encoding.click()
    page.get_by_role("option", name="Windows-1251").click()
    expect(page.locator("#csv-encoding-error")).to_have_count(0)
    page.get_by_label("Name", exact=True).fill("Towns")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name="Towns", level=1)).to_be_visible(timeout=SOON_MS)
    expect(first_row(page, "towns")).to_contain_text("\u041a\u0430\u0437\u0430\u043d\u044c")


def test_what_seems_wrong_with_a_file_is_shown_by_the_connection_test(
    page: Page, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text("# Station report\nstation,day,temp\nA1,2024-04-01,7.5\nB7,2024-04-02,8.25\n")
    upload(page, server, "CSV/TSV files", file)
    page.get_by_role("button", name="Test connection").click()
    step = page.locator("[data-step=check_shape]")
    expect(step).to_contain_text("header seems to be in line 2", timeout=SOON_MS)
    expect(step).to_have_attribute("data-state", "succeeded")
    expect(page.get_by_text("The connection works.")).to_be_visible()
