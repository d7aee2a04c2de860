"""A generated app without Proto-DDF: the sample shop, rendered, built, and served like every app."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.progress import NoProgress
from proto_ddf.serving import app_process
from proto_ddf.settings import get_settings
from proto_ddf.sources.sample_shop.sample_database import ensure_sample
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.answering import answers
from tests.ports import free_port

TOASTS_STAY = """(() => {
  const start = window.setTimeout;
  window.setTimeout = (act, milliseconds, ...values) =>
    start(act, [4000, 8000].includes(milliseconds) ? 60_000 : milliseconds, ...values);
})()"""


@dataclass
class App:
    """A running generated app with its own database."""

    url: str
    folder: Path
    database: Path
    process: subprocess.Popen[bytes]

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read rows directly from the database file."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=60)) as connection:
            return connection.execute(sql, values).fetchall()

    def execute(self, sql: str, *values: Any) -> None:
        with (
            contextlib.closing(sqlite3.connect(self.database, timeout=60)) as connection,
            connection,
        ):
            connection.execute(sql, values)


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    before = os.environ.get("PROTO_DDF_HOME")
    os.environ["PROTO_DDF_HOME"] = str(tmp_path_factory.mktemp("sample-home"))
    get_settings.cache_clear()
    get_settings().prepare_home()
    path = ensure_sample()
    if before is not None:
        os.environ["PROTO_DDF_HOME"] = before
    get_settings.cache_clear()
    return path


@contextlib.contextmanager
def serve(
    folder: Path, database: Path, port: int | None = None, **environment: str
) -> Iterator[App]:
    """The built app of a folder, served in a separate process."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-P", app_process.__file__, "--port", str(port), "--log", "logs/app.log"],
        cwd=folder,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{database}"} | environment,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, (folder / "logs/app.log").read_text()
            if answers(url):
                break
            time.sleep(0.05)
        else:
            raise AssertionError(f"the app did not answer at {url}")
        yield App(url, folder, database, process)
    finally:
        process.terminate()
        process.wait(timeout=60)


def build_app(source: Path, folder: Path, *, name: str = "Sample shop", editing: bool) -> None:
    """Render and build an app on a database."""
    sqlite = SqliteSource(source)
    spec = plan_app(
        sqlite.read_schema(),
        name=name,
        description="Customers, products and their orders.",
        allow_editing=editing,
        imported=False,
        source=sqlite,
    )
    render_app(spec, folder)
    install(folder, NoProgress())
    build(folder, NoProgress())


@pytest.fixture(scope="session")
def shop(sample_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The sample shop with editing allowed, shared by the tests: each test uses its own rows."""
    folder = tmp_path_factory.mktemp("shop") / "sample_shop"
    database = tmp_path_factory.mktemp("data") / "shop.db"
    shutil.copy(sample_database, database)
    build_app(sample_database, folder, editing=True)
    with serve(folder, database) as app:
        yield app


def app_that_waits(shop: App, folder: Path) -> Path:
    """A copy of the app, in that folder, that waits a minute for a lock of the database instead of five seconds: a
    test that holds the lock may be slow."""
    copy = folder / shop.folder.name
    shutil.copytree(shop.folder, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
    connecting = copy / shop.folder.name / "connecting.py"
    code = connecting.read_text()
    assert "BUSY_SECONDS = 5.0" in code
    connecting.write_text(code.replace("BUSY_SECONDS = 5.0", "BUSY_SECONDS = 60.0"))
    return copy


def open_list(page: Page, url: str) -> Locator:
    """Open the page of a list and wait for its rows, since the page does not handle events before; returns the
    rows."""
    page.goto(url)
    found = page.locator("tbody tr")
    expect(found.first).to_be_visible()
    return found


def open_dashboard(page: Page, url: str) -> None:
    """Open the dashboard and wait for a count of rows, since the page does not handle events before."""
    page.goto(url)
    expect(page.locator(".card-count:not(.skeleton)").first).to_be_visible()


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A browser whose pages show a message for a minute instead of some seconds: a slow test must not miss it."""
    context.add_init_script(TOASTS_STAY)
    return context


@pytest.fixture
def console(page: Page) -> list[str]:
    """The errors that the page logged in the browser's console."""
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors
