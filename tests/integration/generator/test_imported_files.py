"""From a file of each kind to the app's own SQLite file: every value is stored unchanged."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.progress import NoProgress
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.key_suggestions import suggest_relations


def _csv() -> bytes:
    return (
        "id,name,price,ratio,ok,day,moment,clock,note\n"
        '1,"Ann ""A""",19.99,0.1,true,2024-02-29,2024-01-02 03:04:05.25,08:30:00,"two\nlines"\n'
        "2,Bo ü😀,0.05,1e-7,false,1900-01-01,1999-12-31 23:59:59,23:59:59,\n"
    ).encode()


def _json() -> bytes:
    return json.dumps(_records()).encode()


def _records() -> list[dict[str, Any]]:
    return [
        {"id": 1, "name": 'Ann "A"', "price": "19.99", "ratio": 0.1, "ok": True, "day": "2024-02-29",
         "moment": "2024-01-02T03:04:05.25", "clock": "08:30:00", "note": "two\nlines"},
        {"id": 2, "name": "Bo ü😀", "price": "0.05", "ratio": 1e-7, "ok": False, "day": "1900-01-01",
         "moment": "1999-12-31T23:59:59", "clock": "23:59:59", "note": None},
    ]  # fmt: skip


def _lines() -> bytes:
    return "\n".join(map(json.dumps, _records())).encode()


def _excel() -> bytes:
    workbook, stream = Workbook(), io.BytesIO()
    first, second = _records()
    cells = [
        (date(2024, 2, 29), datetime(2024, 1, 2, 3, 4, 5, 250_000), time(8, 30)),
        (date(1900, 1, 1), datetime(1999, 12, 31, 23, 59, 59), time(23, 59, 59)),
    ]
    workbook.active.append(list(first))
    for record, (day, moment, clock) in zip((first, second), cells, strict=True):
        dates = {"day": day, "moment": moment, "clock": clock}
        workbook.active.append(list({**record, **dates}.values()))
    workbook.save(stream)
    return stream.getvalue()


def _parquet() -> bytes:
    path = get_settings().uploads_folder / "made.parquet"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "COPY (SELECT * FROM (VALUES"
            " (1, 'Ann \"A\"', 19.99::DECIMAL(9, 2), 0.1::DOUBLE, true, DATE '2024-02-29',"
            " TIMESTAMP '2024-01-02 03:04:05.25', TIME '08:30', 'two' || chr(10) || 'lines'),"
            " (2, 'Bo ü😀', 0.05, 1e-7, false, DATE '1900-01-01',"
            " TIMESTAMP '1999-12-31 23:59:59', TIME '23:59:59', NULL))"
            " AS t(id, name, price, ratio, ok, day, moment, clock, note))"
            f" TO '{path}' (FORMAT parquet)"
        )
    return path.read_bytes()


EXPECTED = [
    (1, 'Ann "A"', 19.99, 0.1, 1, "2024-02-29", "2024-01-02 03:04:05.250000", "08:30:00", "two\nlines"),
    (2, "Bo ü😀", 0.05, 1e-7, 0, "1900-01-01", "1999-12-31 23:59:59", "23:59:59", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("csv", "things.csv", _csv),
        ("json", "things.json", _json),
        ("json", "things.jsonl", _lines),
        ("excel", "things.xlsx", _excel),
        ("parquet", "things.parquet", _parquet),
    ],
)
def test_values_are_imported_unchanged(
    home: Path, tmp_path: Path, kind: str, name: str, content: Callable[[], bytes]
) -> None:
    path = get_settings().uploads_folder / name
    path.write_bytes(content())
    chosen = {"price": "decimal"} if kind in ("json", "excel") else {}
    source = make_source(kind, {"paths": [str(path)], "types": {"things": chosen}})
    schema = suggest_relations(source.inner, source.read_schema())
    assert [column.type.value for column in schema.table("things").columns] == [
        "integer", "text", "decimal", "float", "boolean", "date", "datetime", "time", "text",
    ]  # fmt: skip
    assert schema.table("things").primary_key == ("id",)
    spec = plan_app(schema, name="Things", allow_editing=True, imported=True, source=source)
    database = tmp_path / "app.db"
    assert import_tables(source, spec, schema, database, NoProgress()) == {"things": 2}
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT * FROM things ORDER BY id").fetchall() == EXPECTED


def test_nested_values_are_imported_as_json_and_bytes_unchanged(home: Path, tmp_path: Path) -> None:
    path = get_settings().uploads_folder / "deep.parquet"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "COPY (SELECT 1 AS id, {'a': [1, 2], 'b': 'ü'} AS s, '\\x00\\xFF'::BLOB AS b,"
            f" 18446744073709551615::UBIGINT AS u) TO '{path}' (FORMAT parquet)"
        )
    source = make_source("parquet", {"paths": [str(path)]})
    schema = suggest_relations(source.inner, source.read_schema())
    spec = plan_app(schema, name="Deep", allow_editing=True, imported=True, source=source)
    database = tmp_path / "app.db"
    import_tables(source, spec, schema, database, NoProgress())
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT s, b, u FROM deep").fetchall()
    assert found == [('{"a":[1,2],"b":"ü"}', b"\x00\xff", "18446744073709551615")]


def test_the_character_0_is_imported(home: Path, tmp_path: Path) -> None:
    path = get_settings().uploads_folder / "notes.json"
    path.write_text(r'[{"id": 1, "note": "a\u0000b"}, {"id": 2, "note": "plain"}]')
    source = make_source("json", {"paths": [str(path)]})
    schema = suggest_relations(source.inner, source.read_schema())
    spec = plan_app(schema, name="Notes", allow_editing=True, imported=True, source=source)
    database = tmp_path / "app.db"
    import_tables(source, spec, schema, database, NoProgress())
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT note FROM notes WHERE note = ?", ("a\0b",)).fetchall()
    assert found == [("a\0b",)]


def decimals(places: int) -> st.SearchStrategy[list[str]]:
    numbers = st.integers(-(10**15) + 1, 10**15 - 1).map(
        lambda n: f"{Decimal(n).scaleb(-places):.{places}f}"
    )
    return st.lists(numbers, min_size=1, max_size=5)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    fixed=st.integers(2, 12).flatmap(decimals),
    floats=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
    whole=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
)
def test_every_digit_of_a_file_is_in_the_apps_database(
    home: Path, tmp_path: Path, fixed: list[str], floats: list[float], whole: list[int]
) -> None:
    """A typed value gives the text of the file again. A number that SQLite cannot hold exactly is stored as text."""
    columns = [fixed, [repr(number) for number in floats], [str(number) for number in whole]]
    lines = [",".join(each[at % len(each)] for each in columns) for at in range(5)]
    path = get_settings().uploads_folder / "digits.csv"
    path.write_text("\n".join(["fixed,float,whole", *lines]) + "\n")
    source = make_source("csv", {"paths": [str(path)]})
    schema = suggest_relations(source.inner, source.read_schema())
    spec = plan_app(schema, name="Digits", allow_editing=True, imported=True, source=source)
    database = tmp_path / "app.db"
    import_tables(source, spec, schema, database, NoProgress())
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT fixed, float, whole FROM digits ORDER BY rowid").fetchall()  # fmt: skip
    scale = len(fixed[0].partition(".")[2])
    kept = [
        (
            value if isinstance(value, str) else f"{Decimal(str(value)):.{scale}f}",
            number if isinstance(number, str) else repr(float(number)),
            str(integer),
        )
        for value, number, integer in found
    ]
    assert [",".join(row) for row in kept] == lines
