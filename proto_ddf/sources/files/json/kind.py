"""JSON and JSON Lines files as a source: each file is a table, each of its objects a row.

Objects and lists within a row become JSON text. A column that holds only whole numbers, numbers, or true and false has
that type. Strings are tested for dates and times. A column with values of several types is text.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from proto_ddf.progress import current_progress
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.errors import file_error, os_errors_translated
from proto_ddf.sources.files.format import (
    MAX_COLUMNS,
    RawColumn,
    RawTable,
    table_name,
    unique_names,
)
from proto_ddf.sources.files.json.numbers import (
    LONG,
    mark_numbers,
    type_of,
    unmarked,
    unmarked_value,
)
from proto_ddf.sources.files.json.syntax_errors import LONGEST_RECORD, find_syntax_error
from proto_ddf.sources.files.source import file_kind
from proto_ddf.sources.files.text.text_encoding import bom_encoding, wide_encoding_without_bom
from proto_ddf.sources.size_texts import count_text

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_CHUNK = 1 << 20
_START = 1 << 10
"""Bytes needed to detect UTF-16."""
_NUMBERS = {"UBIGINT", "BIGINT", "DOUBLE", "HUGEINT"}
_NESTED = {"OBJECT", "ARRAY"}
_WORDS = {"OBJECT": "objects", "ARRAY": "lists", "VARCHAR": "texts", "NULL": "nulls"}
_WORDS |= {"BOOLEAN": "true and false", **dict.fromkeys(_NUMBERS, "numbers")}
_MISSING = ("", "NaN")
"""Texts that mean "no value" in every column that is not text. Many programs write NaN, although JSON does not have
it."""
_DATES = ("date", "datetime", "time")


class JsonFiles:
    """The format of JSON (a list of objects) and JSON Lines (one object per line)."""

    name = "json"
    version = 3
    variant = ""
    multiple_tables = False
    has_header = False

    def table_name(self, path: Path) -> str:
        return table_name(path.name, _SUFFIXES)

    def recognise(self, path: Path) -> str:
        """What the first bytes show: "JSON, a list" or "JSON, objects".

        Raises:
            IntegrationError: `file_empty`, `file_not_json`, `json_no_records`, `source_gone`, `file_unreadable`.
        """
        start = _start(path).lstrip()
        if not start:
            raise file_error(path, "file_empty", "has no content")
        if start.startswith("["):
            return "JSON, a list"
        if start.startswith("{"):
            return "JSON, objects"
        error = find_syntax_error(path, _encoding(path))
        if error.code == "file_encoding":  # the file is not JSON, so its encoding does not matter
            reason = "it is another kind of file"
            raise file_error(path, "file_not_json", reason, reason=reason) from error
        raise error

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """The file's objects as a table with a column for each key.

        Raises:
            IntegrationError: see `recognise`; `json_broken_line`, `file_cut_short`, `file_encoding`,
                `json_duplicate_key`, `file_no_rows`, `too_many_columns`.
        """
        kind = "array" if self.recognise(path).endswith("list") else "auto"
        data, records, plain = (folder / name for name in ("0.parquet", "records", "plain"))
        with duckdb_session.cursor() as connection:
            _plain_copy(path, plain)
            with _syntax_error_reported(path):
                duckdb_session.run(connection, _copy_records(plain, kind, records))
            if kind == "array" and not _is_closed(plain):
                raise find_syntax_error(path, _encoding(path), ended=True)
            plain.unlink()
            source = (
                f"read_parquet({duckdb_session.string_literal(records)}, file_row_number = true)"
            )
            if mark_numbers(connection, source, plain):
                duckdb_session.run(connection, _copy_records(plain, "auto", records))
                plain.unlink()
            _check_records(connection, source, path)
            shape_warnings = _shape_warnings(connection, source)
            keys = _keys(connection, source, path)
            found = _kinds(connection, source, keys)
            duckdb_session.run(connection, _to_raw(source, data, keys, found))
            records.unlink()
        names = unique_names(keys)
        columns = [_column(name, f"c{at}", found[at]) for at, name in enumerate(names)]
        return [
            RawTable(
                data, tuple(columns), "file_row_number + 1", _MISSING, shape_warnings=shape_warnings
            )
        ]


def _copy_records(plain: Path, kind: str, records: Path) -> str:
    """The statement that writes the objects of a JSON file to a Parquet file."""
    read = (
        f"read_json_objects({duckdb_session.string_literal(plain)}, format = '{kind}',"
        f" maximum_object_size = {LONGEST_RECORD})"
    )
    return duckdb_session.copy_to(f"SELECT json FROM {read}", records)


def _encoding(path: Path) -> str:
    with os_errors_translated(path), path.open("rb") as file:
        start = file.read(_START)
    wide = wide_encoding_without_bom(start) if b"\0" in start else None
    return bom_encoding(start) or wide or "utf-8"


def _start(path: Path) -> str:
    """The first text that is not blank, up to the end of its chunk."""
    with (
        os_errors_translated(path),
        path.open("r", encoding=_encoding(path), errors="replace") as file,
    ):
        while chunk := file.read(_CHUNK):
            if chunk.strip():
                return chunk
    return ""


def _plain_copy(path: Path, plain: Path) -> None:
    """Make the file readable for DuckDB: UTF-8 without a byte order mark, in a path without wildcards."""
    encoding = _encoding(path)
    if encoding == "utf-8":
        plain.symlink_to(path)
        return
    try:
        with (
            os_errors_translated(path),
            path.open("r", encoding=encoding, newline="") as file,
            plain.open("w", encoding="utf-8", newline="") as copy,
        ):
            while chunk := file.read(_CHUNK):
                current_progress.get().check_stop()
                copy.write(chunk)
    except UnicodeError as error:
        raise find_syntax_error(path, encoding) from error


def _is_closed(plain: Path) -> bool:
    """Whether a list ends with a bracket. DuckDB accepts a list that was cut off after a comma."""
    with plain.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        while at:
            at = max(0, at - _CHUNK)
            file.seek(at)
            if tail := file.read(_CHUNK).rstrip():
                return tail.endswith(b"]")
    return False


@contextmanager
def _syntax_error_reported(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.InvalidInputException as error:
        ended = "unexpected end of data" in str(error)
        raise find_syntax_error(path, _encoding(path), ended=ended) from error


def _check_records(connection: duckdb.DuckDBPyConnection, source: str, path: Path) -> None:
    number = "min(file_row_number) + 1"
    kinds = duckdb_session.run(
        connection, f"SELECT json_type(json), {number} FROM {source} GROUP BY 1 ORDER BY 2"
    )
    if not kinds:
        raise file_error(path, "file_no_rows", "has no rows")
    others = [(kind, row) for kind, row in kinds if kind != "OBJECT"]
    if others:
        kind, row = others[0]
        words = _WORDS.get(kind, "other values")
        raise file_error(path, "json_no_records", f"holds {words}", found=words, row=row)
    keys = "json_keys(json)"
    twice = duckdb_session.run(
        connection,
        f"SELECT {number}, arg_min({keys}, file_row_number) FROM {source}"
        f" WHERE len({keys}) <> len(list_distinct({keys}))",
    )[0]
    if twice[0] is not None:
        row, listed = twice
        key = next(key for at, key in enumerate(listed) if key in listed[:at])
        raise file_error(path, "json_duplicate_key", f"{key!r} is twice", row=row, name=key)


def _keys(connection: duckdb.DuckDBPyConnection, source: str, path: Path) -> list[str]:
    """The keys of all objects, in the order of their first occurrence."""
    unnested = (
        "SELECT unnest(json_keys(json)) AS key, file_row_number AS row,"
        f" generate_subscripts(json_keys(json), 1) AS position FROM {source}"
    )
    found = duckdb_session.run(
        connection,
        f"SELECT key, min({{'row': row, 'position': position}}) AS first FROM ({unnested})"
        f" GROUP BY key ORDER BY first LIMIT {MAX_COLUMNS + 1}",
    )
    if len(found) > MAX_COLUMNS:
        counts = {"found": f"more than {MAX_COLUMNS}", "limit": MAX_COLUMNS}
        raise file_error(path, "too_many_columns", "has too many keys", **counts)
    if not found:
        raise file_error(path, "file_no_rows", "has objects without keys")
    return [row[0] for row in found]


def _values(source: str, keys: Sequence[str]) -> str:
    """SELECT of each object's values as JSON, in the order of the keys."""
    pointers = ", ".join(
        duckdb_session.string_literal("/" + key.replace("~", "~0").replace("/", "~1"))
        for key in keys
    )
    return f"SELECT json_extract(json, [{pointers}]) AS v FROM {source}"


