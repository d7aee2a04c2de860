"""How fast a generated app reads a million rows, and how fast the schema of 500 tables is read.

    python -m benchmarks.databases [rounds]

The peer of a page is the bare query through the database's own driver, on a connection that is open. Both take
turns, call by call. The servers are private ones that the tests start, too.
"""

import importlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from benchmarks import million_rows
from benchmarks.report import Comparison, publish
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import Dialect
from proto_ddf.sources.schema.model import SourceSchema
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.fixtures import CLASSES

ROUNDS = 60
COUNT_ROUNDS = 15
SCHEMA_ROUNDS = 5
TABLES = 500
PAGE = 25
MIDDLE = 500_000
FROM, UNTIL = "2022-03-01", "2022-05-31"
SETTINGS: dict[str, dict[str, str | int]] = {
    "postgresql": {"shared_buffers": "512MB"},
    "mysql": {"innodb-buffer-pool-size": "512M"},
}
"""Room for the table, as a server of one's own would have."""

_COLUMNS = ", ".join(million_rows.COLUMNS)
_RANGE = f"placed >= '{FROM}' AND placed <= '{UNTIL}'"
BARE = {
    "first page": f"SELECT {_COLUMNS} FROM orders ORDER BY id LIMIT {PAGE}",
    "page after row 500,000": f"SELECT {_COLUMNS} FROM orders WHERE id > {MIDDLE} ORDER BY id LIMIT {PAGE}",
    "filter and sort on an indexed column": (
        f"SELECT {_COLUMNS} FROM orders WHERE {_RANGE} ORDER BY placed, id LIMIT {PAGE}"
    ),
    "count": "SELECT count(*) FROM orders",
}
TEXT = f"""A page is what the list of a generated app asks of its own modules: {PAGE} rows of eight columns as cells
with links, by `fetch_page`; the count is by `count_rows`, forced to count again. The peer sends one statement and fetches
its rows. The schema of {TABLES} tables is read by the source as a connection test reads it, with row counts; its peer
are the Inspector's calls for columns, keys, indexes, checks and comments of all tables at once."""


class App:
    """A generated app, and the driver's own connection to the same database."""

    def __init__(self, label: str, package: str, peer: Any) -> None:
        self.label, self.package, self.peer = label, package, peer

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{name}")

    def calls(self) -> dict[str, Callable[[], Any]]:
        """What is measured, by the name of its bare statement."""
        data, filters = self.module("data"), self.module("filters")
        view = self.module("views").VIEWS["orders"]
        everything = filters.Query()
        some = filters.Query(
            conditions=(filters.Condition("placed", "range", FROM, UNTIL),), sort="placed"
        )
        middle = (str(MIDDLE),) if self.label == "PostgreSQL" else (MIDDLE,)

        def count() -> int:
            data.forget_counts()
            return int(data.count_rows(view, everything))

        return {
            "first page": lambda: data.fetch_page(view, everything, PAGE),
            "page after row 500,000": lambda: data.fetch_page(view, everything, PAGE, after=middle),
            "filter and sort on an indexed column": lambda: data.fetch_page(view, some, PAGE),
            "count": count,
        }


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, ExitStack() as stack:
        os.environ["PROTO_DDF_HOME"] = str(Path(folder) / "home")
        servers = [stack.enter_context(CLASSES[kind](SETTINGS[kind])) for kind in CLASSES]
        comparisons = measured(sqlite_app(Path(folder)), rounds)
        for server in servers:
            with server_app(server, Path(folder)) as app:
                comparisons += measured(app, rounds)
        comparisons += [compare_schemas(server) for server in servers]
    publish("Databases", TEXT, comparisons, "bare")


def measured(app: App, rounds: int) -> list[Comparison]:
    comparisons = []
    for name, ours in app.calls().items():
        statement = BARE[name]

        def peer(statement: str = statement) -> list[Any]:
            return million_rows.fetch(app.peer, statement)

        _check_same(name, ours(), peer())
        turns = rounds if name != "count" else COUNT_ROUNDS
        mine, others = in_turns(ours, peer, turns)
        comparisons.append(Comparison(f"{app.label}: {name}", mine, others, "ms", 1.30, more=1.0))
        print(comparisons[-1].row, flush=True)
    return comparisons


