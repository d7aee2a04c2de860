"""An app that needs sign-in: who signed in to Proto-DDF gets in, with the rights of their role, as long as that holds."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from proto_ddf.accounts import management
from proto_ddf.accounts.passwords import hash_of
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from tests.browser.conftest import WITHOUT_REPAIRS, Server
from tests.browser.driving import (
    connect_file,
    fill_generate_form,
    open_app_address,
    rows,
    start_generation,
    wait_until_connected,
)
from tests.homes import opened_home
from tests.ports import free_port

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
SESSION_SECONDS = 8
PATIENCE_MS = 60_000.0


class Shop(NamedTuple):
    server: Server
    address: str
    database: Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shop]:
    """An app on a file of notes, which a builder has closed to those who do not sign in."""
    folder = tmp_path_factory.mktemp("closed")
    notes = folder / "notes.db"
    with contextlib.closing(sqlite3.connect(notes)) as database:
        database.execute("create table notes (id integer primary key, title text)")
        database.execute("insert into notes (title) values ('First note')")
        database.commit()
    environment = WITHOUT_REPAIRS | {
        "ENABLE_AUTH": "accounts",
        "ALLOWED_FOLDERS": json.dumps([str(folder)]),
        "APP_SESSION_SECONDS": str(SESSION_SECONDS),
    }
    server = Server(folder / "home", free_port(), environment)
    server.start(ready="/api/health")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(server.home))
        with opened_home():
            hashed = hash_of(PASSWORD)
            for name, role in (("Bea", Role.BUILDER), ("Vera", Role.VIEWER)):
                write(lambda opened, n=name, r=role: management.add_account(opened, n, r, hashed))
    try:
        page = browser.new_page()
        page.goto(server.url)
        sign_in(page, "Bea")
        wait_until_connected(page)
        connect_file(page, server.url, notes, "Notes")
        fill_generate_form(page, server.url, "Closed notes", source="Notes", editing=True)
        start_generation(page)
        address = open_app_address(page)
        page.goto(f"{server.url}/apps/closed_notes")
        section = page.get_by_role("region", name="Who may open it")
        expect(section).to_contain_text("Everybody on this machine")
        section.get_by_role("button", name="Require sign-in").click()
        expect(section).to_contain_text("Builders and admins may change rows")
        expect(section.get_by_role("button", name="Open to this machine")).to_be_enabled()
        expect(page.get_by_role("link", name="Open")).to_have_attribute(
            "href", "/apps/closed_notes/enter"
        )
        page.close()
        yield Shop(server, address, notes)
    finally:
        server.stop()
    assert server.processes() == []


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_builder_signs_in_and_edits(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    expect(tab).to_have_url(re.compile(rf"{re.escape(shop.server.url)}/sign-in\?next="))
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{shop.address}/notes")
    tab.get_by_role("link", name="New row in Notes").click()
    tab.get_by_label("Title").fill("By a builder")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("By a builder")
    query = "select count(*) from notes where title = 'By a builder'"
    assert rows(shop.database, query) == [(1,)]
    expect(tab.get_by_role("button", name="Edit")).to_be_visible()


def test_a_viewer_reads_and_sees_nothing_to_change(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Vera")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    expect(tab.get_by_role("link", name="New row in Notes")).to_have_count(0)
    tab.goto(f"{shop.address}/notes/1")
    expect(tab.get_by_role("heading", level=1)).to_have_text("First note")
    expect(tab.get_by_text("You may read the rows of this app")).to_be_visible()
    for hidden in ("Edit", "Delete"):
        expect(tab.get_by_role("button", name=hidden)).to_have_count(0)
    tab.goto(f"{shop.address}/notes/new")
    expect(tab.get_by_text("You may read the rows of this app")).to_be_visible()
    expect(tab.get_by_role("button", name="Save")).to_have_count(0)


def test_a_session_is_renewed_under_an_open_page(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.server.url}/sign-in?next=/apps/closed_notes/enter?next=/notes")
    sign_in(tab, "Vera")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    tab.evaluate("""() => {
        window.states = [];
        addEventListener("protoddf:socket", ({ detail }) => window.states.push(detail.state));
    }""")
    # The session ends, as each does that is not renewed in time, and with it the websocket.
    tab.wait_for_function(
        "window.states.includes('lost') && window.states.at(-1) === 'open'", timeout=PATIENCE_MS
    )
    tab.get_by_role("searchbox").fill("no such note")
    expect(tab.get_by_text("Nothing matches")).to_be_visible()


def test_who_signs_out_of_proto_ddf_is_out_of_the_app(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Bea")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    other = tab.context.new_page()
    other.goto(shop.server.url)
    wait_until_connected(other)
    other.evaluate("{ fetch('/sign-out', {method: 'POST'}); }")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{shop.address}/notes")


def test_a_viewer_sees_the_setting_of_an_app_that_answers_the_probes(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.server.url}/apps/closed_notes")
    sign_in(tab, "Vera")
    wait_until_connected(tab)
    expect(tab.locator("[data-state=running]").first).to_be_visible()
    section = tab.get_by_role("region", name="Who may open it")
    expect(section).to_contain_text("Builders and admins may change rows")
    expect(section.get_by_role("button")).to_have_count(0)
