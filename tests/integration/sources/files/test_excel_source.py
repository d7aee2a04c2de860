"""Excel: how cells and sheets are read, and every way in which such a file can be invalid, with real files."""

import io
import os
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from proto_ddf.errors import describe
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from tests.file_sources import failure, rows, types
from tests.stages import finding

MakeSource = Callable[..., FilesSource]
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)


def saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def sheet(*lines: list[Any]) -> bytes:
    """A workbook of one sheet with these rows."""
    workbook = Workbook()
    for line in lines:
        workbook.active.append(line)
    return saved(workbook)


def part_changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of the files in its ZIP changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for each in old.namelist():
            new.writestr(each, change(old.read(each)) if each == name else old.read(each))
    return stream.getvalue()


def packed(**contents: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def note(source: FilesSource) -> str:
    """What the last stage says besides its counts."""
    return finding(source, "infer_types").partition("; ")[2]


@pytest.mark.parametrize(
    ("values", "kind", "typed"),
    [
        ([1, -2, None], "integer", [1, -2, None]),
        ([1, 2.5], "float", [1.0, 2.5]),
        ([19.99, 0.1], "float", [19.99, 0.1]),
        ([1e300, 123456789012345.5], "float", [1e300, 123456789012345.5]),
        ([True, False], "boolean", [True, False]),
        ([date(2024, 2, 29)], "date", [date(2024, 2, 29)]),
        ([datetime(1900, 1, 5), datetime(1900, 3, 1)], "date", [date(1900, 1, 5), date(1900, 3, 1)]),
        ([datetime(2024, 1, 1, 10, 5, 7), date(2024, 1, 2)], "datetime", [datetime(2024, 1, 1, 10, 5, 7), datetime(2024, 1, 2)]),
        ([time(8, 30)], "time", [time(8, 30)]),
        ([timedelta(hours=26, minutes=3, seconds=4)], "text", ["26:03:04"]),
        (["007", "NA"], "text", ["007", "NA"]),
        (["1", 2], "text", ["1", "2"]),
        ([date(2024, 1, 2), "later", True, 1.5], "text", ["2024-01-02", "later", "true", "1.5"]),
        (["a\nb", "c\r\nd", "x\ty", " ü😀 "], "text", ["a\nb", "c\nd", "x\ty", " ü😀 "]),
        ([None, None], "text", [None, None]),
    ],
)  # fmt: skip
def test_types_and_values(
    file_source: MakeSource, values: list[Any], kind: str, typed: list[Any]
) -> None:
    data = sheet(["n", "c"], *([n, value] for n, value in enumerate(values)))
    source = file_source("excel", "t.xlsx", data)
    assert types(source) == {"n": "integer", "c": kind}
    found = rows(source)
    assert found == list(enumerate(typed))
    assert [type(row[1]) for row in found] == [type(value) for value in typed]


def test_dates_count_from_1904_if_the_workbook_says_so(file_source: MakeSource) -> None:
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    for line in (["d"], [date(2024, 2, 29)], [date(1904, 1, 2)]):
        workbook.active.append(line)
    source = file_source("excel", "mac.xlsx", saved(workbook))
    assert rows(source) == [(date(2024, 2, 29),), (date(1904, 1, 2),)]


def test_each_sheet_is_a_table_except_hidden_ones_and_those_without_rows(
    file_source: MakeSource,
) -> None:
    workbook = Workbook()
    workbook.active.title = "Order Items"
    for title, lines in {
        "People": [["id"], [1]],
        "people!": [["id"], [2], [3]],
        "Secret": [["id"], [4]],
        "Deep": [["id"], [5]],
        "Head": [["id"]],
    }.items():
        for line in lines:
            (workbook[title] if title in workbook else workbook.create_sheet(title)).append(line)
    workbook["Secret"].sheet_state = "hidden"
    workbook["Deep"].sheet_state = "veryHidden"
    workbook["Order Items"].append(["no"])
    workbook["Order Items"].append([6])
    source = file_source("excel", "book.xlsx", saved(workbook))
    assert {each.name: each.row_count for each in source.read_schema().tables} == {
        "order_items": 1,
        "people": 1,
        "people_2": 2,
    }
    assert rows(source, "people_2") == [(2,), (3,)]
    assert source.preview(PageRequest("order_items")).rows == ((6,),)
    assert note(source) == "1 empty sheet left out; 2 hidden sheets left out"


def test_a_sheet_with_a_default_name_is_named_after_the_file_whatever_other_sheets_there_are(
    file_source: MakeSource,
) -> None:
    def tables(*titles: str) -> list[str]:
        workbook = Workbook()
        workbook.remove(workbook.active)
        for title in titles:
            workbook.create_sheet(title).append(["a"])
            workbook[title].append([1])
        source = file_source("excel", "My Orders.xlsx", saved(workbook))
        return [each.name for each in source.read_schema().tables]

    assert tables("Sheet1") == tables("Tabelle1") == tables("Sheet") == ["my_orders"]
    assert tables("Sheet1", "Notes", "Sheet2") == ["my_orders", "notes", "sheet2"]
    assert tables("People") == ["people"]


def test_the_header_is_the_first_row_that_is_not_empty(file_source: MakeSource) -> None:
    data = sheet(
        [], [None, "id", None, "Name", "name", date(2024, 1, 1)], [], [None, 1, "x", "y", "z"], [], [None, 2]
    )  # fmt: skip
    source = file_source("excel", "t.xlsx", data)
    assert list(types(source)) == ["id", "column_2", "Name", "name_2", "2024-01-01"]
    assert rows(source) == [(1, "x", "y", "z", None), (2, None, None, None, None)]


def test_values_beyond_the_header_are_kept(file_source: MakeSource) -> None:
    source = file_source("excel", "t.xlsx", sheet(["a"], [1], [2, None, "far"]))
    assert rows(source) == [(1, None), (2, "far")]
    assert list(types(source)) == ["a", "column_2"]


def test_a_wrong_size_in_the_file_cuts_nothing_off(file_source: MakeSource) -> None:
    data = sheet(["a", "b"], [1, 2], [3, 4])
    name = "xl/worksheets/sheet1.xml"
    changed = part_changed(data, name, lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1"'))
    assert changed != part_changed(data, name, bytes)
    assert rows(file_source("excel", "t.xlsx", changed)) == [(1, 2), (3, 4)]


def test_the_first_of_merged_cells_has_the_value(file_source: MakeSource) -> None:
    workbook = Workbook()
    for line in (["a", "b"], [1, 2], [None, 3]):
        workbook.active.append(line)
    workbook.active.merge_cells("A2:A3")
    assert rows(file_source("excel", "t.xlsx", saved(workbook))) == [(1, 2), (None, 3)]


def test_error_cells_are_empty_and_reported(file_source: MakeSource) -> None:
    data = sheet(["n", "x"], [1, 5], [2, "#N/A"], [3, "#DIV/0!"])
    source = file_source("excel", "t.xlsx", data)
    assert types(source) == {"n": "integer", "x": "integer"}
    assert rows(source) == [(1, 5), (2, None), (3, None)]
    assert note(source) == "2 cells with an error read as empty"


def test_formulas_are_read_as_their_last_results(file_source: MakeSource) -> None:
    data = sheet(["n", "f"], [1, "=A2+1"], [2, "=A3+1"])
    stored = part_changed(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<f>A2+1</f><v />", b"<f>A2+1</f><v>2</v>"),
    )
    source = file_source("excel", "t.xlsx", stored)
    assert rows(source) == [(1, 2), (2, None)]
    assert note(source).startswith("1 formula without a stored result read as empty")


def test_an_invalid_date_is_an_error_cell(file_source: MakeSource) -> None:
    workbook = Workbook()
    for line in (["d"], [date(2024, 1, 1)], [99_999_999]):
        workbook.active.append(line)
    workbook.active["A3"].number_format = "yyyy-mm-dd"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = file_source("excel", "t.xlsx", saved(workbook))
        assert rows(source) == [(date(2024, 1, 1),), (None,)]
    assert note(source) == "1 cell with an error read as empty"


def test_long_sheets_keep_their_order(file_source: MakeSource) -> None:
    source = file_source("excel", "t.xlsx", sheet(["n"], *([n] for n in range(12_000))))
    assert [row[0] for row in rows(source)] == list(range(12_000))


GOOD = sheet(["a", "b"], *([n, f"text {n}"] for n in range(500)))
MIDDLE = len(GOOD) // 2
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(5)
) + (
    b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="str"><v>&f;</v></c></row></sheetData></worksheet>'
)  # fmt: skip
ENDLESS = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (os.urandom(3_000).replace(b"PK", b"xx"), "file_not_excel"),
        (b"a,b\n1,2\n", "file_not_excel"),
        (packed(a="x"), "file_not_excel"),
        (packed(**{"xl/workbook.bin": "x"}), "file_not_excel"),
        (packed(**{"content.xml": "x", "mimetype": "opendocument"}), "file_not_excel"),
        (OLD_OFFICE + "Workbook".encode("utf-16-le"), "excel_old_format"),
        (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + bytes(500), "excel_password"),
        (GOOD[: len(GOOD) // 2], "file_cut_short"),
        (GOOD[:MIDDLE] + bytes(100) + GOOD[MIDDLE + 100 :], "excel_damaged"),
        (part_changed(GOOD, SHEET, lambda xml: xml[: len(xml) // 2]), "excel_damaged"),
        (part_changed(GOOD, "xl/workbook.xml", lambda xml: b"<x"), "excel_damaged"),
        (part_changed(GOOD, SHEET, lambda xml: BOMB), "excel_damaged"),
        (part_changed(GOOD, SHEET, lambda xml: ENDLESS), "excel_damaged"),
        (sheet(), "file_no_rows"),
        (sheet(["a", "b"]), "file_no_rows"),
        (sheet(list(range(1_001)), [1]), "too_many_columns"),
    ],
)
def test_each_kind_of_invalid_content_has_its_own_code(
    file_source: MakeSource, content: bytes, code: str
) -> None:
    error = failure(file_source("excel", "people.xlsx", content))
    assert error.code == code
    assert "people.xlsx" in describe(error)["message"]


@pytest.mark.parametrize("part", [SHEET, "xl/media/picture.png"])
def test_a_workbook_with_too_high_a_compression_is_refused_unread(
    file_source: MakeSource, part: str
) -> None:
    parts = {"[Content_Types].xml": "x", "xl/workbook.xml": "x", part: b" " * 50_000_000}
    error = failure(file_source("excel", "bomb.xlsx", packed(**parts)))
    assert error.code == "excel_too_large"
    assert "50.0 MB" in describe(error)["message"]


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(
    file_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_UPLOAD_MB", "1")
    get_settings.cache_clear()
    text = os.urandom(30_000).hex().encode() * 200
    parts = {"[Content_Types].xml": "x", SHEET: text}
    error = failure(file_source("excel", "large.xlsx", packed(**parts)))
    assert error.code == "excel_too_large"
