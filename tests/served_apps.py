"""Generated apps in the test's own process: on a database server of each kind, with the same awkward tables, and on
an SQLite file."""

import contextlib
import importlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec, Dialect
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.dialects import dialect
from proto_ddf.sources.servers.mysql.server import MysqlConfig
from proto_ddf.sources.servers.postgres.server import PostgresConfig
from proto_ddf.sources.servers.tables import read_tables
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.ports import HOST
from tests.servers.database_server import Database

ODD = 'odd %s: "names" of `it\'s` \\'
"""A name with every character that has a meaning in SQL or for a driver."""
ODD_COLUMNS = (
    *(
        "%s",
        "%(x)s",
        "a b",
        "select",
        '"q"',
        "`b`",
        "it's",
        ":c",
        "Ünï",
        "x;--",
        "\\n",
        "100%",
        "{0}",
    ),
    *("size", "cursor_0", "cursor_1", "name", "value", "user", "rowid", "ctid_", "class", "Select"),
)
"""Some of them are names that the app's own statements use."""


def _odd_table(quote: str) -> str:
    def quoted(name: str) -> str:
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    distinct = {name.lower(): name for name in ODD_COLUMNS}
    columns = ", ".join(f"{quoted(name)} varchar(20)" for name in distinct.values())
    return f"CREATE TABLE {quoted(ODD)} ({quoted('i d')} integer PRIMARY KEY, {columns})"


POSTGRES = [
    "CREATE TYPE mood AS ENUM ('new', 'paid', 'it''s \"odd\"')",
    'CREATE SCHEMA "stock room"',
    """CREATE TABLE customers (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Full Name" varchar(40) NOT NULL,
        email varchar(80) UNIQUE, joined date, vip boolean NOT NULL DEFAULT true, "class" text)""",
    """CREATE TABLE orders (
        id bigserial PRIMARY KEY, customer_id integer REFERENCES customers (id),
        placed timestamptz(6), changed timestamp, status mood DEFAULT 'new',
        total numeric(12, 2) CHECK (total >= 0 OR total = -1), rate real, exact double precision,
        note text, payload jsonb, wake time, picture bytea)""",
    """CREATE TABLE lines (
        order_id bigint REFERENCES orders (id) ON DELETE CASCADE, line_no smallint,
        item varchar(5) NOT NULL DEFAULT 'it''s', "left" smallint, PRIMARY KEY (order_id, line_no))""",
    """CREATE TABLE remarks (
        id serial PRIMARY KEY, order_id bigint, line_no smallint, words text,
        FOREIGN KEY (order_id, line_no) REFERENCES lines (order_id, line_no) ON DELETE SET NULL)""",
    """CREATE TABLE tokens (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), label text, net inet, span interval,
        tags integer[], plain json, fixed char(6))""",
    """CREATE TABLE codes (
        code varchar(10) PRIMARY KEY, pair_a integer, pair_b integer, UNIQUE (pair_a, pair_b))""",
    "CREATE TABLE rates (day date, amount numeric(30, 10), at timestamp, PRIMARY KEY (day, amount, at))",
    "CREATE TABLE no_key (word text, amount integer)",
    'CREATE TABLE "stock room".bins (id serial PRIMARY KEY, name text, '
    "customer_id integer REFERENCES customers (id))",
    "CREATE VIEW large_orders AS SELECT id, total, note FROM orders WHERE total > 100",
    _odd_table('"'),
]
MYSQL = [
    """CREATE TABLE customers (
        id integer AUTO_INCREMENT PRIMARY KEY, `Full Name` varchar(40) NOT NULL,
        email varchar(80) UNIQUE, joined date, vip boolean NOT NULL DEFAULT true, `class` text)""",
    """CREATE TABLE orders (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer_id integer, placed datetime(6), changed timestamp NULL,
        status enum('new', 'paid', 'it''s "odd"') DEFAULT 'new',
        total decimal(12, 2) CHECK (total >= 0 OR total = -1), rate float, exact double,
        note text, payload json, wake time, picture blob, FOREIGN KEY (customer_id) REFERENCES customers (id))""",
    """CREATE TABLE `lines` (
        order_id bigint, line_no smallint, item varchar(5) NOT NULL DEFAULT 'it''s', `left` smallint,
        PRIMARY KEY (order_id, line_no), FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE)""",
    """CREATE TABLE remarks (
        id integer AUTO_INCREMENT PRIMARY KEY, order_id bigint, line_no smallint, words text,
        FOREIGN KEY (order_id, line_no) REFERENCES `lines` (order_id, line_no) ON DELETE SET NULL)""",
    """CREATE TABLE tokens (
        id uuid PRIMARY KEY DEFAULT uuid(), label text, net inet6, flags bit(5), yes bit(1), born year,
        some set('a', 'b', 'c'), fixed char(6))""",
    """CREATE TABLE codes (
        code varchar(10) PRIMARY KEY, pair_a integer, pair_b integer, UNIQUE pairs (pair_a, pair_b))""",
    """CREATE TABLE rates (
        day date, amount decimal(30, 10), at datetime, PRIMARY KEY (day, amount, at))""",
    "CREATE TABLE no_key (word text, amount integer)",
    "CREATE VIEW large_orders AS SELECT id, total, note FROM orders WHERE total > 100",
    _odd_table("`"),
]
_TABLES: dict[str, list[str]] = {"postgresql": POSTGRES, "mysql": MYSQL}


