"""Helpers for tests of sources that are files."""

from typing import Any

from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.sources.files.source import FilesSource
from tests.stages import first_failure


def failure(source: FilesSource) -> ProtoDDFError:
    """The error of the first stage that fails. It must belong to the field of the files, and a retry must not help."""
    _, error = first_failure(source)
    described = describe(error)
    assert described["field"] == "paths"
    assert "…" not in described["message"]
    assert described["hint"]
    assert not is_transient(error)
    return error


def types(source: FilesSource, table: str | None = None) -> dict[str, str]:
    """The types of the columns of a table; without a name, of the only table."""
    tables = source.read_schema().tables
    (found,) = [each for each in tables if table in (None, each.name)]
    return {column.name: column.type.value for column in found.columns}


def rows(source: FilesSource, table: str | None = None) -> list[tuple[Any, ...]]:
    """Every row of a table; without a name, of the only table."""
    if table is None:
        (table,) = [each.name for each in source.read_schema().tables]
    return [row for batch in source.rows(table) for row in batch]
