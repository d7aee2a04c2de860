"""Workbooks as other programs write them: escapes, Strict Open XML, incomplete style sheets, invalid dates, and
hidden content.

The kind: what the standard (ISO/IEC 29500) allows or Excel itself does, and what openpyxl does not read or reads
differently."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from proto_ddf.sources.files.excel.cells import unescaped
from proto_ddf.sources.files.source import FilesSource
from tests import stages
from tests.file_sources import rows, types

MakeSource = Callable[..., FilesSource]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = (
    '<styleSheet xmlns="{main}"><numFmts count="2"><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="171" formatCode="h:mm &quot;day&quot;"/></numFmts>{fills}'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="46"/>'
    '<xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
)
GENERAL, DATE, MOMENT, CLOCK, DURATION, OWN_DATE, OWN_CLOCK = range(7)
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def number(value: float, style: int = GENERAL) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def shared(position: int) -> str:
    return f'<c t="s"><v>{position}</v></c>'


def book(
    *lines: list[str],
    strings: tuple[str, ...] = (),
    fills: str = "",
    date1904: bool = False,
    before: str = "",
    row_attributes: dict[int, str] | None = None,
    strict: bool = False,
) -> bytes:
    """A workbook of one sheet, written by hand."""
    sheet = "".join(
        f'<row r="{at}" {(row_attributes or {}).get(at, "")}>{"".join(cells)}</row>'
        for at, cells in enumerate(lines, start=1)
    )
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{rel}"><workbookPr date1904="{int(date1904)}"/>'
        '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/styles.xml": STYLES.format(main=MAIN, fills=fills),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{each}</t></si>' for each in strings)
        + "</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{before}<sheetData>{sheet}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            for transitional, strict_name in STRICT.items():
                content = content.replace(transitional, strict_name) if strict else content
            archive.writestr(name, content)
    return stream.getvalue()


def finding(source: FilesSource) -> str:
    return stages.finding(source, "infer_types").partition("; ")[2]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("first_x000D_&#10;second", "first\r\nsecond"),
        ("A_x0041_B", "AAB"),
        ("A_x005F_x0041_B", "A_x0041_B"),
        ("_x005f_x000d_", "_x000d_"),
        ("_x0041__x0042_", "AB"),
        ("_xD83D__xDE00_", "😀"),
        ("half _xD83D_ pair", "half _xD83D_ pair"),
        ("_xZZZZ_ _x41_ _x00410_ x0041", "_xZZZZ_ _x41_ _x00410_ x0041"),
        ("a_x0000_b", "a\0b"),
        ("tab_x0009_", "tab\t"),
    ],
)
def test_escapes_in_texts_are_decoded_once_wherever_the_text_is(
    file_source: MakeSource, written: str, value: str
) -> None:
    """The text may be an inline or shared text, the result of a formula, or in the header."""
    content = book(
        [text("id"), text("kind"), text(f"h {written}")],
        [number(1), text(written), shared(0)],
        [number(2), f'<c t="str"><f>x</f><v>{written}</v></c>', text("plain")],
        strings=(written,),
    )
    source = file_source("excel", "t.xlsx", content)
    assert [row[1:] for row in rows(source)] == [(value, value), (value, "plain")]
    header = list(types(source))[2]
    assert header == " ".join(f"h {value}".replace("\0", "").split())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Cs")), max_size=12))
def test_texts_that_are_escaped_as_in_excel_are_read_back(value: str) -> None:
    """Excel escapes control characters, and an underscore where a text would look like an escape."""
    marked = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value)
    escaped = re.sub("[\0-\x1f]", lambda match: f"_x{ord(match[0]):04X}_", marked)
    assert unescaped(escaped) == value


def test_a_strict_workbook_is_read(file_source: MakeSource) -> None:
    content = book(
        [text("id"), text("day"), text("said"), text("note")],
        *(
            [number(n), number(45_000 + n, DATE), '<c t="d"><v>2024-02-29</v></c>', shared(0)]
            for n in range(3_000)
        ),
        strings=("http://purl.oclc.org and text",),
        strict=True,
    )
    source = file_source("excel", "strict.xlsx", content)
    assert types(source) == {"id": "integer", "day": "date", "said": "date", "note": "text"}
    found = rows(source)
    assert found[0] == (0, date(2023, 3, 15), date(2024, 2, 29), "http://purl.oclc.org and text")
    assert [row[0] for row in found] == list(range(3_000))


@pytest.mark.parametrize(
    "fills",
    [
        '<fills count="1"><fill/></fills>',
        '<fills count="1"><fill></fill></fills>',
        "<fills><fill><patternFill patternType='nonsense'/></fill></fills>",
        "<fonts><font><sz val='big'/></font></fonts>",
        "<borders><border><left style='odd'/></border></borders>",
        "<cellStyleXfs><xf fontId='x'/></cellStyleXfs>",
        "<dxfs><dxf><fill/></dxf></dxfs><colors><mruColors><color rgb='no'/></mruColors></colors>",
    ],
)
def test_an_incomplete_style_sheet_causes_no_error(file_source: MakeSource, fills: str) -> None:
    content = book([text("day")], [number(45_000, OWN_DATE)], fills=fills)
    assert rows(file_source("excel", "t.xlsx", content)) == [(date(2023, 3, 15),)]


@pytest.mark.parametrize(
    ("style", "values", "kind", "found", "message"),
    [
        (DATE, [59, 60, 61, 0], "date", [date(1900, 2, 28), None, date(1900, 3, 1), None], "(A3, A5)"),
        (OWN_DATE, [1, 0], "date", [date(1900, 1, 1), None], "1 date cell that holds no date read as empty (A3)"),
        (MOMENT, [1.5, 60.5, -1], "datetime", [datetime(1900, 1, 1, 12), None, None], "2 date cells that hold"),
        (CLOCK, [0, 0.5, 0.999], "time", [time(), time(12), time(23, 58, 33, 600_000)], ""),
        (OWN_CLOCK, [0, 0.25], "time", [time(), time(6)], ""),
        (DURATION, [0, 1.5], "text", ["0:00:00", "36:00:00"], ""),
        (GENERAL, [0, 60], "integer", [0, 60], ""),
        (DATE, [45_000, 5_000_000], "date", [date(2023, 3, 15), None], "1 cell with an error"),
    ],
)  # fmt: skip
def test_date_cells_that_hold_no_date_are_empty_and_reported(
    file_source: MakeSource,
    style: int,
    values: list[float],
    kind: str,
    found: list[Any],
    message: str,
) -> None:
    content = book([text("d"), text("n")], *([number(each, style), number(1)] for each in values))
    source = file_source("excel", "t.xlsx", content)
    assert types(source)["d"] == kind
    assert [row[0] for row in rows(source)] == found
    assert message in finding(source)
    assert bool(message) == bool(finding(source))


def test_no_day_is_missing_if_days_count_from_1904(file_source: MakeSource) -> None:
    values = [0, 0.5, 59, 60, 61, 43_538]
    content = book([text("d")], *([number(each, MOMENT)] for each in values), date1904=True)
    source = file_source("excel", "mac.xlsx", content)
    assert [row[0] for row in rows(source)] == [
        datetime(1904, 1, 1), datetime(1904, 1, 1, 12), datetime(1904, 2, 29), datetime(1904, 3, 1),
        datetime(1904, 3, 2), datetime(2023, 3, 15),
    ]  # fmt: skip
    assert finding(source) == ""


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.dates(date(1904, 1, 2), date(9999, 12, 31)), min_size=1, max_size=20),
    st.booleans(),
)
def test_every_date_is_read_as_it_was_written(
    file_source: MakeSource, days: list[date], mac: bool
) -> None:
    workbook, stream = Workbook(), io.BytesIO()
    if mac:
        workbook.epoch = CALENDAR_MAC_1904
    for value in ("day", *days):
        workbook.active.append([value])
    workbook.save(stream)
    assert rows(file_source("excel", "t.xlsx", stream.getvalue())) == [(day,) for day in days]


def test_hidden_rows_and_columns_are_read_and_reported(file_source: MakeSource) -> None:
    content = book(
        [text("a"), text("b"), text("c")],
        *([number(n), number(n), number(n)] for n in range(8)),
        before='<cols><col min="1" max="1" width="9"/><col width="0" hidden="1" min="2" max="3"/>'
        '<col min="4" max="16384" hidden="true"/></cols>',
        row_attributes={3: 'hidden="1"', 5: 'ht="0" hidden="true"', 7: 'hidden="0"'},
    )
    source = file_source("excel", "t.xlsx", content)
    assert len(rows(source)) == 8
    assert finding(source) == (
        "2 hidden rows read like the others (3, 5); 2 hidden columns read like the others (B, C)"
    )


def test_of_several_sheets_the_one_with_hidden_rows_is_named(file_source: MakeSource) -> None:
    workbook, stream = Workbook(), io.BytesIO()
    for title in ("North", "South"):
        sheet = workbook.create_sheet(title)
        for line in (["a"], *([n] for n in range(10))):
            sheet.append(line)
    for row in range(3, 11):
        workbook["South"].row_dimensions[row].hidden = True
    workbook.save(stream)
    source = file_source("excel", "t.xlsx", stream.getvalue())
    assert finding(source) == (
        "1 empty sheet left out; 8 hidden rows read like the others (3, 4, 5, 6, 7 and 3 more) in sheet “South”"
    )


@pytest.mark.parametrize("whole", [2**53 + 1, -(2**53) - 1, 1234567890123456789, 2**63 - 1, 2**63])
@pytest.mark.parametrize("other", ["1.5", "2", "x"])
def test_no_digit_of_a_whole_number_is_lost(
    file_source: MakeSource, whole: int, other: str
) -> None:
    """Excel itself writes no number beyond 2^53 that a double cannot hold, but other programs write such ids."""
    cell = text(other) if other == "x" else number(other)
    content = book([text("id"), text("n")], [number(whole), text("a")], [cell, text("b")])
    source = file_source("excel", "t.xlsx", content)
    assert types(source)["id"] == ("integer" if other == "2" and whole < 2**63 else "text")
    assert [str(row[0]) for row in rows(source)] == [str(whole), other]
