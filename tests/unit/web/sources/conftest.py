"""A real store, and real files as sources."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.web.sources.connect import submit
from proto_ddf.web.sources.detail import state as detail_state
from tests.unit.web.sources.states import LONG


@pytest.fixture(autouse=True)
def database(migrated_home: Path) -> None:
    """Proto-DDF's own database, migrated."""


@pytest.fixture
def shop(home: Path) -> Path:
    """An uploaded SQLite file: 120 items with a null, an empty and a long text, and an empty table."""
    path = upload_path("shop.db")
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note TEXT)"
        )
        notes: list[str | None] = [None, "", LONG, "fine"]
        rows = [(number, f"item {number:03}", notes[number % 4]) for number in range(1, 121)]
        db.executemany("INSERT INTO item VALUES (?, ?, ?)", rows)
        db.execute("CREATE TABLE bare (item_id INTEGER REFERENCES item(id))")
    db.close()
    return path


@pytest.fixture
def saved(shop: Path) -> store.SourceView:
    schema = store.make_source("sqlite", {"path": str(shop)}).read_schema()
    return store.save_source("Shop", "sqlite", {"path": str(shop)}, schema)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The started operations; none of them runs."""
    asked: list[tuple[str, Any]] = []

    def start(kind: str, given: Any, user_id: str = "anonymous") -> str:
        asked.append((kind, given))
        return f"op{len(asked)}"

    monkeypatch.setattr(submit.service, "start", start)
    monkeypatch.setattr(detail_state.service, "last_for", lambda subject: None)
    return asked
