"""sqlite3's errors, by SQLite's result codes (https://sqlite.org/rescode.html)."""

import re
import sqlite3

from proto_ddf.errors.drivers.finding import Finding

_CODES = {
    sqlite3.SQLITE_BUSY: "sqlite_locked",
    sqlite3.SQLITE_LOCKED: "sqlite_locked",
    sqlite3.SQLITE_NOTADB: "sqlite_not_a_database",
    sqlite3.SQLITE_CORRUPT: "sqlite_not_a_database",
    sqlite3.SQLITE_READONLY: "sqlite_read_only",
    sqlite3.SQLITE_FULL: "disk_space_low",
    sqlite3.SQLITE_IOERR: "file_unreadable",
    sqlite3.SQLITE_CANTOPEN: "file_unreadable",
    sqlite3.SQLITE_PERM: "permission_denied",
    sqlite3.SQLITE_AUTH: "permission_denied",
}
_REASONS = {
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
}
_TEXTS = (
    ("was moved, deleted or replaced", "records_unavailable"),  # by proto_ddf.db.engine
    ("is locked", "sqlite_locked"),
    ("not a database", "sqlite_not_a_database"),
    ("malformed", "sqlite_not_a_database"),
    ("readonly database", "sqlite_read_only"),
    ("disk is full", "disk_space_low"),
    ("disk I/O error", "file_unreadable"),
    ("unable to open", "file_unreadable"),
)
_QUERY = re.compile(
    r"syntax error|unrecognized token|incomplete input|no such function|ambiguous column name"
)
_EXISTS = re.compile(r"already exists$|has no column named ")
_NO_TABLE = re.compile(r"no such table: (?:main\.)?(.+)")
_NO_COLUMN = re.compile(r"no such column: (.+)")


def find(error: BaseException) -> Finding | None:
    if not isinstance(error, sqlite3.Error):
        return None
    number = getattr(error, "sqlite_errorcode", None)
    if number is not None:
        primary = number & 0xFF  # the higher bytes are the extended code
        if primary in _CODES:
            reason = _REASONS.get(primary)
            return Finding(_CODES[primary], 1.0, {"reason": reason} if reason else {})
    return _by_text(str(error), type(error))


def _by_text(text: str, kind: type[sqlite3.Error]) -> Finding:
    if missing := _NO_TABLE.search(text):
        return Finding("table_unknown", 0.95, {"table": missing[1]})
    if missing := _NO_COLUMN.search(text):
        return Finding("source_changed", 0.9, {"reason": f"the column “{missing[1]}” is missing"})
    for part, code in _TEXTS:
        if part in text:
            return Finding(code, 0.9)
    context = {"system": "sqlite", "reason": text}
    if issubclass(kind, sqlite3.IntegrityError | sqlite3.DataError):
        return Finding("value_refused", 0.95, context)
    if _EXISTS.search(text):
        return Finding("value_refused", 0.9, context)
    if _QUERY.search(text):
        return Finding("query_invalid", 0.9, context)
    if issubclass(kind, sqlite3.ProgrammingError):
        return Finding("app_code_error", 0.9, {"reason": text})
    return Finding("integration_error", 0.6, {"system": "sqlite"})
