"""The real kinds of operation, and files that they can use."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from proto_ddf.operations import all_kinds, service
from proto_ddf.operations.views import OperationView
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.store import SourceView, make_source, save_source
from proto_ddf.sources.files.uploads import upload_path

SHOP = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, total REAL);
    INSERT INTO customer (name) VALUES ('Ann'), ('Bo');
    INSERT INTO invoice (customer_id, total) VALUES (1, 9.5), (2, 3), (2, 4);
"""


@pytest.fixture(autouse=True)
def _all_kinds(prepared_home: Path) -> None:
    all_kinds.register_all()


@pytest.fixture
def shared_folder(tmp_path: Path, prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user from which sources may be read."""
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setenv("ALLOWED_FOLDERS", f'["{folder}"]')
    get_settings.cache_clear()
    return folder


@pytest.fixture
def shop_file() -> Path:
    """An uploaded SQLite file."""
    path = upload_path("shop.db")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SHOP)
    return path


@pytest.fixture
def people_file() -> Path:
    """An uploaded CSV file."""
    path = upload_path("people.csv")
    path.write_text("id,name\n1,Ann\n2,Bo\n")
    return path


@pytest.fixture
def shop(shop_file: Path) -> SourceView:
    """The SQLite file as a source."""
    config = {"path": str(shop_file)}
    return save_source("Shop", "sqlite", config, make_source("sqlite", config).read_schema())


@pytest.fixture
def people(people_file: Path) -> SourceView:
    """The CSV file as a source."""
    config = {"paths": [str(people_file)]}
    return save_source("People", "csv", config, make_source("csv", config).read_schema())


@pytest.fixture
def ended(workshop) -> Callable[[str, BaseModel], OperationView]:  # type: ignore[no-untyped-def]
    """Runs an operation to its end."""

    def run(kind: str, given: BaseModel) -> OperationView:
        operation_id = service.start(kind, given)
        view: OperationView = workshop.wait(operation_id, "succeeded", "failed")
        return view

    return run
