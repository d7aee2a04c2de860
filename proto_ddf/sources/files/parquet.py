"""Parquet files as a source: each file is a table, with the types that the file declares."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.errors import file_error, os_errors_translated
from proto_ddf.sources.files.format import (
    MAX_COLUMNS,
    RawColumn,
    RawTable,
    table_name,
    unique_names,
)
from proto_ddf.sources.files.source import file_kind
from proto_ddf.sources.preview import quote
from proto_ddf.sources.size_texts import count_text

_SUFFIXES = (".parquet", ".pq", ".parq")
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_AS_THEY_ARE = {"BOOLEAN", "DATE", "TIMESTAMP", "TIME", "BLOB", "VARCHAR"}
_NESTED = re.compile(r"(STRUCT|MAP|UNION)\(|.*\]$|JSON$|VARIANT$", re.DOTALL)
_FIRST_DAY, _LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"
"""The range of Python's dates."""


class ParquetFiles:
    name = "parquet"
    version = 2
    variant = ""
    multiple_tables = False
    has_header = False

    def table_name(self, path: Path) -> str:
        return table_name(path.name, _SUFFIXES)

    def recognise(self, path: Path) -> str:
        """Check by the first and last bytes that the file is complete.

        Raises:
            IntegrationError: `file_empty`, `file_not_parquet`, `file_cut_short`, `parquet_encrypted`, `source_gone`,
                `file_unreadable`.
        """
        with os_errors_translated(path), path.open("rb") as file:
            first = file.read(4)
            size = file.seek(0, 2)
            file.seek(max(size - 4, 0))
            last = file.read(4)
        if not size:
            raise file_error(path, "file_empty", "has no content")
        if _ENCRYPTED in (first, last):
            raise file_error(path, "parquet_encrypted", "is encrypted")
        if first != _MAGIC:
            raise file_error(path, "file_not_parquet", "is not a Parquet file")
        if last != _MAGIC or size < 12:
            raise file_error(path, "file_cut_short", "has no end", what="Parquet file")
        return "Parquet"

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """A copy of the whole file.

        Raises:
            IntegrationError: see `recognise`; `parquet_damaged`, `too_many_columns`.
        """
        self.recognise(path)
        data, link = folder / "0.parquet", folder / "link"
        link.symlink_to(path)  # DuckDB reads brackets in a path as a pattern
        source = f"read_parquet({duckdb_session.string_literal(link)}, hive_partitioning = false)"
        with duckdb_session.cursor() as connection, _damage_errors_translated(path):
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            if len(described) > MAX_COLUMNS:
                raise _too_wide(path, len(described))
            listed = ", ".join(f"{quote(row[0])} AS c{at}" for at, row in enumerate(described))
            duckdb_session.run(
                connection, duckdb_session.copy_to(f"SELECT {listed} FROM {source}", data)
            )
            link.unlink()
            kept = f"read_parquet({duckdb_session.string_literal(data)})"
            kinds = [
                row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {kept}").fetchall()
            ]
            exact = _fit_exactly(connection, kept, kinds)
        names = unique_names([row[0] for row in described])
        columns = [
            RawColumn(name, _text(f"c{at}", kind), declared=_typed(f"c{at}", kind, exact[at]))
            for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
        ]
        return [RawTable(data, tuple(columns), "file_row_number + 1")]


def _too_wide(path: Path, found: int) -> IntegrationError:
    words = f"has {count_text(found, 'column')}"
    return file_error(path, "too_many_columns", words, found=found, limit=MAX_COLUMNS)


@contextmanager
def _damage_errors_translated(path: Path) -> Iterator[None]:
    """Explain DuckDB's errors for a file that begins and ends like Parquet."""
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        text = str(error)
        if "No space left" in text or "temp_directory_size" in text:
            raise
        reason = text.partition("\n")[0].rpartition(": ")[2].lower() or "it cannot be decoded"
        raise file_error(path, "parquet_damaged", reason, reason=reason) from error


def _fit_exactly(
    connection: duckdb.DuckDBPyConnection, source: str, kinds: Sequence[str]
) -> list[bool]:
    """For each column: whether an app's database can hold all of its values without loss."""
    checks = [_check(f"c{at}", kind) for at, kind in enumerate(kinds)]
    listed = ", ".join(f"coalesce(bool_and({check}), true)" for check in checks)
    return list(duckdb_session.run(connection, f"SELECT {listed} FROM {source}")[0])


def _check(column: str, kind: str) -> str:
    if _NESTED.match(kind):
        return "true"
    if kind in ("UBIGINT", "HUGEINT", "UHUGEINT"):
        return f"TRY_CAST({column} AS BIGINT) IS NOT NULL OR {column} IS NULL"
    if kind.startswith("DECIMAL("):
        return f"TRY_CAST(CAST({column} AS DOUBLE) AS {kind}) = {column}"
    if kind == "TIMESTAMP_NS":
        return f"epoch_ns({column}) % 1000 = 0"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"CAST({column} AS DATE) BETWEEN {_FIRST_DAY} AND {_LAST_DAY}"
    return "true"


def _typed(column: str, kind: str, exact: bool) -> str:
    if _NESTED.match(kind):
        return f"CAST({_nested(column, kind)} AS JSON)"
    if not exact:
        return f"CAST({column} AS VARCHAR)"
    if kind in _INTEGERS or kind in ("UBIGINT", "HUGEINT", "UHUGEINT"):
        return f"CAST({column} AS BIGINT)"
    if kind in _AS_THEY_ARE or kind.startswith("DECIMAL("):
        return column
    if kind in ("FLOAT", "DOUBLE"):
        return f"CASE WHEN NOT isnan({column}) THEN CAST({column} AS DOUBLE) END"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"({column} AT TIME ZONE 'UTC')"
    if kind.startswith("TIMESTAMP_"):
        return f"CAST({column} AS TIMESTAMP)"
    return f"CAST({column} AS VARCHAR)"


def _text(column: str, kind: str) -> str:
    return f"CAST({_nested(column, kind) if _NESTED.match(kind) else column} AS VARCHAR)"


def _nested(column: str, kind: str) -> str:
    """JSON stays as it is, because to_json would rewrite its numbers (1.10 as 1.1)."""
    return column if kind == "JSON" else f"to_json({column})"


PARQUET = ParquetFiles()

KIND = file_kind(
    PARQUET,
    label="Parquet files",
    description="Typed tables, one per file. The app works on a copy of their rows.",
    icon="file-box",
    help_text="Upload Parquet files, or give paths Proto-DDF may read (* stands for any name).",
    accept=_SUFFIXES,
)
