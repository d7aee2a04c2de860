"""The first screen and the navigation of an app with thirty tables: what is shown, and where it leads."""

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import App, build_app, open_dashboard, open_list, serve
from tests.browser.looking import overflow_width, serious_findings

pytestmark = pytest.mark.browser

TABLES = """
CREATE TABLE clinic (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE doctor (id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL);
CREATE TABLE doctor_clinic (doctor_id INTEGER REFERENCES doctor(id), clinic_id INTEGER REFERENCES clinic(id),
  PRIMARY KEY (doctor_id, clinic_id));
CREATE TABLE patient (id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, sex TEXT);
CREATE TABLE visit (id INTEGER PRIMARY KEY, patient_id INTEGER REFERENCES patient(id),
  clinic_id INTEGER REFERENCES clinic(id), visited_on DATE, reason TEXT);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visit(id), issued_on DATE,
  amount DECIMAL(10, 2));
CREATE VIEW busy_days AS SELECT visited_on, COUNT(*) AS visits FROM visit GROUP BY visited_on;
CREATE VIEW unpaid AS SELECT id, amount FROM invoice WHERE amount > 300;
INSERT INTO clinic VALUES (1, 'North Clinic'), (2, 'Harbour'), (3, 'Old Town'), (4, 'Hill'), (5, 'Lake');
INSERT INTO doctor VALUES (1, 'Ada', 'Adler'), (2, 'Ben', 'Becker'), (3, 'Clara', 'Castro');
INSERT INTO doctor_clinic VALUES (1, 1), (1, 2), (2, 1);
"""
OTHERS = (
    *(
        "equipment",
        "supplier",
        "order_line",
        "stock_place",
        "message",
        "room",
        "shift",
        "training",
        "vehicle",
    ),
    *(
        "repair",
        "contract",
        "permit",
        "document",
        "sample",
        "result",
        "recipe",
        "payment",
        "donation",
        "survey",
    ),
    *("question", "answer", "visitor"),
)
START = date(2024, 1, 10)


def _fill(connection: sqlite3.Connection) -> None:
    for n in range(1, 61):
        values = (n, f"First{n}", f"Last{n}", "FM"[n % 2])
        connection.execute("INSERT INTO patient VALUES (?, ?, ?, ?)", values)
    for n in range(1, 241):
        day = START + timedelta(n + (60 if n > 120 else 0))  # some months have no visit
        values = (
            n,
            n % 60 + 1,
            n % 5 + 1,
            day.isoformat(),
            ["Check-up", "Injury", "Advice"][n % 3],
        )
        connection.execute("INSERT INTO visit VALUES (?, ?, ?, ?, ?)", values)
        connection.execute(
            "INSERT INTO invoice VALUES (?, ?, ?, ?)", (n, n, day.isoformat(), 20 + n * 1.5)
        )
    for name in OTHERS:
        connection.execute(
            f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, title TEXT, made_on DATE)"
        )
        rows = [(n, f"{name} {n}", (START + timedelta(n)).isoformat()) for n in range(1, 31)]
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", rows)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    made = tmp_path_factory.mktemp("made") / "clinic.db"
    with contextlib.closing(sqlite3.connect(made)) as connection, connection:
        connection.executescript(TABLES)
        _fill(connection)
    folder = tmp_path_factory.mktemp("apps") / "clinic"
    database = tmp_path_factory.mktemp("data") / "clinic.db"
    shutil.copy(made, database)
    build_app(made, folder, name="Clinic", editing=True)
    with serve(folder, database) as app:
        yield app


def chart(page: Page, title: str) -> Any:
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def range_of_rows(page: Page, count: int) -> None:
    expect(page.get_by_role("status").first).to_have_text(re.compile(rf" of {count:,}$"))


def test_the_key_figures_lead_to_their_rows(clinic: App, page: Page, console: list[str]) -> None:
    open_dashboard(page, clinic.url)
    cards = page.locator(".card")
    expect(cards).to_have_count(6)
    total = clinic.query("SELECT SUM(amount) FROM invoice")[0][0]
    expect(cards.filter(has_text="Total amount of invoices")).to_contain_text(f"{total:,.0f}")
    visits = cards.filter(has_text=re.compile("^Visits"))
    expect(visits).to_contain_text("240")
    visits.click()
    range_of_rows(page, 240)
    assert not console


def test_a_press_on_a_bar_opens_the_list_of_its_rows(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    visits = chart(page, "Visits by clinic")
    visits.locator(".recharts-bar-rectangle").first.click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Clinic is ")
    range_of_rows(page, 48)
    page.reload()
    range_of_rows(page, 48)


def test_a_press_on_a_line_and_on_a_slice_does_too(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    line = chart(page, "Total amount of invoices per month").locator(".recharts-surface").first
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".recharts-tooltip-wrapper").filter(visible=True)).to_have_count(1)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("issued_on:from="))
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Issued on from 2024-")
    open_dashboard(page, clinic.url)
    slice_of_pie = chart(page, "Patients by sex").locator(".recharts-pie-sector path").first
    slice_of_pie.scroll_into_view_if_needed()
    box = slice_of_pie.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 6)  # the upper half of a ring
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Sex is ")
    range_of_rows(page, 30)


