"""A generated app on a database with awkward tables and values, imported into the test's own process."""

import contextlib
import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.awkward_tables import make_tables
from tests.served_apps import (
    ImportedApp,
    ServedApp,
    file_app,
    served_app,
)
from tests.servers.database_server import DatabaseServer
from tests.type_values import statements

AWKWARD = """
CREATE TABLE "Full Names" (
    "First Name" TEXT NOT NULL, "Last-Name %s!" TEXT NOT NULL, "class" TEXT, born DATE,
    PRIMARY KEY ("First Name", "Last-Name %s!")
);
CREATE TABLE codes (code TEXT PRIMARY KEY, meaning TEXT UNIQUE);
CREATE TABLE things (
    id INTEGER PRIMARY KEY, code TEXT REFERENCES codes (code) ON DELETE SET NULL,
    parent_id INTEGER REFERENCES things (id),
    made DATE, seen DATETIME, woken TIME, price NUMERIC(8, 2), ratio REAL, ok BOOLEAN,
    size INTEGER CHECK (size BETWEEN 1 AND 10), picture BLOB, details JSON, story TEXT
);
CREATE TABLE "no key" (word TEXT, amount INTEGER);
CREATE TABLE "nothing" (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE readings (at DATETIME, place TEXT, level REAL, PRIMARY KEY (at, place));
CREATE TABLE with_defaults (
    id INTEGER PRIMARY KEY, word TEXT NOT NULL DEFAULT 'it''s', number REAL DEFAULT (-3.5),
    yes BOOLEAN NOT NULL DEFAULT 1, no BOOLEAN NOT NULL DEFAULT FALSE,
    at DATETIME DEFAULT CURRENT_TIMESTAMP, nothing_known TEXT
);
CREATE VIEW seen_things AS SELECT id, seen, story FROM things WHERE seen IS NOT NULL;
"""


def fill(connection: sqlite3.Connection) -> None:
    """Insert values that do not fit their columns among values that do."""
    connection.executemany(
        'INSERT INTO "Full Names" VALUES (?, ?, ?, ?)',
        [("Ada/1", "O'Neil & Söhne", "a", "1815-12-10"), ("new", "new", None, "long ago")]
        + [(f"N{n}", f"L{n % 3}", "", None) for n in range(40)],
    )
    connection.executemany(
        "INSERT INTO codes VALUES (?, ?)",
        [("new", "a word with a meaning"), ("~x", None), ("ä ö/ü?#%", ""), ("plain", "plain")],
    )
    for n in range(1, 61):
        odd = n % 7 == 0
        connection.execute(
            "INSERT INTO things VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                n,
                [None, "new", "~x", "ä ö/ü?#%"][n % 4],
                n - 1 or None,
                "not a date" if odd else f"2024-{n % 12 + 1:02}-05",
                [None, 1_700_000_000, f"2024-05-{n % 28 + 1:02}T10:00:00", "yesterday"][n % 4],
                "noon" if odd else "12:30:00",
                "n/a" if odd else n * 1.25,
                None if odd else n / 3,
                ["maybe", 1, 0, None][n % 4],
                n % 10 + 1,
                bytes(n) if n % 2 else None,
                '{"a": 1}' if n % 2 else "not json",
                "Once upon a time. " * n,
            ),
        )
    connection.executemany(
        "INSERT INTO readings VALUES (?, ?, ?)",
        [(f"2024-05-0{n % 9 + 1}{' T'[n % 2]}08:00:00", f"p{n}", n / 2) for n in range(20)],
    )
    connection.executemany(
        'INSERT INTO "no key" VALUES (?, ?)',
        [(None if n % 5 == 0 else f"w{n % 4}", n % 6) for n in range(50)],
    )


@pytest.fixture(scope="session")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImportedApp]:
    folder = tmp_path_factory.mktemp("apps") / "awkward"
    database = tmp_path_factory.mktemp("data") / "awk ward?#%.db"
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(AWKWARD)
        fill(connection)
    source = SqliteSource(database)
    spec = plan_app(
        source.read_schema(), name="Awkward", allow_editing=True, imported=False, source=source
    )
    render_app(spec, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        app = ImportedApp("awkward", folder, spec)
        importlib.import_module("awkward.config")
        patch.setattr(app.database, "DATABASE_URL", _url(database))
        app.database.engine.cache_clear()
        for table in spec.tables:
            importlib.import_module(f"awkward.pages.{table.name}")
        yield app
    for name in [name for name in sys.modules if name.split(".")[0] == "awkward"]:
        del sys.modules[name]


def _url(database: Path) -> str:
    """The URL as Proto-DDF writes it for an app that works on a source."""
    url = sa.URL.create("sqlite", database=database.as_uri(), query={"mode": "rw", "uri": "true"})
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session", params=["postgresql", "mysql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedApp]:
    """An app on a database of each kind of server in turn; it may change the rows."""
    kind = str(request.param)
    server = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[kind])
    database = server.create_database()
    make_tables(database)
    with served_app(database, tmp_path_factory.mktemp("served") / kind) as app:
        yield app
    server.drop_database(database)


@pytest.fixture(scope="session")
def mypy() -> list[str]:
    """The command that checks types, with the options and the cache of `make lint`: nearly all of its time would be
    spent on the libraries that Proto-DDF and its apps share."""
    config, cache = PROJECT_ROOT / "pyproject.toml", PROJECT_ROOT / ".mypy_cache"
    return ["mypy", "--config-file", str(config), "--cache-dir", str(cache)]


@pytest.fixture(scope="session")
def typed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], ImportedApp]]:
    """Gives the app on the tables of every type of a database: typed("postgresql"). It is made when a test first
    asks for it."""
    apps: dict[str, ImportedApp] = {}
    with contextlib.ExitStack() as opened:

        def app_of(dialect: str) -> ImportedApp:
            if dialect not in apps:
                folder = tmp_path_factory.mktemp("types") / dialect
                if dialect == "sqlite":
                    app = _types_on_file(folder, tmp_path_factory.mktemp("data") / "types.db")
                else:
                    app = _types_on_server(folder, _server_of(request, dialect))
                apps[dialect] = opened.enter_context(app)
            return apps[dialect]

        yield app_of


def _server_of(request: pytest.FixtureRequest, dialect: str) -> DatabaseServer:
    name = {"postgresql": "postgres", "mysql": "mariadb"}[dialect]
    server: DatabaseServer = request.getfixturevalue(name)
    return server


def _types_on_file(folder: Path, place: Path) -> contextlib.AbstractContextManager[ImportedApp]:
    with contextlib.closing(sqlite3.connect(place)) as connection, connection:
        connection.executescript(";\n".join(statements("sqlite")))
    return file_app(place, folder, name="Types on a file")


@contextlib.contextmanager
def _types_on_server(folder: Path, server: DatabaseServer) -> Iterator[ImportedApp]:
    database = server.create_database()
    make = statements(server.kind)
    if server.kind == "postgresql":
        make.append(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{database.user}"')
    database.admin(*make)
    with served_app(database, folder, name=f"Types on {server.kind}") as app:
        yield app  # not dropped: it is deleted with the server, which may end first
