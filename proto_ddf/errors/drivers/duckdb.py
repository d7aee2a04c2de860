"""DuckDB's errors. They have no error numbers, so they are recognised by class and text."""

import re
from typing import Any

import duckdb

from proto_ddf.errors.drivers.finding import Finding

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_COLUMNS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_CONVERT = re.compile(r'Could not convert string "(.*?)" to \'(\w+)\'')
_CONVERTED_COLUMN = re.compile(r'converting column "(.*?)"')
_FILE = re.compile(r'(?:pattern|[Ff]ile) "([^"]+)"')
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist")
_NO_COLUMN = re.compile(r'Referenced column "(.+?)" not found')
_NOT_PARQUET = re.compile(r"too small to be a Parquet file|No magic bytes found")
_LOCKED = re.compile(r"Could not set lock|Conflicting lock", re.IGNORECASE)
_DISK_FULL = re.compile(
    r"No space left|disk is full|out of disk|max_temp_directory_size", re.IGNORECASE
)

_REFUSED = (
    duckdb.ConstraintException,
    duckdb.DataError,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
)
_UNREADABLE = (duckdb.BinderException, duckdb.ParserException, duckdb.SyntaxException)


def find(error: BaseException) -> Finding | None:
    if not isinstance(error, duckdb.Error):
        return None
    text = str(error)
    for find_in in (_of_disk, _of_csv, _of_query):
        if finding := find_in(error, text):
            return finding
    return _of_class(error) or Finding("integration_error", 0.6, {"system": "duckdb"})


def _of_class(error: duckdb.Error) -> Finding | None:
    reason = str(error).partition("\n")[0]
    context = {"system": "duckdb", "reason": reason}
    if "options were not recognized" in reason:
        return Finding("configuration_invalid", 0.9, context)
    if "read-only mode" in reason:
        return Finding("sqlite_read_only", 0.9)
    if "Failed to download extension" in str(error):
        return Finding("connection_failed", 0.9, context)
    if "Values were not provided" in reason:
        return Finding("app_code_error", 0.85, context)
    if "Malformed JSON" in reason:
        return Finding("file_not_json", 0.9, context)
    if isinstance(error, duckdb.ConnectionException):
        return Finding("app_code_error", 0.85, context)
    if isinstance(error, _REFUSED) or "already exists" in reason:
        return Finding("value_refused", 0.85, context)
    no_function = isinstance(error, duckdb.CatalogException) and "Function" in reason
    if isinstance(error, _UNREADABLE) or no_function:
        return Finding("query_invalid", 0.9, context)
    return None


def _of_disk(error: duckdb.Error, text: str) -> Finding | None:
    if _DISK_FULL.search(text):
        return Finding("disk_space_low", 0.95)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Finding("out_of_memory", 0.95)
    if isinstance(error, duckdb.HTTPException):
        return Finding("connection_failed", 0.9)
    if not isinstance(error, duckdb.IOException):
        return None
    context = _path(text)
    if "Permission denied" in text:
        return Finding("permission_denied", 0.95, context)
    if "No files found" in text or "No such file" in text:
        return Finding("file_not_found", 0.95, context)
    if _LOCKED.search(text):
        return Finding(
            "file_unreadable",
            0.9,
            {**context, "reason": "it is locked"},
            transient=True,
            type="resource",
        )
    return Finding("file_unreadable", 0.8, context)


def _of_csv(error: duckdb.Error, text: str) -> Finding | None:
    if "not utf-8 encoded" in text or "Invalid unicode" in text:
        return Finding("file_encoding", 0.95, _line(text))
    if columns := _COLUMNS.search(text):
        counts = {"expected": int(columns[1]), "found": int(columns[2])}
        return Finding("file_ragged_rows", 0.95, {**_line(text), **counts})
    if "Error when sniffing file" in text or "CSV parsing dialect" in text:
        return Finding("file_not_csv", 0.9, _path(text))
    if isinstance(error, duckdb.ConversionException):
        return Finding("import_failed", 0.9, {**_line(text), **_conversion(text)})
    if _LINE.search(text):
        return Finding("file_not_csv", 0.8, _line(text))
    if _NOT_PARQUET.search(text):
        return Finding("file_not_parquet", 0.9, _path(text))
    return None


def _of_query(error: duckdb.Error, text: str) -> Finding | None:
    if missing := _NO_TABLE.search(text):
        return Finding("table_unknown", 0.9, {"table": missing[1]})
    if missing := _NO_COLUMN.search(text):
        return Finding("source_changed", 0.8, {"reason": f"the column “{missing[1]}” is missing"})
    return None


def _line(text: str) -> dict[str, Any]:
    line = _LINE.search(text)
    return {"line": int(line[1])} if line else {}


def _path(text: str) -> dict[str, Any]:
    path = _FILE.search(text)
    return {"path": path[1]} if path else {}


def _conversion(text: str) -> dict[str, Any]:
    value = _CONVERT.search(text)
    if value is None:
        return {}
    column = _CONVERTED_COLUMN.search(text)
    where = f" in the column “{column[1]}”" if column else ""
    return {"reason": f"“{value[1]}”{where} is not of type {value[2].lower()}"}
