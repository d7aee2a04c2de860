"""A failure is caused in each step of a generation: each has its own message, and Try Again completes the
generation."""

import contextlib
import csv
import http.server
import json
import shutil
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from tests import disks
from tests.browser.driving import (
    GENERATE_MS,
    connect_file,
    failure,
    fill_generate_form,
    note_texts,
    open_app_address,
    rows,
    start_generation,
    step,
    step_runs,
    wait_until,
    wait_until_noted,
)
from tests.ports import free_port, free_ports, port_range

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

DISK_SIZE = "450m"
ENOUGH_FOR_CODE = 10 * 1024**2
"""Free bytes in which the code of an app and the records of an operation fit, but not the packages."""


@dataclass
class Generation:
    """A generation as a page shows it. Counts the failures, to know how often each step had to run."""

    page: Page
    server: Any
    name: str
    operation: str = ""
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "_")

    @property
    def folder(self) -> Path:
        return Path(self.server.home) / "apps" / self.slug

    def start(self, source: str = "Notes") -> None:
        fill_generate_form(self.page, self.server.url, self.name, source=source)
        self.operation = start_generation(self.page)

    def fails(self, at: str, code: str, title: str, *texts: str) -> None:
        """Wait until a step has failed with its own message; its details must have the code."""
        callout = failure(self.page, title)
        failed = self.page.locator("[data-step][data-state='failed']")
        expect(failed).to_have_attribute("data-step", at)
        for text in texts:
            expect(callout).to_contain_text(text)
        callout.locator("summary").click()
        expect(callout.get_by_label("Details of the error")).to_contain_text(f'"code": "{code}"')
        self.failures[at] = self.failures.get(at, 0) + 1

    def try_again(self) -> None:
        self.page.get_by_role("button", name="Try Again").click()

    def ends_well(self) -> None:
        """Check that the app answers, that it exists once, and that no step ran more often than it had to."""
        address = open_app_address(self.page)
        assert httpx.get(address, timeout=60).status_code == 200
        for name, (state, runs) in step_runs(self.server.home, self.operation).items():
            assert (name, state, runs) == (name, "succeeded", 1 + self.failures.get(name, 0))
        database = self.server.home / "proto_ddf.db"
        running = [(self.slug, "RUNNING")]
        wait_until(lambda: rows(database, "select slug, state from app") == running)
        assert [path.name for path in (self.server.home / "apps").iterdir()] == [self.slug]
        wait_until(lambda: not rows(database, "select * from error where resolved_at is null"))
        expect(self.page.get_by_role("alert")).to_have_count(0)


def server_with_two_ports(
    page: Page, make_server: Callable[..., Any], notes: Path
) -> tuple[Any, int, int]:
    """A server that has the notes as a source and only these two ports for its apps."""
    allowed = free_ports(2)
    server = make_server(
        ALLOWED_FOLDERS=json.dumps([str(notes.parent)]),
        **port_range(allowed),
    )
    connect_file(page, server.url, notes, "Notes")
    return server, *allowed


def test_disk_space_is_too_small_then_ports_run_out_then_the_disk_is_full(
    page: Page, small_disk: Path, make_server: Callable[..., Any], notes: Path
) -> None:
    server, first, last = server_with_two_ports(page, make_server, notes)
    generation = Generation(page, server, "Disk notes")

    filler = fill_disk(small_disk, leave=100 * 1024**2)
    generation.start()
    generation.fails("validate", "disk_space_low", "Disk is full", "Free some space")
    assert not generation.folder.exists()
    assert rows(server.home / "proto_ddf.db", "select * from app") == []
    filler.unlink()
    with listening(last):
        generation.try_again()
        generation.fails(
            "reserve_ports", "port_unavailable", "No free port", f"between {first} and"
        )
        filler = fill_disk(small_disk, leave=ENOUGH_FOR_CODE)
    generation.try_again()
    generation.fails("install", "disk_space_low", "Disk is full", "Free some space")
    filler.unlink()
    generation.try_again()
    generation.ends_well()


