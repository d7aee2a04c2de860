"""Parquet: how its types are read, and every way in which such a file can be invalid, with real files."""

import os
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from proto_ddf.errors import describe
from proto_ddf.sources.files.source import FilesSource
from tests.file_sources import failure, rows, types

MakeSource = Callable[..., FilesSource]


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[[str], bytes]:
    """The bytes of a Parquet file with the result of a query."""

    def make(query: str, options: str = "") -> bytes:
        path = tmp_path / "made.parquet"
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
        return path.read_bytes()

    return make


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("5::TINYINT", "integer", 5),
        ("18446744073709551615::UBIGINT", "text", "18446744073709551615"),
        ("7::UBIGINT", "integer", 7),
        ("0.1::FLOAT", "float", 0.10000000149011612),
        ("0.1::DOUBLE", "float", 0.1),
        ("'nan'::DOUBLE", "float", None),
        ("1234567890123.45::DECIMAL(15, 2)", "decimal", Decimal("1234567890123.45")),
        ("1.5::DECIMAL(38, 2)", "decimal", Decimal("1.50")),
        ("12345678901234567890.123::DECIMAL(38, 3)", "text", "12345678901234567890.123"),
        ("true", "boolean", True),
        ("DATE '2024-02-29'", "date", date(2024, 2, 29)),
        ("DATE '12024-01-01'", "text", "12024-01-01"),
        ("TIMESTAMP '2024-01-01 10:00:00.25'", "datetime", datetime(2024, 1, 1, 10, 0, 0, 250_000)),
        ("TIMESTAMPTZ '2024-01-01 10:00:00+02'", "datetime", datetime(2024, 1, 1, 8)),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456000'", "datetime", datetime(2024, 1, 1, 0, 0, 0, 123_456)),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "text", "2024-01-01 00:00:00.123456789"),
        ("TIME '10:00:01'", "time", time(10, 0, 1)),
        ("'\\xFF\\x00'::BLOB", "binary", b"\xff\x00"),
        ("'NA'", "text", "NA"),
        ("''", "text", ""),
        ("{'a': 1, 'b': [1, NULL]}", "json", '{"a":1,"b":[1,null]}'),
        ("[1, 2]", "json", "[1,2]"),
        ("MAP {'k': 1}", "json", '{"k":1}'),
        ("[1.10::DECIMAL(5, 2), NULL]", "json", "[1.1,null]"),
        ("[[DATE '2024-02-29']]", "json", '[["2024-02-29"]]'),
        ("[TIMESTAMP_NS '2024-01-01 00:00:00.123456789']", "json", '["2024-01-01 00:00:00.123456789"]'),
        ("[18446744073709551615::UBIGINT]", "json", "[18446744073709551615]"),
        ("[TIMESTAMPTZ '2024-01-01 10:00:00+02', 'infinity']", "json", '["2024-01-01 08:00:00+00","infinity"]'),
        ("['\\xFF'::BLOB]", "json", '["\\\\xFF"]'),
        ("{'a': 12345678901234567890.123::DECIMAL(38, 3)}", "json", '{"a":12345678901234567890.123}'),
        ("MAP {DATE '2024-02-29': 0.1::DOUBLE}", "json", '{"2024-02-29":0.1}'),
        ("'{\"a\": 1.10, \"b\": 1E5}'::JSON", "json", '{"a": 1.10, "b": 1E5}'),
        ("uuid '7f5cbf5e-4d27-4a48-9d6e-6b7a4ad4a3f1'", "text", "7f5cbf5e-4d27-4a48-9d6e-6b7a4ad4a3f1"),
    ],
)  # fmt: skip
def test_types_and_values(
    file_source: MakeSource, parquet: Callable[..., bytes], sql: str, kind: str, value: Any
) -> None:
    query = f"SELECT 1 AS n, {sql} AS c UNION ALL SELECT 2, NULL"
    source = file_source("parquet", "t.parquet", parquet(query))
    assert types(source) == {"n": "integer", "c": kind}
    found = rows(source)
    assert found == [(1, value), (2, None)]
    assert type(found[0][1]) is type(value)


def test_rows_keep_their_order_and_names_become_unique(
    file_source: MakeSource, parquet: Callable[..., bytes]
) -> None:
    data = parquet('SELECT range AS "a b", range AS " " FROM range(300000)')
    source = file_source("parquet", "t[1]*.parquet", data)
    assert list(types(source)) == ["a b", "column_2"]
    assert [row[0] for row in rows(source)] == list(range(300_000))


def test_a_file_without_rows_keeps_its_columns(
    file_source: MakeSource, parquet: Callable[..., bytes]
) -> None:
    source = file_source("parquet", "t.parquet", parquet("SELECT 1 AS a, 'x' AS b LIMIT 0"))
    assert (types(source), rows(source)) == ({"a": "integer", "b": "text"}, [])


DATA = "SELECT range AS n, 'some text ' || range AS t FROM range(5000)"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: b"", "file_empty"),
        (lambda data: b"a,b\n1,2\n", "file_not_parquet"),
        (lambda data: b"PAR", "file_not_parquet"),
        (lambda data: os.urandom(5_000).replace(b"PAR", b"xxx"), "file_not_parquet"),
        (lambda data: b"PAR1", "file_cut_short"),
        (lambda data: data[: len(data) // 2], "file_cut_short"),
        (lambda data: data[:-1], "file_cut_short"),
        (lambda data: b"PAR1" + bytes(2_000) + b"PAR1", "parquet_damaged"),
        (lambda data: data[:1_000] + data[3_000:], "parquet_damaged"),
        (lambda data: data[:200] + bytes(2_000) + data[2_200:], "parquet_damaged"),
        (lambda data: data[:-200] + b"\xff" * 150 + data[-50:], "parquet_damaged"),
        (lambda data: data[:-4] + b"PARE", "parquet_encrypted"),
    ],
)
def test_each_kind_of_invalid_content_has_its_own_code(
    file_source: MakeSource, parquet: Callable[..., bytes], spoil: Any, code: str
) -> None:
    error = failure(file_source("parquet", "people.parquet", spoil(parquet(DATA))))
    assert error.code == code
    assert "people.parquet" in describe(error)["message"]


def test_more_columns_than_an_app_can_have_are_reported(
    file_source: MakeSource, parquet: Callable[..., bytes]
) -> None:
    listed = ", ".join(f"{n} AS c{n}" for n in range(1_001))
    error = failure(file_source("parquet", "wide.parquet", parquet(f"SELECT {listed}")))
    assert (error.code, error.context["found"]) == ("too_many_columns", 1_001)