def fill(database: Database) -> None:
    """Insert rows with nulls, repeated values, capital letters and special characters of every kind."""
    connection = database.connect()
    mysql = database.server.kind == "mysql"
    quote = "`" if mysql else '"'
    add = connection.cursor().executemany
    words = [
        "Ada/1",
        "O'Neil & Söhne",
        "éa",
        "ZOË",
        "zoë",
        '50% "off"',
        "_x_",
        "back\\slash",
        "c:d",
    ]
    add(
        f"INSERT INTO customers ({quote}Full Name{quote}, email, joined, vip, {quote}class{quote}) "
        "VALUES (%s, %s, %s, %s, %s)",
        [
            (
                f"{words[n % 9]} {n}",
                f"c{n}@example.com" if n % 3 else None,
                f"20{n % 20 + 10}-0{n % 9 + 1}-1{n % 10}" if n % 4 else None,
                n % 2 == 0,
                ["", None, "first", "First"][n % 4],
            )
            for n in range(1, 31)
        ],
    )
    moods = ["new", "paid", 'it\'s "odd"', None]
    add(
        "INSERT INTO orders (customer_id, placed, changed, status, total, rate, exact, note, payload, wake, "
        "picture) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                n % 30 + 1 if n % 11 else None,
                f"2024-05-{n % 28 + 1:02} 10:00:00.00012{n % 3}" if n % 6 else None,
                f"2024-06-{n % 3 + 1:02} 10:00:00" if n % 5 else None,
                moods[n % 4],
                n * 2.25 if n % 7 else None,
                (n % 5) / 10 if n % 9 else None,
                n / 3,
                "Once upon a time. " * (n % 12),
                f'{{"a": {n % 4}}}' if n % 2 else None,
                f"0{n % 9}:30:00" if n % 3 else None,
                bytes(n) if n % 2 else None,
            )
            for n in range(1, 64)
        ],
    )
    add(
        f"INSERT INTO {quote}lines{quote} (order_id, line_no, item, {quote}left{quote}) VALUES (%s, %s, %s, %s)",
        [(n, m, f"i{m}", n % 3 or None) for n in range(1, 21) for m in range(1, 4)],
    )
    add(
        "INSERT INTO remarks (order_id, line_no, words) VALUES (%s, %s, %s)",
        [(n % 20 + 1, n % 3 + 1, f"word {n}") for n in range(20)],
    )
    if mysql:
        add(
            "INSERT INTO tokens (label, net, flags, yes, born, some, fixed) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    f"t{n}",
                    f"fe80::{n}",
                    n % 32 if n % 4 else None,
                    n % 2,
                    2000 + n % 7,
                    "a,c",
                    f"f{n}",
                )
                for n in range(25)
            ],
        )
    else:
        add(
            "INSERT INTO tokens (label, net, span, tags, plain, fixed) VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (
                    *(f"t{n}", f"10.0.0.{n % 9}" if n % 4 else None, f"{n % 5} mons {n} hours"),
                    *([n, n + 1], f'{{"n": {n}}}', f"f{n}"),
                )
                for n in range(25)
            ],
        )
    add(
        "INSERT INTO codes VALUES (%s, %s, %s)",
        [("new", 1, 1), ("~x", 1, 2), ("ä ö/ü?#%", None, 3), ("plain", 2, None)],
    )
    add(
        "INSERT INTO rates VALUES (%s, %s, %s)",
        [
            (f"2024-0{n % 3 + 1}-01", f"{n}.0000000001", f"2024-05-01 0{n % 8}:00:0{n % 2}")
            for n in range(20)
        ],
    )
    add(
        "INSERT INTO no_key VALUES (%s, %s)",
        [(None if n % 5 == 0 else f"w{n % 4}", n % 6) for n in range(50)],
    )
    if not mysql:
        add(
            'INSERT INTO "stock room".bins (name, customer_id) VALUES (%s, %s)',
            [(f"bin {n}", n % 30 + 1) for n in range(12)],
        )
    connection.close()


class FilledForms:
    """Changes rows of an imported app as its pages do: with a form that is filled from the row."""

    def form(self, view: Any, key: tuple[Any, ...]) -> Any:
        """The form of the row with its present values."""
        return self.row_forms.form_of_row(view, key, self.keys.encode_key(view, key))

    def texts(self, view: Any, key: tuple[Any, ...]) -> dict[str, str]:
        """The texts in the controls of that form, by field."""
        return {name: control.text for name, control in self.form(view, key).inputs.items()}

    def update(self, view: Any, key: tuple[Any, ...], texts: dict[str, str]) -> str:
        """Save these texts with that form."""
        return str(self.changes.update(view, key, texts, self.form(view, key).snapshot))

    def delete(self, view: Any, key: tuple[Any, ...]) -> None:
        """Delete the row that has these present values."""
        self.changes.delete(view, key, self.form(view, key).snapshot)