def test_a_failed_generation_is_discarded(
    page: Page, make_server: Callable[..., Any], notes: Path
) -> None:
    server = make_server(ALLOWED_FOLDERS=json.dumps([str(notes.parent)]))
    connect_file(page, server.url, notes, "Notes")
    generation = Generation(page, server, "Brief notes")
    fill_generate_form(page, server.url, generation.name, source="Notes")
    notes.unlink()
    generation.operation = start_generation(page)
    generation.fails(
        "validate", "file_not_found", "File not found", "notes.db", "Put the file back"
    )
    page.get_by_role("button", name="Discard").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("cannot be tried again")
    question.get_by_role("button", name="Discard operation").click()
    expect(page.locator("[data-operation]")).to_have_attribute("data-state", "cancelled")
    assert rows(server.home / "proto_ddf.db", "select * from app") == []
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_label("Project name")).to_have_value(generation.name)


def test_source_file_is_missing_then_code_cannot_be_written_then_rows_cannot_be_imported(
    page: Page, make_server: Callable[..., Any], tmp_path: Path
) -> None:
    cities = tmp_path / "data" / "cities.csv"
    cities.parent.mkdir()
    with cities.open("w", newline="") as file:
        csv.writer(file).writerows([("name", "people"), ("Bath", 94_000), ("Ely", 20_000)])
    server = make_server(ALLOWED_FOLDERS=json.dumps([str(cities.parent)]))
    connect_file(page, server.url, cities, "Cities", kind="CSV")
    generation = Generation(page, server, "City list")
    fill_generate_form(page, server.url, generation.name, source="Cities")
    away = cities.rename(cities.with_suffix(".away"))
    generation.operation = start_generation(page)
    generation.fails(
        "validate", "file_not_found", "File not found", "cities.csv", "Put the file back"
    )
    away.rename(cities)
    apps = server.home / "apps"
    apps.rmdir()
    apps.write_text("A file where the folder of all apps should be.")
    generation.try_again()
    generation.fails("render", "render_failed", "Code could not be written", str(apps))
    apps.unlink()
    cities.rename(away)
    generation.try_again()
    generation.fails("import", "source_gone", "Source is gone", "cities.csv", "Put it back")
    away.rename(cities)
    generation.try_again()
    generation.ends_well()
    imported = rows(
        generation.folder / "data" / "app.db", "select name, people from cities order by 1"
    )
    assert imported == [("Bath", 94_000), ("Ely", 20_000)]


def test_packages_cannot_be_installed_then_the_pages_cannot_be_built(
    page: Page, make_server: Callable[..., Any], notes: Path, tmp_path: Path
) -> None:
    registry = Registry()
    cache = tmp_path / "package-cache"
    with registry.reachable():
        server = make_server(
            ALLOWED_FOLDERS=json.dumps([str(notes.parent)]),
            NPM_CONFIG_REGISTRY=registry.url,
            BUN_INSTALL_CACHE_DIR=str(cache),
            NETWORK_DEFAULT_RETRY_DELAY_MS="2000",
        )
    shutil.rmtree(cache, ignore_errors=True)
    connect_file(page, server.url, notes, "Notes")
    generation = Generation(page, server, "Packed notes")
    install = note_texts(page, "[data-step=install] .pd-step-row")
    generation.start()
    generation.fails(
        "install",
        "registry_unreachable",
        "Package registry is unreachable",
        registry.url.removeprefix("http://").rstrip("/"),
        "it refused the connection",
    )
    wait_until_noted(page, install, "Attempt 1 of 3 failed, next in")
    broken = generation.folder / ".web" / "utils" / "state.js"
    sound = broken.read_text()
    broken.write_text(f"{sound}\nexport const = ;\n")
    with registry.reachable():
        generation.try_again()
        generation.fails("build", "code_syntax_error", "Mistake in the code", "state.js")
        broken.write_text(sound)
        generation.try_again()
        generation.ends_well()


