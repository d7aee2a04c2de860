"""Every Try Again ends in a result or an error, and none is accepted before its time.

The kind: the callout of a page (its handler fails, raises, or the server is killed meanwhile), the panel of an
operation, and the rows of the list of errors; each while the error asks the user to wait, in a browser that does
not count down correctly."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    SOON_MS,
    connect_file,
    end_injections,
    note_toasts,
    operation_id,
    start_connecting,
    start_injection,
    step_runs,
    wait_until_disconnected,
    wait_until_noted,
)
from tests.browser.looking import open_page
from tests.ports import free_port

pytestmark = pytest.mark.browser

BREAKS_THE_PREVIEW = '''
"""Python imports this at its start: while the file FLAG is there, the code that shows a value raises an exception whose
name is in that file."""
import importlib.abc, importlib.util, os, sys


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "proto_ddf.web.sources.detail.preview_state":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def load_and_break(module):
            load(module)
            sound = module._cell

            def cell(value):
                if os.path.exists(FLAG):
                    with open(FLAG) as flag:
                        raise type(flag.read(), (Exception,), {})("a mistake in the page's code")
                return sound(value)

            module._cell = cell

        spec.loader.exec_module = load_and_break
        return spec


sys.meta_path.insert(0, Finder())
'''
PRESS = """element => {
    const key = Object.keys(element).find(name => name.startsWith("__reactProps$"));
    if (element[key].onClick) return element[key].onClick(new MouseEvent("click"));
    element.disabled = false;
    element.click();
}"""
"""Presses a button, even if it is disabled."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    with closing(sqlite3.connect(folder / "notes.db")) as database, database:
        database.execute("create table notes (id integer primary key, title text)")
        database.execute("insert into notes (title) values ('A first note')")
    code = folder / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(
        BREAKS_THE_PREVIEW.replace("FLAG", repr(str(folder / "broken")))
    )
    return folder


@pytest.fixture(scope="module")
def faulty_server(folder: Path) -> Iterator[Server]:
    """A server that allows fault injection; a circuit opens at the second failure and stays open for an hour."""
    source = {
        "max_retries": 1,
        "retry_delay_ms": 50,
        "circuit_breaker_threshold": 2,
        "circuit_breaker_reset_timeout_ms": 3_600_000,
    }
    environment = {
        "FAULTS_ENABLED": "true",
        "NETWORK_SYSTEMS": json.dumps({"source": source}),
        "ALLOWED_FOLDERS": json.dumps([str(folder)]),
        "PYTHONPATH": str(folder / "code"),
        "SOURCE_CHECK_SECONDS": "86400",  # a failed check would be counted too
    }
    # By a new interpreter, which imports sitecustomize.
    command = ["-m", "proto_ddf.server", "start"]
    server = Server(folder / "home", free_port(), environment, command=command)
    server.start()
    yield server
    server.end()


@pytest.fixture
def notes(faulty_server: Server, folder: Path, page: Page) -> str:
    """The address of a new working source; its circuit is closed and no fault is active."""
    end_injections(page, faulty_server.url)
    connect_file(page, faulty_server.url, folder / "notes.db", f"Notes {uuid4().hex[:8]}")
    expect(page.get_by_text("A first note")).to_be_visible()
    checked = page.get_by_role("region", name="Connection")
    expect(checked).to_have_attribute("data-health", "connected")
    return page.url


def callout(page: Page, text: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=text)


def again(where: Page | Locator) -> Locator:
    return where.get_by_role("button", name="Try Again")


def rename_table(folder: Path, old: str, new: str) -> None:
    with closing(sqlite3.connect(folder / "notes.db")) as database, database:
        database.execute(f"alter table {old} rename to {new}")


@pytest.fixture
def failing(page: Page, notes: str, folder: Path) -> Iterator[Page]:
    """The page of the source whose rows cannot be read, because its table was renamed to "other"."""
    rename_table(folder, "notes", "other")
    page.reload()
    expect(again(page.get_by_role("alert"))).to_be_visible(timeout=SOON_MS)
    yield page
    (folder / "broken").unlink(missing_ok=True)
    with suppress(sqlite3.OperationalError):  # the test has renamed it already
        rename_table(folder, "other", "notes")


def press_too_early(button: Locator) -> None:
    """Click as in a browser that does not count down correctly."""
    expect(button).to_be_disabled(timeout=SOON_MS)
    button.evaluate(PRESS)


def test_a_handler_that_raises_ends_as_an_error_and_can_be_tried_again(
    failing: Page, folder: Path
) -> None:
    page = failing
    mistake = folder / "broken"
    mistake.write_text("FirstMistake")  # before any read can succeed again
    rename_table(folder, "other", "notes")
    for name in ("FirstMistake", "SecondMistake"):
        mistake.write_text(name)
        again(page).click()
        raised = callout(page, name)
        expect(raised).to_be_visible(timeout=SOON_MS)
        expect(again(raised)).to_be_enabled()
        expect(page.get_by_text("Trying again…")).to_have_count(0)
    mistake.unlink()
    again(raised).click()
    expect(page.get_by_text("A first note")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_callout_refuses_a_try_again_before_its_time(
    page: Page, notes: str, faulty_server: Server
) -> None:
    other = page.context.new_page()
    start_injection(other, faulty_server.url)
    toasts = note_toasts(page)
    page.reload()
    expect(again(callout(page, "No connection"))).to_be_visible(timeout=SOON_MS)
    again(page).click()
    paused = callout(page, "Calls are paused")
    press_too_early(again(paused))
    wait_until_noted(page, toasts, r"It is too early to try again: wait 3\d\d\d s more")
    expect(paused).to_be_visible()
    expect(page.get_by_text("Trying again…")).to_have_count(0)


def test_an_operation_and_the_list_of_errors_refuse_a_try_again_before_its_time(
    page: Page, notes: str, folder: Path, faulty_server: Server
) -> None:
    start_injection(page, faulty_server.url)
    start_connecting(page, faulty_server.url, folder / "notes.db", "Notes once more")
    expect(callout(page, "No connection")).to_be_visible(timeout=SOON_MS)
    again(page).click()
    paused = callout(page, "Calls are paused")
    expect(again(paused)).to_be_disabled(timeout=SOON_MS)
    operation = operation_id(page)
    runs = step_runs(faulty_server.home, operation)
    for address in (page.url, f"{faulty_server.url}/operations/{operation}"):
        open_page(page, address)
        press_too_early(again(paused))
        expect(callout(page, "Too early to try again")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text("Trying again…")).to_have_count(0)
    open_page(page, f"{faulty_server.url}/errors")
    row = page.get_by_role("listitem").filter(has_text="Calls are paused").first
    press_too_early(again(row))
    expect(callout(page, "Too early to try again")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Trying again…")).to_have_count(0)
    assert step_runs(faulty_server.home, operation) == runs


def test_a_server_that_is_killed_while_it_tries_again_leaves_no_button_stuck(
    failing: Page, folder: Path, faulty_server: Server
) -> None:
    page = failing
    rename_table(folder, "other", "notes")
    other = page.context.new_page()
    start_injection(other, faulty_server.url, kind="No answer at all")
    again(page).click()
    expect(page.get_by_text("Trying again…")).to_be_visible()
    faulty_server.kill()
    wait_until_disconnected(page)
    faulty_server.start()
    expect(page.get_by_text("A first note")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Trying again…")).to_have_count(0)