def test_the_numbers_of_a_chart_are_links_for_the_keyboard(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    amounts = chart(page, "Total amount of invoices by clinic")
    amounts.get_by_text("Show the numbers").focus()
    page.keyboard.press("Enter")
    amounts.get_by_role("link", name="Harbour").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Filters")).to_contain_text("Visit: Clinic is Harbour")
    range_of_rows(page, 48)


def test_months_without_rows_are_shown(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    amounts = chart(page, "Total amount of invoices per month")
    amounts.get_by_text("Show the numbers").click()
    expect(amounts.get_by_role("row").filter(has_text="Jun 2024")).to_contain_text("0")


def test_a_period_narrows_what_has_a_date(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    page.get_by_label("Period").select_option("Other days")
    page.get_by_label("From").fill("2024-02-01")
    page.get_by_label("To", exact=True).fill("2024-02-29")
    within = clinic.query("SELECT COUNT(*) FROM visit WHERE visited_on LIKE '2024-02-%'")[0][0]
    visits = page.locator(".card").filter(has_text=re.compile("^Visits"))
    expect(visits).to_contain_text(f"Visits{within}")
    expect(page.locator(".card").filter(has_text=re.compile("^Patients"))).to_contain_text(
        "All time"
    )
    visits.click()
    range_of_rows(page, within)
    open_dashboard(page, clinic.url)
    page.get_by_label("Period").select_option("Other days")
    page.get_by_label("From").fill("2024-03-01")
    page.get_by_label("To", exact=True).fill("2024-02-29")
    expect(page.get_by_text("The first day is after the last one.")).to_be_visible()


def test_the_period_is_in_the_address(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    period = page.get_by_label("Period")
    period.select_option("Last 30 days")
    expect(page).to_have_url(f"{clinic.url}/?days=30")
    period.select_option("Other days")
    page.get_by_label("From").fill("2024-02-01")
    expect(page).to_have_url(f"{clinic.url}/?from=2024-02-01&to=")
    page.reload()
    expect(page.get_by_label("From")).to_have_value("2024-02-01")
    page.go_back()
    expect(period).to_have_value("30")
    expect(page.get_by_label("From")).to_have_count(0)


def test_the_navigation_is_ranked_folded_and_searched(clinic: App, page: Page) -> None:
    open_dashboard(page, clinic.url)
    nav = page.get_by_role("navigation", name="Tables")
    entries = nav.locator(".nav-entry")
    expect(entries.nth(1)).to_have_text("Visits")
    expect(nav.get_by_text("Look-ups")).to_be_visible()
    expect(nav.get_by_role("link", name="Doctor clinics")).to_have_count(0)
    expect(nav.get_by_role("link", name="Busy days")).to_be_hidden()
    nav.get_by_text("Reports").click()
    nav.get_by_role("link", name="Busy days").click()
    expect(page.get_by_role("heading", name="Busy days", level=1)).to_be_visible()
    expect(nav.get_by_role("link", name="Busy days")).to_be_visible()
    page.get_by_label("Find a table").filter(visible=True).fill("recip")
    expect(entries.filter(visible=True)).to_have_text(["Recipes"])
    page.get_by_label("Find a table").filter(visible=True).fill("")
    assert entries.filter(visible=True).count() > 20


def test_a_connection_is_added_and_removed(clinic: App, page: Page) -> None:
    page.goto(f"{clinic.url}/doctor/3")
    section = page.locator("section").filter(
        has=page.get_by_role("heading", name="Clinics", exact=True)
    )
    expect(section).to_contain_text("None.")
    section.get_by_role("button", name="Add to Clinics").click()
    page.get_by_label("Search Clinics").fill("harb")
    page.locator(".choice").filter(has_text="Harbour").click()
    chips = section.get_by_role("list", name="Clinics")
    expect(chips).to_contain_text("Harbour")
    assert clinic.query("SELECT clinic_id FROM doctor_clinic WHERE doctor_id = 3") == [(2,)]
    assert serious_findings(page) == []
    chips.get_by_role("link", name="Harbour").click()
    expect(page.get_by_role("list", name="Doctors")).to_contain_text("Clara Castro")
    page.get_by_role("button", name="Remove Clara Castro from Doctors").click()
    expect(page.get_by_role("list", name="Doctors")).not_to_contain_text("Clara Castro")
    assert clinic.query("SELECT clinic_id FROM doctor_clinic WHERE doctor_id = 3") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_accessible_and_fits(clinic: App, page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    open_dashboard(page, clinic.url)
    expect(page.locator(".skeleton")).to_have_count(0)
    page.get_by_label("Period").select_option("Other days")
    page.get_by_text("Show the numbers").first.click()
    assert serious_findings(page) == []
    assert overflow_width(page) == 0
    if width < 800:
        page.locator(".menu-button").click()
        assert serious_findings(page) == []
    open_list(page, f"{clinic.url}/visit?clinic_id=2&visited_on:from=2024-03-01")
    assert serious_findings(page) == []