def _check_same(name: str, ours: Any, peers: list[Any]) -> None:
    """Both have found the same rows."""
    if name == "count":
        assert ours == peers[0][0] == million_rows.ROWS
    else:
        assert [row.href.rpartition("/")[2] for row in ours.rows] == [str(row[0]) for row in peers]


def in_turns(
    ours: Callable[[], Any], peer: Callable[[], Any], rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of both, measured one after the other; the first of each is left out."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for call, taken in ((ours, times[0]), (peer, times[1])):
            begin = time.perf_counter()
            call()
            taken.append((time.perf_counter() - begin) * 1000)
    return times[0][1:], times[1][1:]


def sqlite_app(folder: Path) -> App:
    from proto_ddf.sources.sqlite.source import SqliteSource

    path = folder / "orders.db"
    million_rows.make_file(path)
    _load("On SQLite", SqliteSource(path).read_schema(), "sqlite", f"sqlite:///{path}", folder)
    return App("SQLite", "on_sqlite", sqlite3.connect(path))


@contextmanager
def server_app(server: DatabaseServer, folder: Path) -> Iterator[App]:
    from tests.served_apps import schema_of, url_of

    database = server.create_database()
    million_rows.make_table(database)
    dialect: Dialect = "postgresql" if server.kind == "postgresql" else "mysql"
    os.environ["DATABASE_PASSWORD"] = database.password
    _load(f"On {dialect}", schema_of(database), dialect, url_of(database), folder)
    app = App(server.label, f"on_{dialect}", database.connect())
    yield app
    app.peer.close()
    app.module("database").engine().dispose()
    server.drop_database(database)


def _load(name: str, schema: SourceSchema, dialect: Dialect, url: str, folder: Path) -> None:
    """Generate the app, and import it into this process."""
    spec = plan_app(schema, name=name, allow_editing=True, imported=False, dialect=dialect)
    place = folder / "apps" / spec.slug
    render_app(spec, place)
    os.environ["DATABASE_URL"] = url
    sys.path.insert(0, str(place))
    importlib.import_module(f"{spec.slug}.pages.orders")


def compare_schemas(server: DatabaseServer) -> Comparison:
    from tests.served_apps import url_of

    database = server.create_database()
    _make_tables(database)
    source = _source(database)
    engine = sa.create_engine(sa.make_url(url_of(database)).set(password=database.password))

    def inspect() -> None:
        with engine.connect() as connection:
            inspector = sa.inspect(connection)
            for read in (
                inspector.get_multi_columns,
                inspector.get_multi_pk_constraint,
                inspector.get_multi_foreign_keys,
                inspector.get_multi_unique_constraints,
                inspector.get_multi_indexes,
                inspector.get_multi_check_constraints,
                inspector.get_multi_table_comment,
            ):
                read()

    assert len(source.read_schema().tables) == TABLES
    mine, others = in_turns(source.read_schema, inspect, SCHEMA_ROUNDS)
    engine.dispose()
    return Comparison(f"{server.label}: schema of {TABLES} tables", mine, others, "ms", 2.00)


def _make_tables(database: Database) -> None:
    """Each refers to the one before it."""
    database.run(
        "CREATE TABLE t0 (id integer PRIMARY KEY)",
        *(
            f"CREATE TABLE t{n} (id integer PRIMARY KEY, parent integer REFERENCES t{n - 1} (id), "
            f"name varchar(40) NOT NULL, price decimal(10, 2) CHECK (price > 0), made date, "
            f"code varchar(10) UNIQUE, note text)"
            for n in range(1, TABLES)
        ),
    )


def _source(database: Database) -> Any:
    from proto_ddf.db.engine import migrate
    from proto_ddf.settings import get_settings
    from proto_ddf.sources.servers.kinds import MYSQL, POSTGRES

    get_settings().prepare_home()
    migrate()
    kind = POSTGRES if database.server.kind == "postgresql" else MYSQL
    return kind.create(kind.config_model.model_validate(database.config()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
