"""Keeps numbers of JSON that DuckDB would rewrite: with more digits than a double holds, with trailing zeros (1.10), or
with an exponent. They are replaced by marked strings, so that their text stays as it is in the file."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from secrets import token_hex

import duckdb

from proto_ddf.progress import current_progress
from proto_ddf.sources.files import duckdb_session

_MARK = f"\ufdd3{token_hex(8)}"
"""The prefix of a string that stands for a number. It is random in each process, so no file can contain it."""
LONG = f"{_MARK}L"
"""The prefix for a number that only text can hold."""
_WRITTEN = f"{_MARK}W"
"""The prefix for a number that a double holds, but that DuckDB would write differently."""
_ANY_MARK = f"{_MARK}[LW]"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL)
_MAY_CHANGE = r"[0-9][0-9.]{15,}|[:,\[]\s*-?[0-9]+(\.[0-9]+0[^0-9]|(\.[0-9]+)?[eE])"
_ROWS = 10_000


def mark_numbers(connection: duckdb.DuckDBPyConnection, source: str, marked: Path) -> bool:
    """Write the records to `marked`, one per line, with their numbers marked. Returns False, and writes nothing, if no
    number needs a mark.

    Args:
        source: SQL of the records as `json`, in their order, for use after FROM.
    """
    suspects = f"SELECT json FROM {source} WHERE regexp_matches(json, {duckdb_session.string_literal(_MAY_CHANGE)})"
    if all(_marked(record) == record for record in _records(connection, suspects)):
        return False
    with marked.open("w", encoding="utf-8", newline="") as file:
        for record in _records(connection, f"SELECT json FROM {source}"):
            file.write(f"{_marked(record)}\n")
    return True


def type_of(value: str) -> str:
    """SQL of the type of a JSON value; LONG for a number that only text can hold."""
    text = f"({value} ->> '$')"
    return (
        f"CASE WHEN starts_with({text}, '{LONG}') THEN '{LONG}'"
        f" WHEN starts_with({text}, '{_WRITTEN}') THEN 'DOUBLE' ELSE json_type({value}) END"
    )


def unmarked_value(value: str) -> str:
    """SQL of the text of a value that is neither an object nor a list."""
    return f"regexp_replace({value} ->> '$', '^{_ANY_MARK}', '')"


def unmarked(text: str) -> str:
    """SQL of a JSON text without marks."""
    pattern = f'"{_ANY_MARK}([^"]*)"'
    return f"regexp_replace({text}, {duckdb_session.string_literal(pattern)}, '\\1', 'g')"


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
    if token.startswith('"') or not re.search("[.eE]", token):  # whole numbers are not rewritten
        return token
    if not _is_exact(token):
        return f'"{LONG}{token}"'
    return f'"{_WRITTEN}{token}"' if re.search(r"[eE]|\.[0-9]+0$", token) else token


def _is_exact(number: str) -> bool:
    """Whether a double keeps the number's value. Numbers too large for a double count too: DuckDB keeps them as they
    are."""
    held = float(number)
    return held in (float("inf"), float("-inf")) or Decimal(number) == Decimal(repr(held))
