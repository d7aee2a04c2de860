"""SQLite files as a source, opened read-only."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import URL

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.path_labels import files_label
from proto_ddf.sources.paths import confine
from proto_ddf.sources.preview import (
    PreviewQuery,
    like_pattern,
    preview_query,
    quote,
    table_unknown,
)
from proto_ddf.sources.protocol import Finding, FormField, PageRequest, SourceKind, Stage
from proto_ddf.sources.schema.model import ColumnInfo, PreviewPage, SourceSchema
from proto_ddf.sources.size_texts import count_text, size_text
from proto_ddf.sources.sqlite import connecting
from proto_ddf.sources.sqlite.catalogue import read_columns, read_tables, row_order
from proto_ddf.sources.sqlite.types import converter

_SECONDS_TO_COUNT = 3.0
"""Limit for counting the rows of a search; a page shows "at least" if it is reached."""


class SqliteConfig(BaseModel):
    """The path of the file, absolute or relative to one of the allowed folders."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SqliteSource:
    """One SQLite file. Each call opens it, so that it may be replaced between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Raises IntegrationError: as `connecting.read_connection`."""
        with connecting.read_connection(self.path):
            pass

    def read_schema(self) -> SourceSchema:
        """Tables and views. Raises IntegrationError: `sqlite_empty`, or as `connecting.read_connection`."""
        with connecting.read_connection(self.path) as connection:
            schema = read_tables(connection)
        if not schema.tables:
            raise IntegrationError(
                f"{self.path.name} has no tables.",
                "sqlite",
                "read",
                code="sqlite_empty",
                path=self.path.name,
                field="path",
            )
        return schema

    def preview(self, request: PageRequest) -> PreviewPage:
        with connecting.read_connection(self.path) as connection:
            columns = self._columns(connection, request.table)
            names = tuple(column.name for column in columns)
            folded = not request.search.isascii()
            if folded:
                connection.create_function("contains_folded", 2, _contains_folded)
            query = preview_query(
                request,
                names,
                matches=_matches_folded if folded else _matches_ascii,
                to_parameter=str.casefold if folded else like_pattern,
                tie_break=row_order(connection, request.table),
            )
            with connecting.answer_time_limit(connection, self.path):
                found = connection.execute(query.page, query.page_parameters).fetchall()
            rows = tuple(_typed(columns, found))
            end = query.offset + len(rows)
            is_last = len(rows) < query.limit and bool(rows or not query.offset)
            total = end if is_last else _count(connection, query)
        return PreviewPage(
            columns=names,
            rows=rows,
            offset=query.offset,
            total=end if total is None else total,
            at_least=total is None,
        )

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        with connecting.read_connection(self.path) as connection:
            columns = self._columns(connection, table)
            names = ", ".join(quote(column.name) for column in columns)
            order = ", ".join(row_order(connection, table))
            ordering = f" ORDER BY {order}" if order else ""
            with connecting.answer_time_limit(connection, self.path):
                cursor = connection.execute(f"SELECT {names} FROM {quote(table)}{ordering}")
                found = cursor.fetchmany(batch)
            while found:
                yield _typed(columns, found)
                with connecting.answer_time_limit(connection, self.path):
                    found = cursor.fetchmany(batch)

    def close(self) -> None:
        """Nothing stays open."""

    def check_writable(self) -> None:
        """Raises IntegrationError: as `connecting.check_writable`."""
        connecting.check_writable(self.path)

    def _columns(self, connection: sqlite3.Connection, table: str) -> tuple[ColumnInfo, ...]:
        columns = read_columns(connection, table)
        if not columns:
            raise table_unknown(table, "sqlite", self.path.name)
        return columns


def _count(connection: sqlite3.Connection, query: PreviewQuery) -> int | None:
    """The number of rows that match; None if counting takes too long."""
    try:
        with connecting.time_limit(connection, _SECONDS_TO_COUNT):
            found: int = connection.execute(query.count, query.parameters).fetchone()[0]
    except TimeoutError:
        return None
    return found


def _typed(columns: Sequence[ColumnInfo], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    converters = [
        (at, convert) for at, column in enumerate(columns) if (convert := converter(column))
    ]
    if not converters:
        return rows
    typed = []
    for row in rows:
        values = list(row)
        for at, convert in converters:
            values[at] = convert(values[at])
        typed.append(tuple(values))
    return typed


def _matches_ascii(column: str) -> str:
    return f"CAST({column} AS TEXT) LIKE ? ESCAPE '\\'"


def _matches_folded(column: str) -> str:
    # SQLite's LIKE ignores case for ASCII letters only. The text is passed as bytes, because SQLite
    # would not pass text that is not valid UTF-8 to a Python function.
    return f"contains_folded(CAST(CAST({column} AS TEXT) AS BLOB), ?)"


def _contains_folded(value: bytes | None, search: str) -> bool:
    return value is not None and search in value.decode("utf-8", "replace").casefold()


def _find(source: SqliteSource) -> Finding:
    return Finding(size_text(confine(source.path).stat().st_size))


def _open(source: SqliteSource) -> Finding:
    with connecting.read_connection(source.path) as connection:
        encoding = connection.execute("PRAGMA encoding").fetchone()[0]
    suffix = "" if os.access(source.path, os.W_OK) else ", read-only"
    return Finding(f"SQLite, {encoding}{suffix}")


def _read_tables(source: SqliteSource) -> Finding:
    schema = source.read_schema()
    rows = sum(table.row_count for table in schema.tables)
    text = f"{count_text(len(schema.tables), 'table')}, {count_text(rows, 'row')}"
    return Finding(text, schema)


STAGES = (
    Stage("find_file", "Find the file", _find),
    Stage("open", "Open the database", _open),
    Stage("read_tables", "Read the tables", _read_tables, reads_schema=True),
)


def _create(config: SqliteConfig) -> SqliteSource:
    return SqliteSource(confine(config.path, must_exist=False))


def _target(config: SqliteConfig) -> str:
    return files_label([confine(config.path, must_exist=False)])


def _app_environment(config: SqliteConfig, writable: bool) -> dict[str, str]:
    path = confine(config.path, must_exist=False)
    url = URL.create("sqlite", database=str(path))
    if not writable:
        url = url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    return {"DATABASE_URL": url.render_as_string()}


KIND = SourceKind(
    name="sqlite",
    label="SQLite file",
    description="Tables and views of one SQLite database. The app works on the file itself.",
    icon="database",
    config_model=SqliteConfig,
    form=(
        FormField(
            name="path",
            label="File path",
            widget="file",
            help="Upload a file, or give the path of one in a folder Proto-DDF may read.",
            accept=(".db", ".sqlite", ".sqlite3", ".db3"),
        ),
    ),
    stages=STAGES,
    create=_create,
    target=_target,
    live=True,
    app_environment=_app_environment,
    check_writable=SqliteSource.check_writable,
)
