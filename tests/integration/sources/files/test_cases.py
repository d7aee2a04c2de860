"""Every file of tests/cases, made after public bug reports, read by the real sources: types, rows, and findings.

More files of the same kinds are in the tests of each kind (encodings, shapes, workbooks, JSON, types)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from tests.file_sources import rows, types
from tests.stages import findings

CASES = Path(__file__).parents[3] / "cases"
KINDS = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xlsx": "excel",
    ".parquet": "parquet",
}
Row = tuple[Any, ...]
D = Decimal


@dataclass(frozen=True)
class Read:
    """The expected result of reading a file."""

    types: dict[str, str]
    rows: list[Row]
    findings: str = ""
    """Words that the findings of the connection test must contain."""
    wrong: str = ""
    """Words that its last stage must contain; empty: the last stage must find nothing."""
    encoding: str = ""
    """The encoding that the person chooses."""


READ: dict[str, Read] = {
    "01_codes_scientific.csv": Read(
        {"part_no": "text", "stock": "integer"},
        [("12E3", 4), ("20E2", 7), ("1E10", 2), ("5E0", 9)],
    ),
    "01b_hex_ids.csv": Read(
        {"id": "text", "owner": "text"},
        [("219E01", "Bo"), ("88E12", "Li"), ("700100", "Cy"), ("3E0005", "Di")],
    ),
    "02_country_no.csv": Read(
        {"visitor": "text", "country": "text", "member": "boolean"},
        [("Kari", "NO", True), ("Ola", "NO", False), ("Liv", "NO", True)],
    ),
    "03_versions.csv": Read(
        {"release": "text", "downloads": "integer", "measure": "text"},
        [
            ("1.9", 100, "3.14159265358979323846"),
            ("1.10", 250, "2.71828182845904523536"),
            ("1.1", 70, "1.41421356237309504880"),
        ],
    ),
    "04_de_amounts.csv": Read(
        {"Artikel": "text", "Menge": "integer", "Umsatz": "decimal", "Rabatt": "float"},
        [
            ("Schraube", 1250, D("3418.50"), 10.5),
            ("Mutter", 12000, D("980.00"), 7.25),
            ("Dübel", 750, D("1005.25"), 0.5),
        ],
    ),
    "04b_percent_currency.csv": Read(
        {"item": "text", "price": "text", "share": "text", "population": "integer"},
        [("Apple", "$1.50", "45%", 1200300), ("Pear", "$12.00", "5.5%", 84100)],
    ),
    "05_visits_dmy.csv": Read(
        {"visited": "datetime", "booked": "date", "birthday": "text"},
        [
            (datetime(2023, 12, 25, 9, 30), date(2024, 1, 31), "07/11/85"),
            (datetime(2024, 1, 2, 14, 5), date(2024, 2, 1), "23/04/71"),
        ],
    ),
    "06_opening_hours.csv": Read(
        {"day": "text", "opens": "time", "closes": "text", "last_entry": "text"},
        [
            ("Mon", time(9), "17:00", "2024-03-01 24:00:00"),
            ("Fri", time(18), "24:00", "2024-03-02 12:00:00"),
            ("Sat", time(10), "24:00", "2024-03-03 23:59:59"),
        ],
    ),
    "07_preamble_hash.csv": Read(
        {"# Station report": "text"},
        [
            ("# made 2024-05-01",),
            ("station,day,temp",),
            ("A1,2024-04-01,7.5",),
            ("A1,2024-04-02,8.25",),
            ("B7,2024-04-01,6.0",),
        ],
        wrong="lines 1 to 2 look like a title (“# Station report”), and the header seems to be in line 3",
    ),
    "07b_preamble_title.csv": Read(
        {"Quarterly sales overview": "text"},
        [("region,month,total",), ("North,2024-01,120",), ("South,2024-01,90",)],
        wrong="the header seems to be in line 3 (“region, month, total”)",
    ),
    "07c_units_row.csv": Read(
        {"site": "text", "depth": "text", "flow": "text"},
        [(None, "m", "l/s"), ("A", "1.5", "20"), ("B", "2.5", "31")],
        wrong="the first row below the header (“m, l/s”) looks like units",
    ),
    "07d_total_row.csv": Read(
        {"region": "text", "month": "text", "total": "integer"},
        [("North", "2024-01", 120), ("South", "2024-01", 90), ("Total", None, 210)],
        wrong="the last row (“Total”) looks like a total",
    ),
    "07e_no_header.csv": Read(
        {"1": "integer", "Ida": "text", "2024-03-01": "date", "7.5": "float"},
        [(2, "Max", date(2024, 3, 2), 8.0), (3, "Eva", date(2024, 3, 5), 6.25)],
        wrong="the file seems to have no header",
    ),
    "08_stray_byte.csv": Read(
        {"name": "text", "city": "text", "fee": "integer"},
        [(f"Müller {n}", "Ångström", n) for n in range(1, 41)] + [("Zoë", "Paris", 41)],
        encoding="utf-8-mixed",
    ),
    "08b_shift_jis.csv": Read(
        {"商品": "text", "価格": "integer"}, [("りんご", 120), ("みかん", 80)], encoding="cp932"
    ),
    "08c_windows1251.csv": Read(
        {"Имя": "text", "Город": "text"},
        [("Иван", "Казань"), ("Ольга", "Тверь")],
        encoding="cp1251",
    ),
    "08d_mac_roman.csv": Read(
        {"name": "text", "city": "text"},
        [("José", "Málaga"), ("Zoë", "Köln")],
        encoding="mac-roman",
    ),
    "09_utf16le_no_bom.csv": Read(
        {"id": "integer", "name": "text"}, [(1, "Ann"), (2, "Bob")], findings="comma, UTF-16"
    ),
    "09b_nul_padding.csv": Read(
        {"id": "integer", "name": "text", "note": "text"},
        [(1, "Ann", "ok"), (2, "Bob", "fine")],
        findings="NUL bytes at the ends of fields left out",
    ),
    **dict.fromkeys(
        ("10_trailing_rows.csv", "10b_trailing_all.csv", "10c_trailing_header.csv"),
        Read(
            {"id": "integer", "name": "text", "qty": "integer"},
            [(1, "bolt", 5), (2, "nut", 7)],
        ),
    ),
    "11_two_header_rows.xlsx": Read(
        {
            "Attendance, spring term": "text",
            "column_2": "text",
            "column_3": "text",
            "column_4": "text",
        },
        [
            ("Child", None, "Hours", None),
            ("First name", "Group", "Mon", "Tue"),
            ("Ida", "Owls", "3", "4.5"),
            ("Max", "Bees", "2", "5"),
        ],
        wrong="the header seems to be 2 rows further down (“First name, Group, Mon, Tue”)",
    ),
    "12_cr_escape.xlsx": Read(
        {"id": "integer", "note": "text", "code": "text"},
        [(1, "first line\r\nsecond line", "A_x0041_B"), (2, "up\r\ndown", "plain")],
    ),
    "13_strict.xlsx": Read(
        {"id": "integer", "day": "date"}, [(1, date(2023, 3, 15)), (2, date(2023, 3, 16))]
    ),
    "13b_empty_fill.xlsx": Read({"id": "integer", "day": "date"}, [(1, date(2023, 3, 15))]),
    "14_dates1904_hidden.xlsx": Read(
        {"day": "date", "secret": "text", "share": "float", "at": "time", "moment": "datetime"},
        [
            (date(2023, 3, 15), "kept back", 0.25, time(12), datetime(2023, 3, 15)),
            (date(2023, 3, 16), "filtered", 0.5, time(), datetime(2023, 3, 16, 10)),
            (
                date(2023, 3, 17),
                "kept back",
                1.0,
                time(23, 59, 59, 136000),
                datetime(2023, 3, 17, 6),
            ),
        ],
        findings="1 hidden row read like the others (3); 1 hidden column read like the others (B)",
    ),
    "14b_1900.xlsx": Read(
        {"day": "date", "at": "datetime"},
        [
            (date(1900, 2, 28), datetime(2023, 3, 15, 10)),
            (None, datetime(2023, 3, 15, 12)),
            (date(1900, 3, 1), datetime(2023, 3, 15, 23, 59, 59, 999000)),
            (None, datetime(1900, 1, 1, 12)),
        ],
        findings="2 date cells that hold no date read as empty (A3, A5)",
    ),
    "14c_one_na.xlsx": Read(
        {"site": "text", "level": "text"}, [("north", "3.5"), ("south", "n/a"), ("east", "4")]
    ),
    "15_wrapped.json": Read(
        {"count": "integer", "next": "text", "results": "json"},
        [
            (
                3,
                None,
                '[{"id":1,"name":"oak","height":12.5},{"id":2,"name":"elm","height":9},'
                '{"id":3,"name":"fir","height":null}]',
            )
        ],
        wrong="its rows may be the 3 objects in “results”",
    ),
    "15b_by_key.json": Read(
        {"a17": "json", "b20": "json"},
        [('{"name":"oak","height":12.5}', '{"name":"elm","height":9}')],
        wrong="its rows may be the 2 objects in it",
    ),
    "15c_geo.json": Read(
        {"type": "text", "features": "json"},
        [
            (
                "FeatureCollection",
                '[{"type":"Feature","properties":{"name":"Pond"},'
                '"geometry":{"type":"Point","coordinates":[1.5,2.5]}}]',
            )
        ],
        wrong="in “features”",
    ),
    "16_nul_escape.json": Read({"id": "integer", "note": "text"}, [(1, "a\0b"), (2, "plain")]),
    "16c_big_numbers.jsonl": Read(
        {"id": "text", "ratio": "text", "amount": "text", "huge": "text"},
        [
            (
                "9223372036854775808",
                "0.1234567890123456789",
                "883406386745030.3",
                "277447099861456945273576150847928801582",
            ),
            ("18446744073709551615", "0.1", "50000.0000000000000001", "1"),
        ],
    ),
    "16d_mixed.jsonl": Read(
        {"id": "integer", "v": "json"},
        [(1, '"7"'), (2, "7"), (3, "true"), (4, "[1,2]"), (5, '{"a":null}')],
    ),
    "17b_names_twice.parquet": Read(
        {"x": "integer", "x_1": "text", "X_2": "boolean"}, [(1, "a", True), (2, "b", False)]
    ),
    "neighbours/a_yes_only.csv": Read({"id": "integer", "lang": "text"}, [(1, "no"), (2, "no")]),
    "neighbours/b_code_ints.csv": Read(
        {"id": "integer", "code": "text"}, [(1, "1E1"), (2, "10"), (3, "2E1")]
    ),
    "neighbours/c_money3.csv": Read(
        {"id": "integer", "amount": "text"}, [(1, "1.500"), (2, "12.25")]
    ),
    "neighbours/d_big_decimal.csv": Read(
        {"id": "integer", "amount": "text"}, [(1, "123456789012345.678901"), (2, "1.5")]
    ),
    "neighbours/e_preamble_semicolon.csv": Read(
        {"Export 2024": "text"},
        [("id;name;qty",), ("1;bolt;5",), ("2;nut;7",)],
        wrong="the header seems to be in line 2 (“id, name, qty”)",
    ),
    "neighbours/h_datetime_mixed_zone.csv": Read(
        {"id": "integer", "at": "text"},
        [(1, "2024-07-01T10:00:00+02:00"), (2, "2024-07-01 10:00:00")],
    ),
    "neighbours/i_24_end.csv": Read(
        {"id": "integer", "t": "text"}, [(1, "24:00:00"), (2, "23:00:00")]
    ),
    "neighbours/j_leap.csv": Read(
        {"id": "integer", "at": "text"}, [(1, "2016-12-31 23:59:60"), (2, "2016-12-31 10:00:00")]
    ),
    "neighbours/k_one_bad_in_ascii.csv": Read(
        {"id": "integer", "name": "text"}, [(1, "plain"), (2, "café")], findings="Windows-1252"
    ),
    "neighbours/m_int_exact.csv": Read(
        {"id": "integer", "n": "text"}, [(1, "12345678901234567890"), (2, "5")]
    ),
    "neighbours/n_trailing_text.csv": Read(
        {"id": "integer", "qty": "text"}, [(1, "5"), (2, "-"), (3, "7")]
    ),
    "neighbours/o_json_dec.json": Read(
        {"id": "integer", "price": "float", "lat": "text"},
        [(1, 10.1, "52.12345678901234567"), (2, 3.0, "1")],
    ),
}

REFUSED: dict[str, tuple[str, str, str]] = {
    "08_stray_byte.csv": ("file_stray_byte", "encoding", "the byte 0xEB in line 42, character 3"),
    "08b_shift_jis.csv": ("encoding_unclear", "encoding", "Shift-JIS (“商品,価格”)"),
    "08c_windows1251.csv": ("encoding_unclear", "encoding", "Windows-1251 (“Имя,Город”)"),
    "08d_mac_roman.csv": ("encoding_unclear", "encoding", "Mac Roman (“José,Málaga”)"),
    "10d_short_rows.csv": ("file_ragged_rows", "paths", "Line 3 has 2; 3 were expected"),
    "15d_lists.json": ("json_no_records", "paths", "has lists (row 1)"),
    "16b_lone_surrogate.json": ("json_half_character", "paths", "Row 1 of"),
    "16e_bad_line.ndjson": ("json_broken_line", "paths", "Line 2"),
    "neighbours/g_preamble_quoted_comma.csv": (
        "file_ragged_rows", "paths", "line 1 looks like a title (“Sales, all regions”)",
    ),
}  # fmt: skip
"""Files that are refused: the code, the field, and words of the message of the error."""
IN_OTHER_TESTS = {"17_types.parquet", "26_names.csv"}

MakeFile = Callable[[str, bytes | str], Path]


@pytest.fixture
def case(make_file: MakeFile) -> Callable[..., FilesSource]:
    """Makes a source of a file of tests/cases."""

    def make(name: str, encoding: str = "") -> FilesSource:
        original = CASES / name
        path = make_file(original.name, original.read_bytes())
        config: dict[str, Any] = {"paths": [str(path)]}
        if encoding:
            config["encoding"] = encoding
        source = make_source(KINDS[original.suffix], config).inner
        assert isinstance(source, FilesSource)
        return source

    return make


def test_every_file_has_a_test() -> None:
    found = {str(path.relative_to(CASES)) for path in CASES.rglob("*") if path.suffix in KINDS}
    assert found == {*READ, *REFUSED, *IN_OTHER_TESTS}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_with_its_right_values(case: Callable[..., FilesSource], name: str) -> None:
    expected = READ[name]
    source = case(name, expected.encoding)
    found_by = findings(source)
    assert types(source) == expected.types
    found = rows(source)
    assert found == expected.rows
    assert [list(map(type, row)) for row in found] == [
        list(map(type, row)) for row in expected.rows
    ]
    assert expected.findings in "; ".join(found_by.values())
    assert expected.wrong in found_by["check_shape"]
    assert (found_by["check_shape"] == "Nothing") is not bool(expected.wrong)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_named_at_its_field(
    case: Callable[..., FilesSource], name: str
) -> None:
    code, field, words = REFUSED[name]
    with pytest.raises(ProtoDDFError) as raised:
        findings(case(name))
    described = describe(raised.value)
    assert (described["code"], described["field"]) == (code, field)
    assert words in described["message"]
    assert CASES.joinpath(name).name in described["message"]


def test_many_parquet_types(case: Callable[..., FilesSource]) -> None:
    source = case("17_types.parquet")
    assert types(source) == {
        "id": "integer", "price": "text", "small": "decimal", "ns": "text", "us_tz": "datetime", "far": "date",
        "clock": "text", "clock_us": "time", "big": "text", "ratio": "float", "half": "float", "tags": "json",
        "who": "json", "props": "json", "kind": "text", "raw": "binary", "fixed": "binary", "span": "integer",
        "none": "text",
    }  # fmt: skip
    names = list(types(source))
    first, second, third = (dict(zip(names, row, strict=True)) for row in rows(source))
    assert first["price"] == "1.2345678901"
    assert second["price"] == "12345678901234567890.0000000001"
    assert first["ns"] == "2024-05-01 10:00:00.123456789"
    assert first["us_tz"] == datetime(2024, 5, 1, 8)
    assert (first["far"], second["far"]) == (date(9999, 12, 31), date(1, 1, 1))
    assert second["clock"] == "23:59:59.999999999"
    assert first["big"] == "18446744073709551615"
    assert (first["ratio"], second["ratio"], third["ratio"]) == (float("inf"), None, 0.1)
    assert first["tags"] == '["a",null]'
    assert first["raw"] == b"\x00\xff"
    assert (third["small"], third["span"]) == (D("0.00"), 0)


def test_awkward_names_are_kept(case: Callable[..., FilesSource]) -> None:
    source = case("26_names.csv")
    names = list(types(source))
    assert names[:6] == ["id", "ID_2", "price.eur", "a/b", "emoji 🚀", "select"]
    assert rows(source) == [tuple(range(22)), tuple(range(100, 122))]
    assert source.preview(PageRequest("26_names", search="121", sort=names[7])).total == 1
