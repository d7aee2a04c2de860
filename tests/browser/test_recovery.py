"""A real generated app that is really broken repairs itself, while its page shows how; what cannot be repaired stays
failed, and says why."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    GENERATE_MS,
    connect_file,
    fill_generate_form,
    open_app_address,
    rows,
    start_generation,
    wait_until,
    wait_until_connected,
)
from tests.ports import HOST, free_port

pytestmark = pytest.mark.browser

SLUG = "repaired_notes"
ACTING = Path(__file__).parent / "acting_server"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """A server with a cache of packages of its own, and a running app, "Repaired notes"."""
    folder = tmp_path_factory.mktemp("repaired")
    with closing(sqlite3.connect(folder / "notes.db")) as database, database:
        database.execute("create table notes (id integer primary key, title text)")
        database.execute("insert into notes (title) values ('One'), ('Two')")
    environment = {
        "ALLOWED_FOLDERS": json.dumps([str(folder)]),
        "BUN_INSTALL_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(ACTING),
    }
    started = Server(folder / "home", free_port(), environment)
    started.start()
    try:
        page = browser.new_page()
        connect_file(page, started.url, folder / "notes.db", "Notes")
        fill_generate_form(page, started.url, "Repaired notes", source="Notes")
        start_generation(page)
        open_app_address(page)
        page.close()
        yield started
    finally:
        started.end()


class App:
    """The app, as its page and its record show it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.folder = server.home / "apps" / SLUG
        page.goto(f"{server.url}/apps/{SLUG}")
        wait_until_connected(page)
        expect(page.get_by_role("button", name="Restart")).to_be_visible()

    def record(self, column: str) -> Any:
        [(value,)] = rows(self.server.home / "proto_ddf.db", f"select {column} from app")
        return value

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop").click()
        expect(self.page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
        wait_until(lambda: self.record("state") == "STOPPED")

    def start(self) -> None:
        self.page.get_by_role("button", name="Start", exact=True).click()

    def repair(self, strategy: str, state: str) -> Locator:
        """The repair by that strategy; waits until the page shows it in that state."""
        shown = self.page.locator(f"[data-repair={strategy}]").first
        expect(shown).to_have_attribute("data-state", state, timeout=GENERATE_MS)
        return shown

    def is_well(self) -> None:
        wait_until(lambda: self.record("state") == "RUNNING")
        address = f"http://{HOST}:{self.record('frontend_port')}"
        assert httpx.get(address, timeout=60).status_code == 200


def test_a_taken_port_is_left(page: Page, server: Server) -> None:
    app = App(page, server)
    app.stop()
    before = app.record("frontend_port")
    with socket.create_server((HOST, before)):
        app.start()
        repair = app.repair("other_port", "verified")
        expect(repair).to_contain_text("Moving the app to another port, attempt 1 of 2")
        expect(repair).to_contain_text("Went on at Start")
        expect(repair.locator("[data-step=move]")).to_have_attribute("data-state", "succeeded")
        app.is_well()
    assert app.record("frontend_port") != before
