"""Invalid input is reported at its field and loses nothing; callouts clear themselves, but only when they may."""

import contextlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    connect_file,
    expect_error_at,
    failure,
    fill_generate_form,
    note_texts,
    operation_id,
    rows,
    start_connecting,
    start_generation,
    step,
    wait_until_connected,
    wait_until_disconnected,
    wait_until_noted,
)
from tests.disks import small_disk
from tests.ports import free_port

pytestmark = pytest.mark.browser

NOTICE_SECONDS = 5.0
RETRY_SECONDS = 6.0
LONGER_MS = 1300 * max(NOTICE_SECONDS, RETRY_SECONDS)
"""Longer than a callout is shown."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which sources may be read."""
    return tmp_path_factory.mktemp("forms")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """A server for this module, whose callouts soon clear themselves."""
    environment = {
        "ALLOWED_FOLDERS": json.dumps([str(folder)]),
        "ERROR_NOTICE_SECONDS": str(NOTICE_SECONDS),
        "ERROR_RETRY_SECONDS": str(RETRY_SECONDS),
    }
    started = Server(folder / "home", free_port(), environment)
    started.start()
    yield started
    started.end()


def database(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("create table notes (id integer primary key, title text not null)")
    connection.execute("insert into notes (title) values ('One')")
    connection.commit()
    connection.close()
    return path


def generations(server: Any) -> list[Any]:
    return rows(server.home / "proto_ddf.db", "select id from operation where kind='generate_app'")


def sources(server: Any) -> set[str]:
    return {name for (name,) in rows(server.home / "proto_ddf.db", "select name from source")}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "The project name is required"),
        ("ab", "at least 3 characters; “ab” has 2"),
        ("a" * 65, "at most 64 characters; this one has 65"),
        ("../x", "cannot be used: . /"),
        ("shop 🚀", "cannot be used: 🚀"),
        ("Café", "cannot be used: é"),
        ("class", "“class” cannot be used"),
        ("json", "“json” cannot be used"),
        ("Reflex", "“Reflex” cannot be used"),
    ],
)
def test_an_invalid_project_name(page: Page, server: Any, name: str, message: str) -> None:
    before, apps = generations(server), list((server.home / "apps").iterdir())
    fill_generate_form(page, server.url, name)
    page.get_by_role("button", name="Generate app").click()
    field = page.get_by_label("Project name")
    expect_error_at(field, message)
    expect(field).to_have_value(name)
    assert generations(server) == before
    assert list((server.home / "apps").iterdir()) == apps

    field.fill("Sound name")
    expect(field).to_have_attribute("aria-invalid", "false")


def test_no_table_is_chosen(page: Page, server: Any) -> None:
    before = generations(server)
    fill_generate_form(page, server.url, "No tables")
    page.get_by_role("checkbox", name="All tables").click()
    expect(page.locator("[data-table]")).to_have_count(0)
    page.get_by_role("button", name="Generate app").click()
    expect_error_at(page.get_by_role("checkbox", name="All tables"), "at least one table")
    expect(page.get_by_label("Project name")).to_have_value("No tables")
    assert generations(server) == before

    page.get_by_role("checkbox", name="All tables").click()
    expect(page.locator("[data-table]").first).to_be_visible()
    expect(page.get_by_text("at least one table")).to_have_count(0)


FAULTY_FILES = {
    "empty.csv": (b"", "“empty.csv” has no content"),
    "header_only.csv": (b"name,people\n", "“header_only.csv” has a header line and no rows"),
    "ragged.csv": (b"name,people\nBath,94000\nEly\n", "Line 3 has 1; 2 were expected"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50, "does not look like text in columns"),
}


@pytest.mark.parametrize("name", FAULTY_FILES)
def test_a_csv_file_that_cannot_be_read(page: Page, server: Any, folder: Path, name: str) -> None:
    content, message = FAULTY_FILES[name]
    file = folder / name
    file.write_bytes(content)
    start_connecting(page, server.url, file, name, kind="CSV")
    field = page.get_by_label("File path")
    expect_error_at(field, message)
    expect(field).to_have_value(str(file))
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    assert name not in sources(server)


