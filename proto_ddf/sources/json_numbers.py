"""Numbers of JSON with more digits than a double holds. DuckDB would drop them; here they become marked strings, so that
they come through as text."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb

from proto_ddf.progress import current_progress
from proto_ddf.sources import duck

MARK = "\ufdd3"
"""Begins the string that stands for a number: a noncharacter, which no text may interchange."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL)
_MAY_BE_LONG = "[0-9][0-9.]{15,}|[eE]-?[0-9]{3}"
_ROWS = 10_000


def mark_long_numbers(connection: duckdb.DuckDBPyConnection, source: str, marked: Path) -> bool:
    """Whether the records hold such numbers; then they are written to `marked`, one after the other, with marks.

    Args:
        source: SQL of the records as `json`, in their order, that follows FROM.
    """
    suspects = f"SELECT json FROM {source} WHERE regexp_matches(json, '{_MAY_BE_LONG}')"
    if all(_marked(record) == record for record in _records(connection, suspects)):
        return False
    with marked.open("w", encoding="utf-8", newline="") as file:
        for record in _records(connection, f"SELECT json FROM {source}"):
            file.write(f"{_marked(record)}\n")
    return True


def unmarked(text: str) -> str:
    """SQL of a text of JSON without marks."""
    pattern = f'"{MARK}([^"]*)"'
    return f"regexp_replace({text}, {duck.text(pattern)}, '\\1', 'g')"


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[str]:
    result = connection.execute(query)
    while rows := result.fetchmany(_ROWS):
        current_progress.get().check_stop()
        for (record,) in rows:
            yield record


def _marked(record: str) -> str:
    return _TOKEN.sub(_marked_token, record)


def _marked_token(found: re.Match[str]) -> str:
    token = found[0]
    return token if token.startswith('"') or _is_exact(token) else f'"{MARK}{token}"'


def _is_exact(number: str) -> bool:
    """Whether DuckDB keeps all of it. It does so of whole numbers, and of what is too large for a double."""
    if not re.search("[.eE]", number):
        return True
    held = float(number)
    return held in (float("inf"), float("-inf")) or Decimal(number) == Decimal(repr(held))
