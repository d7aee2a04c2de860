"""A real generated app that is really broken repairs itself, while its page shows how; what cannot be repaired stays
failed, and says why."""

import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    GENERATE_MS,
    add_webhook,
    connect_file,
    fill_generate_form,
    open_app_address,
    rows,
    start_generation,
    wait_until,
    wait_until_connected,
)
from tests.browser.looking import open_page, overflow_width, serious_findings
from tests.disks import small_disk
from tests.ports import HOST, free_port
from tests.servers.http_receiver import Receiver, http_receiver

pytestmark = pytest.mark.browser

SLUG = "repaired_notes"
NO_SUCH_PACKAGE = "proto-ddf-test-no-such-package"
NEEDS_NO_SUCH_PACKAGE = f"""

class Missing(rx.Component):
    library = "{NO_SUCH_PACKAGE}"
    tag = "Missing"


app.add_page(Missing.create(), route="/missing")
"""


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


def test_the_source_is_read_again_when_it_changed_and_the_regeneration_goes_on(
    page: Page, server: Server
) -> None:
    add_column(server, "day")
    page.goto(f"{server.url}/sources")
    page.get_by_role("link", name="Notes").first.click()
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("1 column added").first).to_be_visible()
    app = App(page, server)
    add_column(server, "place")
    page.get_by_role("button", name="Regenerate").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Regenerate app").click()
    repair = app.repair("refresh_schema", "verified")
    expect(repair).to_contain_text("Went on at Validate")
    expect(page.get_by_text("The app was regenerated")).to_be_visible(timeout=GENERATE_MS)
    app.is_well()
    assert "place" in (app.folder / "app.json").read_text()


def test_an_app_is_started_again_when_the_watcher_has_given_up(page: Page, server: Server) -> None:
    app = App(page, server)

    def given_up() -> bool:
        """Kills the app's process until the watcher has given up. The process is looked up first: it is not one that a
        repair has started."""
        pid = app.record("pid")
        attempts = "select 1 from recovery_attempt where strategy = 'restart'"
        if app.record("state") == "FAILED" or rows(server.home / "proto_ddf.db", attempts):
            return True
        with suppress(psutil.Error, TypeError):
            psutil.Process(pid).kill()
        return False

    wait_until(given_up, GENERATE_MS)
    repair = app.repair("restart", "verified")
    expect(repair).to_contain_text("Restarting the app, attempt 1 of")
    expect(repair).to_contain_text("Repaired notes shows its first page")
    app.is_well()


def test_a_deleted_build_and_package_are_made_again(page: Page, server: Server) -> None:
    app = App(page, server)
    app.stop()
    shutil.rmtree(app.folder / ".web" / "build")
    shutil.rmtree(app.folder / ".web" / "node_modules" / "react-router")
    app.start()
    expect(app.repair("reinstall", "verified")).to_contain_text("Went on at")
    app.repair("rebuild", "failed")
    app.is_well()


def test_a_garbled_cache_is_emptied(page: Page, server: Server) -> None:
    app = App(page, server)
    app.stop()
    shutil.rmtree(app.folder / ".web" / "build")
    folders = [app.folder / ".web" / "node_modules" / "react-router"]
    folders += (server.home.parent / "cache").glob("react-router@*")
    assert len(folders) > 1
    for file in (each for folder in folders for each in folder.rglob("*.mjs")):
        file.write_text("this is (no code")
    app.start()
    expect(app.repair("clear_caches", "verified")).to_contain_text("Went on at")
    app.is_well()


def test_a_wrong_configuration_asks_first_and_is_put_back(page: Page, server: Server) -> None:
    app = App(page, server)
    app.stop()
    code = app.folder / SLUG / f"{SLUG}.py"
    mine = code.read_text() + "\n# written by hand\n"
    code.write_text(mine)
    configuration = app.folder / "rxconfig.py"
    good = configuration.read_text()
    configuration.write_text(f"{good}\nconfig = rx.Config(\n")
    app.start()
    expect(page.get_by_role("alert").first).to_contain_text("rxconfig.py")
    wait_until(lambda: app.record("state") == "FAILED")
    assert page.locator("[data-repair=reset_configuration]").count() == 0
    expect(page.get_by_role("button", name="Reset the configuration")).to_be_visible()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow_width(page) == 0
        assert serious_findings(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Reset the configuration").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Changes of rxconfig.py")
    question.get_by_role("button", name="Reset the configuration").click()
    app.repair("reset_configuration", "verified")
    app.is_well()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.emulate_media(color_scheme="dark")
    assert serious_findings(page) == []
    assert configuration.read_text() == good
    assert code.read_text() == mine


