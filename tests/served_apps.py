"""Generated apps in the test's own process: on a database server of each kind, and on an SQLite file."""

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

NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The environment in which an app's own test runs: loading our plugins takes longer than the test, which needs none."""


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

    def related_rows(self, view: Any, values: dict[str, Any]) -> list[Any]:
        """The rows that refer to the row with these values, by relation, as its page shows them at first."""
        blocks = []
        for place in self.related.first_places(view, values):
            block, now = self.related.read_related(view, place)
            self.related.tell_total(block, self.related.count_related(view, now))
            blocks.append(block)
        return blocks

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
    database: Path,
    folder: Path,
    *,
    editing: bool = True,
    name: str = "On a file",
    imported: bool = False,
) -> Iterator["FileApp"]:
    """An app on an SQLite file, imported into this process under its slug; `imported`: the file is its own."""
    source = SqliteSource(database)
    spec = plan_app(
        source.read_schema(), name=name, allow_editing=editing, imported=imported, source=source
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
    """An app on a new database of that dialect, in which the statements were run in order; "own" is an SQLite file of the
    app's own."""
    if dialect in ("sqlite", "own"):
        place = folders.mktemp("data") / "app.db"
        with contextlib.closing(sqlite3.connect(place)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        is_own = dialect == "own"
        what = f"{name} on {'its own' if is_own else 'a'} file"
        with file_app(place, folders.mktemp("app"), name=what, imported=is_own) as made:
            yield made
        return
    server = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[dialect])
    database = server.create_database()
    database.run(*statements)
    with served_app(database, folders.mktemp("app"), name=f"{name} on {dialect}") as made:
        yield made
    server.drop_database(database)