def test_app_finds_its_port_taken_then_crashes_then_does_not_answer(
    page: Page, make_server: Callable[..., Any], notes: Path
) -> None:
    server, first, last = server_with_two_ports(page, make_server, notes)
    generation = Generation(page, server, "Unlucky notes")
    generation.start()
    expect(step(page, "reserve_ports")).to_have_attribute("data-state", "succeeded")
    with listening(first):
        generation.fails("start", "port_unavailable", "No free port", f"between {first} and {last}")
        code = generation.folder / generation.slug / f"{generation.slug}.py"
        sound = code.read_text()
        code.write_text("raise RuntimeError('the owner of this code broke it')\n")
    generation.try_again()
    generation.fails(
        "start", "app_code_error", "Error in the app's code", "the owner of this code broke it"
    )
    code.write_text(sound)
    first_page = generation.folder / ".web" / "build" / "client" / "index.html"
    away = first_page.rename(first_page.with_suffix(".away"))
    generation.try_again()
    generation.fails("check", "app_check_failed", "App does not answer correctly", "status 404")
    away.rename(first_page)
    generation.try_again()
    generation.ends_well()


def test_cancel_during_the_build_leaves_nothing(
    page: Page, make_server: Callable[..., Any], notes: Path
) -> None:
    server = make_server(ALLOWED_FOLDERS=json.dumps([str(notes.parent)]))
    connect_file(page, server.url, notes, "Notes")
    generation = Generation(page, server, "Cancelled notes")
    generation.start()
    database = server.home / "proto_ddf.db"
    bundling = "select 1 from operation_log where line like '%Bundling the pages%'"
    wait_until(lambda: bool(rows(database, bundling)), GENERATE_MS)
    for process in server.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()  # so that the build does not end before it is cancelled
    build = step(page, "build")
    expect(build).to_have_attribute("data-state", "running")
    expect(build).to_contain_text("Bundling the pages")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel operation").click()
    expect(page.locator("[data-operation]")).to_have_attribute("data-state", "cancelled")
    again = page.get_by_role("button", name="Back to the form")
    expect(again).to_be_visible()

    finished = "select finished_at from operation where id = ?"
    wait_until(lambda: bool(rows(database, finished, generation.operation)[0][0]))
    assert rows(database, "select * from app") == []
    assert rows(database, "select * from port_reservation") == []
    assert list((server.home / "apps").iterdir()) == []
    wait_until(lambda: not server.processes())

    again.click()
    expect(page.get_by_label("Project name")).to_have_value(generation.name)
    generation.operation = start_generation(page)
    generation.ends_well()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A database with one small table, in a separate folder."""
    database = tmp_path / "data" / "notes.db"
    database.parent.mkdir()
    connection = sqlite3.connect(database)
    connection.execute("create table notes (id integer primary key, title text not null)")
    connection.executemany("insert into notes (title) values (?)", [("One",), ("Two",)])
    connection.commit()
    connection.close()
    return database


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The home folder of the next server, on a small disk of its own."""
    with disks.small_disk(tmp_path / "home0", str(DISK_SIZE)) as disk:
        yield disk


def fill_disk(folder: Path, leave: int) -> Path:
    """Leave `leave` bytes free; returns the file that uses the rest."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        while (more := shutil.disk_usage(folder).free - leave) > 0:
            file.write(b"\0" * min(more, 1024**2))
    return filler


@contextlib.contextmanager
def listening(port: int) -> Iterator[None]:
    """Another program listens on the port."""
    with socket.create_server(("127.0.0.1", port)):
        yield


class Registry:
    """A forwarder to this machine's package registry, whose address can be made unreachable."""

    def __init__(self) -> None:
        self._address = ("127.0.0.1", free_port())
        command = ["npm", "config", "get", "registry"]
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        self._upstream = found.stdout.split()[-1].rstrip("/")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._address[1]}/"

    @contextlib.contextmanager
    def reachable(self) -> Iterator[None]:
        upstream = self._upstream

        class Forward(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = {"accept": self.headers.get("accept", "*/*")}
                answer = client.get(upstream + self.path, headers=wanted)
                self.send_response(answer.status_code)
                self.send_header("content-type", answer.headers.get("content-type", ""))
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *args: Any) -> None:
                """Logs nothing."""

        with (
            httpx.Client(timeout=60, follow_redirects=True) as client,
            http.server.ThreadingHTTPServer(self._address, Forward) as forwarder,
        ):
            thread = threading.Thread(target=forwarder.serve_forever)
            thread.start()
            try:
                yield
            finally:
                forwarder.shutdown()
                thread.join()
