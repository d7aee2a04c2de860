"""Browser tests: Debian's Chromium against a real server in production mode."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserType, Page

from tests import forked_servers
from tests.answering import answers
from tests.browser.driving import (
    connect_file,
    fill_generate_form,
    open_app_address,
    start_generation,
)
from tests.chromium import CHROMIUM, MISSING
from tests.forked_servers import ForkedProcess
from tests.ports import HOST, free_port, free_ports, port_range

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
NAMES = ("shop.example", "evil.example", "data.example")
WITHOUT_REPAIRS = {"RECOVERY_ATTEMPTS": "0"}
"""For tests in which a person tries again: what failed would go on by itself. Repairs have tests of their own."""


@dataclass
class Server:
    """A real Proto-DDF server in a separate process, with its own home folder."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | ForkedProcess | None = None
    ports: dict[str, str] = field(default_factory=lambda: port_range(free_ports(40)))
    command: Sequence[str] = ()
    """Arguments of the Python interpreter, to start it in another way than `python -m proto_ddf.server start`."""
    addition: str = ""
    """A module that the server imports first."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log_path.read_text(errors="replace")

    def _fork(self, argument: str) -> ForkedProcess:
        return forked_servers.start(argument, self.addition, self._environment, self._log_path)

    @property
    def _environment(self) -> dict[str, str]:
        own = {"PROTO_DDF_HOME": str(self.home), "PORT": str(self.port)}
        return os.environ | self.ports | self.environment | own

    @property
    def _log_path(self) -> Path:
        return self.home.parent / f"{self.home.name}-server.log"

    def start(self, ready: str = "") -> None:
        """Start and wait until the first page answers, or the address `ready`."""
        self.launch()
        self.wait(ready)

    def launch(self) -> None:
        """Start without waiting."""
        if not self.command:
            self.process = self._fork("start")
            return
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, ready: str = "") -> None:
        """Wait until the first page answers, or the address `ready`."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended at start:\n{self.log[-4000:]}")
            if answers(self.url + ready):
                return
            time.sleep(0.1)
        raise RuntimeError(f"the server did not answer:\n{self.log[-4000:]}")

    def kill(self) -> None:
        """kill -9, as in a crash."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> None:
        """Ask it to end; its apps keep running."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=30)

    def stop(self) -> None:
        """End the server and every app it started, as `make stop` does."""
        self._fork("stop").wait(timeout=60)
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=20)

    def end(self) -> None:
        """End the server and every app it started at once."""
        self.kill()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()

    def processes(self) -> list[psutil.Process]:
        """Every process whose working folder is in this server's home folder."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                line = " ".join(process.cmdline())
                if str(self.home) in line or str(self.home) in process.cwd():
                    found.append(process)
        return found


_NAMED = {"source": ["name"], "account": ["name", "name_key"], "notification_channel": ["name"]}
_found = pytest.StashKey[dict[tuple[Path, str], set[str]]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Function) -> None:
    """Let a test that is run once more give the names again that it gave in its first run: what it added then, in a
    server that tests share, is renamed."""
    found = item.stash.setdefault(_found, {})
    servers = [each for each in item.funcargs.values() if isinstance(each, Server)]
    for path in [server.home / "proto_ddf.db" for server in servers if server.process is not None]:
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            for table, columns in _NAMED.items():
                now = {each for (each,) in database.execute(f"select id from {table}")}
                for added in now - found.setdefault((path, table), now):
                    changed = ", ".join(f"{each} = {each} || ' ' || id" for each in columns)
                    database.execute(f"update {table} set {changed} where id = ?", [added])


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers for one test. Every process that they left is ended afterwards."""
    servers: list[Server] = []

    def make(*command: str, **environment: str) -> Server:
        server = Server(
            tmp_path / f"home{len(servers)}", free_port(), WITHOUT_REPAIRS | environment
        )
        server.command = command or server.command
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.end()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server shared by the tests that only read or that make things of their own."""
    shared = Server(tmp_path_factory.mktemp("shared") / "home", free_port(), WITHOUT_REPAIRS)
    shared.start()
    yield shared
    shared.end()


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """A server for one module, with the source "Notes" of one small table (notes.db beside its home folder) and a
    running app made of it, "Shared notes"."""
    folder = tmp_path_factory.mktemp("hosted")
    notes = folder / "notes.db"
    with contextlib.closing(sqlite3.connect(notes)) as database:
        database.execute("create table notes (id integer primary key, title text, day date)")
        database.executemany(
            "insert into notes (title, day) values (?, ?)",
            [(f"Note {n}", f"2024-{n % 12 + 1:02}-01") for n in range(60)],
        )
        database.commit()
    environment = WITHOUT_REPAIRS | {"ALLOWED_FOLDERS": json.dumps([str(folder)])}
    server = Server(folder / "home", free_port(), environment)
    server.start()
    try:
        page = browser.new_page()
        connect_file(page, server.url, notes, "Notes")
        fill_generate_form(page, server.url, "Shared notes", source="Notes")
        start_generation(page)
        open_app_address(page)
        page.close()
        yield server
    finally:
        server.stop()
    assert server.processes() == []


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        pytest.skip(MISSING)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    size = {"width": 1440, "height": 900}
    # An animation is drawn without pause by the processor, while the test waits.
    return browser_context_args | {"viewport": size, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def browser_of_other_site(
    browser: Browser, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser in which names of other hosts resolve to this machine."""
    rules = ", ".join(f"MAP {name} {HOST}" for name in NAMES)
    flags = [*browser_type_launch_args["args"], f"--host-resolver-rules={rules}"]
    launched = browser_type.launch(**browser_type_launch_args | {"args": flags})
    yield launched
    launched.close()


@pytest.fixture
def page_of_other_site(browser_of_other_site: Browser) -> Iterator[Page]:
    context = browser_of_other_site.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()