def _kinds(
    connection: duckdb.DuckDBPyConnection, source: str, keys: Sequence[str]
) -> list[set[str]]:
    """The types of values that each key has, without null (see `numbers.type_of`)."""
    listed = ", ".join(
        f"array_agg(DISTINCT {type_of(f'v[{at}]')})" for at in range(1, len(keys) + 1)
    )
    row = duckdb_session.run(connection, f"SELECT {listed} FROM ({_values(source, keys)})")[0]
    return [set(kinds) - {None, "NULL"} for kinds in row]


def _to_raw(source: str, data: Path, keys: Sequence[str], kinds: Sequence[set[str]]) -> str:
    listed = ", ".join(
        f"{_raw_text(f'v[{at + 1}]', kinds[at])} AS c{at}" for at in range(len(keys))
    )
    return duckdb_session.copy_to(f"SELECT {listed} FROM ({_values(source, keys)})", data)


def _raw_text(value: str, kinds: set[str]) -> str:
    if kinds & _NESTED:
        text = unmarked(f"CAST({value} AS VARCHAR)")
        return f"CASE WHEN json_type({value}) <> 'NULL' THEN {text} END"
    return unmarked_value(value) if kinds & {LONG, "DOUBLE"} else f"({value} ->> '$')"


def _shape_warnings(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[str, ...]:
    """A warning if the file holds one object that probably contains the rows."""
    found = duckdb_session.run(connection, f"SELECT json FROM {source} LIMIT 2")
    if len(found) != 1:
        return ()
    held = json.loads(found[0][0])
    if not isinstance(held, dict):
        return ()
    lists = [(key, value) for key, value in held.items() if _are_objects(value)]
    if lists:
        key, value = max(lists, key=lambda each: len(each[1]))
        objects = count_text(len(value), "object")
        return (f"the file is one object, so one row: its rows may be the {objects} in “{key}”",)
    if len(held) > 1 and all(isinstance(value, dict) and value for value in held.values()):
        return (
            f"the file is one object, so one row: its rows may be the {len(held)} objects in it",
        )
    return ()


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _column(name: str, text: str, kinds: set[str]) -> RawColumn:
    if kinds & _NESTED:
        return RawColumn(name, text, declared=f"CAST({text} AS JSON)")
    if kinds == {"BOOLEAN"}:
        return RawColumn(name, text, declared=f"CAST({text} AS BOOLEAN)")
    if kinds and kinds <= _NUMBERS:
        return RawColumn(name, text, ("json_number",))
    if kinds == {"VARCHAR"}:
        return RawColumn(name, text, _DATES, candidate_kinds=_DATES)
    return RawColumn(
        name, text, candidate_kinds=("json_number",) if kinds <= {"VARCHAR", *_NUMBERS} else ()
    )


KIND = file_kind(
    JsonFiles(),
    label="JSON files",
    description="Lists of objects, or one object per line (JSON Lines), one table per file. "
    "The app works on a typed copy of their rows.",
    icon="file-json",
    help_text="Upload JSON or JSON Lines files, or give paths Proto-DDF may read (* stands for any name).",
    accept=_SUFFIXES,
)