def test_what_nothing_repairs_reaches_a_person_by_a_message_and_on_every_page(
    page: Page, server: Server, tmp_path: Path
) -> None:
    """A page of the app needs a package that the registry does not have, and its build is gone."""
    app = App(page, server)
    app.stop()
    forget_repairs(server)
    code = app.folder / SLUG / f"{SLUG}.py"
    code.write_text(code.read_text() + NEEDS_NO_SUCH_PACKAGE)
    shutil.rmtree(app.folder / ".web" / "build")
    with http_receiver() as receiver:
        open_page(page, f"{server.url}/settings/notifications")
        add_webhook(page, receiver.url(), "Operators")
        open_page(page, f"{server.url}/apps/{SLUG}")
        app.start()
        app.repair("clear_caches", "failed")
        told = escalated(receiver)
    assert told["title"] == "A person is needed: Building failed"
    assert "No repair is left: a person has to look at it." in told["text"]
    assert f"does not have “{NO_SUCH_PACKAGE}”" in told["text"]
    expect(page.get_by_role("alert").first).to_contain_text("Building failed")
    for strategy in ("rebuild", "reinstall"):
        app.repair(strategy, "failed")
    expect(page.get_by_role("button", name="Clean the app's environment")).to_be_visible()
    expect(page.locator(".pd-bell")).to_have_accessible_name("2 errors need attention")
    page.locator(".pd-bell").click()
    page.get_by_role("link", name="Building failed", exact=True).click()
    incident = page.locator(f"[data-incident='{told['incident_id']}']")
    expect(incident).to_contain_text("Repaired notes")
    step = page.locator("[data-escalation=manual]")
    expect(step).to_have_attribute("data-state", "open")
    expect(step).to_contain_text("3 attempts failed. No repair is left")
    expect(page.get_by_text("Escalated to a person")).to_be_visible()
    expect(page.get_by_text("Notification sent by Operators").first).to_be_visible()
    open_page(page, f"{server.url}/errors")
    waiting = page.get_by_role("list", name="Waiting for you")
    expect(waiting).to_contain_text("3 attempts failed. No repair is left")
    waiting.get_by_role("link", name="Building failed").click()
    page.get_by_role("button", name="Acknowledge").click()
    expect(step).to_have_attribute("data-state", "acknowledged")


def escalated(receiver: Receiver) -> Any:
    """The only message that somebody is needed; waits for it."""

    def sent() -> list[Any]:
        return [each.json for each in receiver.received if each.json["reason"] == "escalated"]

    wait_until(lambda: bool(sent()))
    [message] = sent()
    return message


def forget_repairs(server: Server) -> None:
    """Other tests repair the same failure of the same app, and an hour has only so many repairs of it."""
    with closing(sqlite3.connect(server.home / "proto_ddf.db")) as database, database:
        database.execute("delete from recovery_attempt")


def add_column(server: Server, name: str) -> None:
    with closing(sqlite3.connect(server.home.parent / "notes.db")) as database, database:
        database.execute(f"alter table notes add column {name} text")


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[Path]:
    """The home folder of the next server, on a small disk of its own."""
    with small_disk(tmp_path / "home0", "450m") as disk:
        yield disk


def test_a_full_disk_is_freed_of_what_can_be_made_again(
    page: Page, tmp_path: Path, small_home: Path, make_server: Callable[..., Server]
) -> None:
    left = small_home / "apps" / "gone.next-gone"
    notes = tmp_path / "notes.db"
    with closing(sqlite3.connect(notes)) as database, database:
        database.execute("create table notes (id integer primary key, title text)")
    server = make_server(
        ALLOWED_FOLDERS=json.dumps([str(tmp_path)]),
        BUN_INSTALL_CACHE_DIR=str(tmp_path / "cache"),
        RECOVERY_ATTEMPTS="4",
    )
    connect_file(page, server.url, notes, "Notes")
    fill_generate_form(page, server.url, "Roomy notes", source="Notes")
    left.mkdir()
    with (left / "filler").open("wb") as filler:
        for _ in range(300):
            filler.write(b"x" * 2**20)
    operation = start_generation(page)
    repair = page.locator("[data-repair=free_disk]")
    expect(repair).to_have_attribute("data-state", "verified", timeout=GENERATE_MS)
    expect(repair).to_contain_text("Went on at Validate")
    page.goto(f"{server.url}/operations/{operation}")
    expect(repair).to_have_attribute("data-state", "verified")
    expect(repair).to_contain_text("Freeing disk space, attempt 1 of 1")
    expect(repair).to_contain_text("Went on at Validate")
    assert not left.exists()
    shown = page.locator(f"[data-operation='{operation}']")
    expect(shown).to_have_attribute("data-state", "succeeded", timeout=GENERATE_MS)