def test_csv_files_of_every_format_are_connected(page: Page, server: Any, folder: Path) -> None:
    files = {
        "latin.csv": "town,note\nOrléans,für alle\n".encode("latin-1"),
        "bom.csv": b"\xef\xbb\xbftown,people\nBath,94000\n",
        "semicolons.csv": b"town;note\nBath;a, b\nEly;c\n",
        "lines.csv": b'town,note\nBath,"two\nlines, ""quoted"""\n',
        "headers.csv": b"town,town,,People\nBath,Ely,x,3\n",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    paths = "\n".join(str(folder / name) for name in files)
    start_connecting(page, server.url, paths, "Every make", kind="CSV")
    expect(page.get_by_role("heading", name="Every make", level=1)).to_be_visible()

    seen = {
        "latin": (["town", "note"], ["Orléans", "für alle"]),
        "bom": (["town", "people"], ["Bath", "94000"]),
        "semicolons": (["town", "note"], ["Bath", "a, b"]),
        "lines": (["town", "note"], ["Bath", 'two lines, "quoted"']),
        "headers": (["town", "town_2", "column_3", "People"], ["Bath", "Ely", "x", "3"]),
    }
    for table, (columns, cells) in seen.items():
        page.get_by_role("navigation", name="Tables").get_by_role("button", name=table).click()
        region = page.get_by_role("region", name=f"Rows of {table}")
        for column in columns:
            expect(region.get_by_role("columnheader", name=column, exact=True)).to_be_visible()
        first = region.locator("tbody tr").first.locator("td")
        expect(first).to_contain_text(cells)


def test_a_locked_database_is_tried_several_times_and_opens_when_it_is_free(
    page: Page, server: Any, folder: Path
) -> None:
    file = database(folder / "locked.db")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("begin exclusive")
    try:
        steps = note_texts(page, ".pd-step-row")
        start_connecting(page, server.url, file, "Locked")
        callout = failure(page, "Database is locked")
        wait_until_noted(page, steps, r"Attempt \d of 5")
        expect(callout).to_contain_text("in use by another program")
    finally:
        holder.close()
    assert "Locked" not in sources(server)
    page.get_by_role("button", name="Try Again").click()
    expect(page.get_by_role("heading", name="Locked", level=1)).to_be_visible()


def test_editing_of_a_read_only_database_is_refused(page: Page, server: Any, folder: Path) -> None:
    with read_only_disk(folder / "read_only") as disk:
        connect_file(page, server.url, disk / "fixed.db", "Fixed")
        fill_generate_form(page, server.url, "Fixed notes", source="Fixed", editing=True)
        start_generation(page)
        callout = failure(page, "Database is read-only")
        expect(callout).to_contain_text("switch off “Allow editing data”")
        expect(step(page, "validate")).to_have_attribute("data-state", "failed")
        made = "select * from app where slug = 'fixed_notes'"
        assert rows(server.home / "proto_ddf.db", made) == []


def test_a_callout_clears_itself_unless_the_pointer_or_focus_is_on_it(
    page: Page, server: Any, folder: Path
) -> None:
    file = database(folder / "fleeting.db")
    connect_file(page, server.url, file, "Fleeting")
    away = file.rename(folder / "fleeting.away")
    open_generate_form(page, server, "Fleeting")
    callout = page.get_by_role("alert").filter(has_text="fleeting.db")
    again = callout.get_by_role("button", name="Try Again")
    expect(again).to_be_enabled()

    callout.hover()
    page.wait_for_timeout(LONGER_MS)
    expect(callout).to_be_visible()
    again.focus()
    page.mouse.move(0, 0)
    page.wait_for_timeout(LONGER_MS)
    expect(callout).to_be_visible()
    again.blur()
    expect(callout).to_have_count(0)

    page.get_by_label("Project name").fill("Fleeting notes")
    page.get_by_role("button", name="Generate app").click()
    notice = page.get_by_role("alert").filter(has_text="plan is not ready")
    expect(notice).to_be_visible()
    expect(notice.get_by_role("button", name="Try Again")).to_have_count(0)
    expect(notice).to_have_count(0)
    away.rename(file)


def test_a_callout_can_be_dismissed_and_its_cause_tried_again(
    page: Page, server: Any, folder: Path
) -> None:
    file = database(folder / "back.db")
    connect_file(page, server.url, file, "Back again")
    away = file.rename(folder / "back.away")
    open_generate_form(page, server, "Back again")
    callout = page.get_by_role("alert").filter(has_text="back.db")
    expect(callout).to_be_visible()
    callout.hover()
    away.rename(file)
    callout.get_by_role("button", name="Try Again").click()
    expect(page.locator("[data-table='notes']")).to_be_visible()
    expect(callout).to_have_count(0)


def test_a_field_error_stays(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "ab")
    page.get_by_role("button", name="Generate app").click()
    field = page.get_by_label("Project name")
    expect_error_at(field, "at least 3 characters")
    page.wait_for_timeout(LONGER_MS)
    expect_error_at(field, "at least 3 characters")


def test_two_tabs_show_one_failed_operation_and_try_again_survives_a_restart(
    page: Page, server: Any, folder: Path
) -> None:
    file = folder / "later.db"
    start_connecting(page, server.url, file, "Later")
    failure(page, "File not found")
    address = f"{server.url}/operations/{operation_id(page)}"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(address)
        failure(tab, "File not found")
    page.wait_for_timeout(LONGER_MS)
    for tab in (page, other):
        expect(
            failure(tab, "File not found").get_by_role("button", name="Try Again")
        ).to_be_enabled()

    server.terminate()
    for tab in (page, other):
        wait_until_disconnected(tab)
    database(file)
    server.start()
    for tab in (page, other):
        wait_until_connected(tab)
    other.get_by_role("button", name="Try Again").click()
    for tab in (page, other):
        shown = tab.locator("[data-operation]")
        expect(shown).to_have_attribute("data-state", "succeeded")
        expect(tab.get_by_role("alert")).to_have_count(0)
    assert "Later" in sources(server)


def open_generate_form(page: Page, server: Any, source: str) -> None:
    """Choose a source for which no plan can be made on /generate."""
    page.goto(f"{server.url}/generate")
    page.get_by_label("Source", exact=True).click()
    page.get_by_role("option", name=source).click()


@contextlib.contextmanager
def read_only_disk(mounted: Path) -> Iterator[Path]:
    """A read-only disk that holds fixed.db. File permissions are not enough, because root may write anyway."""
    with small_disk(mounted, "1m"):
        database(mounted / "fixed.db")
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        yield mounted
