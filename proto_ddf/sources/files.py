"""CSV and TSV files as a source: each file is a table. An app imports their rows."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proto_ddf.sources import duck
from proto_ddf.sources.csv_cache import typed_copy
from proto_ddf.sources.csv_text import SUFFIXES, csv_name, recognise
from proto_ddf.sources.paths import confine
from proto_ddf.sources.places import files_place
from proto_ddf.sources.preview import like_pattern, preview_query, quote, table_unknown
from proto_ddf.sources.protocol import FormField, SourceKind, Stage
from proto_ddf.sources.schema import ColumnInfo, ColumnType, PreviewPage, SourceSchema, TableInfo
from proto_ddf.sources.sizes import count_text, size_text

MAX_FILES = 100
_TYPES = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "BIGINT": ColumnType.INTEGER,
    "DOUBLE": ColumnType.FLOAT,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIME": ColumnType.TIME,
}
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")

_Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FilesConfig(BaseModel):
    """Where the files are: paths, absolute or below one of the folders allowed."""

    model_config = ConfigDict(extra="forbid")

    paths: Annotated[list[_Path], Field(min_length=1, max_length=MAX_FILES)]


class FilesSource:
    """CSV and TSV files. They are typed once per version of a file, then read from that copy."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)

    def stages(self) -> Sequence[Stage]:
        return (
            Stage("find_files", "Find the files", self._find),
            Stage("read_format", "Recognise the format", self._recognise),
            Stage("infer_types", "Work out the types", self._type),
        )

    def read_schema(self) -> SourceSchema:
        """One table per file, without keys (see `relations.suggest_relations`).

        Raises:
            IntegrationError, ValidationError: see `csv_cache.typed_copy`.
        """
        with self.connection() as connection:
            return SourceSchema(tables=tuple(_table(connection, name) for name in self._tables()))

    def preview(
        self,
        table: str,
        *,
        search: str = "",
        sort: str | None = None,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> PreviewPage:
        with self.connection(table) as connection:
            names = tuple(name for name, _ in _columns(connection, table))
            query = preview_query(
                table,
                names,
                search=search,
                matches=_matches,
                to_parameter=like_pattern,
                sort=sort,
                descending=descending,
                tie_break=[quote(duck.ROW_NUMBER)],
                offset=offset,
                limit=limit,
            )
            counted = connection.execute(query.count, query.parameters).fetchone()
            rows = connection.execute(query.page, query.page_parameters).fetchall()
        total = counted[0] if counted else 0
        return PreviewPage(columns=names, rows=tuple(rows), offset=query.offset, total=total)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        with self.connection(table) as connection:
            names = ", ".join(quote(name) for name, _ in _columns(connection, table))
            result = connection.execute(f"SELECT {names} FROM {quote(table)}")
            while found := result.fetchmany(batch):
                yield found

    @contextmanager
    def connection(self, table: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB with the source's tables (or the one asked for) as views.

        Raises:
            IntegrationError: code `table_unknown`, or see `csv_cache.typed_copy`.
        """
        tables = self._tables()
        if table is not None:
            if table not in tables:
                files = ", ".join(path.name for path in self.paths)
                raise table_unknown(table, "file", files)
            tables = {table: tables[table]}
        copies = [(name, typed_copy(path)) for name, path in tables.items()]
        with duck.cursor() as connection:
            duck.create_views(connection, copies)
            yield connection

    def _tables(self) -> dict[str, Path]:
        """Files by table name, unique whatever their case."""
        tables: dict[str, Path] = {}
        for path in self.paths:
            base = table_name(csv_name(path))
            name, number = base, 2
            while name in tables:
                name, number = f"{base}_{number}", number + 1
            tables[name] = path
        return tables

    def _find(self) -> str:
        found = [confine(path, field="paths") for path in self.paths]
        size = size_text(sum(path.stat().st_size for path in found))
        return f"{count_text(len(found), 'file')}, {size}"

    def _recognise(self) -> str:
        formats = [recognise(path) for path in self.paths]
        return "; ".join(dict.fromkeys(form.summary for form in formats))

    def _type(self) -> str:
        tables = self.read_schema().tables
        columns = sum(len(table.columns) for table in tables)
        rows = sum(table.row_count for table in tables)
        counts = (len(tables), "table"), (columns, "column"), (rows, "row")
        return ", ".join(count_text(number, noun) for number, noun in counts)


def table_name(filename: str) -> str:
    """A table's name from a file's: "Order Items (2024).csv" gives "order_items_2024"."""
    stem = filename.lower()
    while stem.endswith((*SUFFIXES, ".zip")):
        stem = stem.rpartition(".")[0]
    return re.sub(r"\W+", "_", stem).strip("_") or "table"


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> TableInfo:
    columns = _columns(connection, name)
    counts = ", ".join(f"count({quote(column)})" for column, _ in columns)
    found = connection.execute(f"SELECT count(*), {counts} FROM {quote(name)}").fetchone() or (0,)
    rows, filled = found[0], found[1:]
    return TableInfo(
        name=name,
        columns=tuple(
            _column(column, db_type, nullable=count < rows)
            for (column, db_type), count in zip(columns, filled, strict=True)
        ),
        row_count=rows,
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    described = connection.execute(f"DESCRIBE {quote(table)}").fetchall()
    return [(row[0], row[1]) for row in described if row[0] != duck.ROW_NUMBER]


def _column(name: str, db_type: str, *, nullable: bool) -> ColumnInfo:
    decimal = _DECIMAL.fullmatch(db_type)
    return ColumnInfo(
        name=name,
        type=ColumnType.DECIMAL if decimal else _TYPES.get(db_type, ColumnType.TEXT),
        db_type=db_type,
        nullable=nullable,
        precision=int(decimal[1]) if decimal else None,
        scale=int(decimal[2]) if decimal else None,
    )


def _matches(column: str) -> str:
    return f"CAST({column} AS VARCHAR) ILIKE ? ESCAPE '\\'"


def _create(config: FilesConfig) -> FilesSource:
    return FilesSource(_real_paths(config))


def _target(config: FilesConfig) -> str:
    return files_place(_real_paths(config))


def _real_paths(config: FilesConfig) -> list[Path]:
    return [confine(path, field="paths", must_exist=False) for path in config.paths]


KIND = SourceKind(
    name="csv",
    label="CSV/TSV files",
    description="Tables in text files, one per file. The app works on a typed copy of their rows.",
    icon="file-spreadsheet",
    config_model=FilesConfig,
    form=(
        FormField(
            name="paths",
            label="Files",
            widget="file",
            help="Upload CSV or TSV files (a ZIP may hold one), or give paths Proto-DDF may read.",
            accept=(".csv", ".tsv", ".txt", ".zip"),
            multiple=True,
        ),
    ),
    create=_create,
    target=_target,
    live=False,
)
