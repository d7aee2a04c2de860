"""A server that accepts only small uploads, and a database to connect."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Server
from tests.browser.sources.forms import LONG
from tests.ports import free_port


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for each of these modules; uploads may have 2 MB at most."""
    home = tmp_path_factory.mktemp("sources") / "home"
    started = Server(home, free_port(), {"MAX_UPLOAD_MB": "2"})
    started.start()
    yield started
    started.end()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose scripts must not fail."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    assert failures == []


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "corner_shop.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT)")
        notes = [None, "", LONG, "fine"]
        values = [(n, f"item {n:03}", notes[n % 4]) for n in range(1, 121)]
        db.executemany("INSERT INTO item VALUES (?, ?, ?)", values)
        db.execute(
            "CREATE TABLE sale (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item(id))"
        )
    db.close()
    return path