class ImportedApp(FilledForms):
    """The imported modules of an app, as attributes: `app.data`, `app.changes` and so on."""

    def __init__(self, package: str, folder: Path, spec: AppSpec) -> None:
        self.package, self.folder, self.spec = package, folder, spec

    def __getattr__(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{name}")

    def view(self, name: str) -> Any:
        return self.views.VIEWS[name]

    def all_rows(self, view: Any, query: Any, size: int = 7) -> list[Any]:
        """Every row, read page by page."""
        rows: list[Any] = []
        page = self.data.fetch_page(view, query, size)
        while True:
            rows += page.rows
            assert len(rows) < 1_000, f"no end: {query}"
            if not page.has_more:
                return rows
            page = self.data.fetch_page(view, query, size, after=page.last, offset=len(rows))


class ServedApp(ImportedApp):
    """An app on a database server."""

    def __init__(self, package: str, folder: Path, database: Database, spec: AppSpec) -> None:
        super().__init__(package, folder, spec)
        self.place = database

    def run(self, *statements: str) -> list[Any]:
        """Run SQL directly in the database, without the app; returns the rows of the last statement."""
        return list(self.place.run(*statements))


class FileApp(ImportedApp):
    """An app on an SQLite file."""

    def __init__(self, package: str, folder: Path, database: Path, spec: AppSpec) -> None:
        super().__init__(package, folder, spec)
        self.place = database

    def run(self, *statements: str) -> list[Any]:
        """Run SQL directly in the database, without the app; returns the rows of the last statement."""
        rows: list[Any] = []
        with contextlib.closing(sqlite3.connect(self.place)) as connection, connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        return rows


def url_of(database: Database) -> str:
    """The DATABASE_URL, without the password, of an app that works on this database."""
    driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}[database.server.kind]
    place = {"host": HOST, "port": database.server.port, "database": database.name}
    url = sa.URL.create(driver, username=database.user, **place)
    return url.render_as_string(hide_password=False)


def schema_of(database: Database) -> SourceSchema:
    """The tables of the database as a source reads them."""
    kinds: dict[str, type[ServerConfig]] = {"postgresql": PostgresConfig, "mysql": MysqlConfig}
    kind = database.server.kind
    config = kinds[kind].model_validate(database.config(password=""))
    engine = sa.create_engine(
        sa.make_url(url_of(database)).set(password=database.password), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            return read_tables(connection, dialect(kind), config).schema
    finally:
        engine.dispose()


@contextmanager
def served_app(
    database: Database, folder: Path, *, editing: bool = True, name: str = ""
) -> Iterator[ServedApp]:
    """An app on the database, imported into this process under its slug."""
    dialect: Dialect = "postgresql" if database.server.kind == "postgresql" else "mysql"
    spec = plan_app(
        schema_of(database),
        name=name or f"On {dialect}",
        allow_editing=editing,
        imported=False,
        dialect=dialect,
    )
    render_app(spec, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("DATABASE_URL", url_of(database))
        patch.setenv("DATABASE_PASSWORD", database.password)
        app = ServedApp(spec.slug, folder, database, spec)
        for table in spec.tables:
            importlib.import_module(f"{spec.slug}.pages.{table.name}")
        yield app
        app.database.engine().dispose()
    for module in [each for each in sys.modules if each.split(".")[0] == spec.slug]:
        del sys.modules[module]


@contextmanager
def file_app(
    database: Path, folder: Path, *, editing: bool = True, name: str = "On a file"
) -> Iterator["FileApp"]:
    """An app on an SQLite file, imported into this process under its slug."""
    source = SqliteSource(database)
    spec = plan_app(
        source.read_schema(), name=name, allow_editing=editing, imported=False, source=source
    )
    render_app(spec, folder)
    place = {"database": database.as_uri(), "query": {"mode": "rw", "uri": "true"}}
    url = sa.URL.create("sqlite", **place).render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("DATABASE_URL", url)
        app = FileApp(spec.slug, folder, database, spec)
        for table in spec.tables:
            importlib.import_module(f"{spec.slug}.pages.{table.name}")
        yield app
    for module in [each for each in sys.modules if each.split(".")[0] == spec.slug]:
        del sys.modules[module]


@contextmanager
def app_on(
    dialect: str,
    statements: Iterable[str],
    request: pytest.FixtureRequest,
    folders: pytest.TempPathFactory,
    name: str,
) -> Iterator[ImportedApp]:
    """An app on a new database of that dialect, in which the statements were run in order."""
    if dialect == "sqlite":
        place = folders.mktemp("data") / "app.db"
        with contextlib.closing(sqlite3.connect(place)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        with file_app(place, folders.mktemp("app"), name=f"{name} on a file") as made:
            yield made
        return
    server = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[dialect])
    database = server.create_database()
    database.run(*statements)
    with served_app(database, folders.mktemp("app"), name=f"{name} on {dialect}") as made:
        yield made
    server.drop_database(database)


def make_tables(database: Database) -> None:
    """Create and fill the awkward tables."""
    database.run(*_TABLES[database.server.kind])
    fill(database)
