"""Writes rows as an Excel workbook with one sheet (ISO/IEC 29500, the parts that Excel needs).

Texts, dates and times are text cells, so that Excel changes none and runs no formula; numbers are number cells if Excel
can hold all their digits, and otherwise text cells. Written here, because a row has to be sent before the next one is
read: libraries make the whole file first, and take ten times as long for it.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, BinaryIO

from .errors import DataError, Problem
from .export_columns import Column

MOST_ROWS = 1_048_575
"""Of a sheet, below the names of the columns."""
MOST_LETTERS = 32_767
"""Of a cell, counted in UTF-16."""
TOO_MANY_ROWS = Problem(
    "Too many rows for Excel",
    f"A sheet holds at most {MOST_ROWS:,} rows, and this list has more.",
    "Narrow it down by a filter, or export it as CSV.",
)
_CUT = "… (cut: a cell of Excel holds no more)"
_QUICK = 3
"""The level of compression: a better one takes longer than all the rest."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Rows" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def write_excel(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write the names of the columns, then the rows. Raises DataError if there are more than Excel can hold."""
    archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK)
    for name, content in _PARTS.items():
        archive.writestr(name, _HEAD + content)
    with archive.open("xl/worksheets/sheet1.xml", "w") as part:
        sheet = io.TextIOWrapper(part, encoding="utf-8", newline="")
        sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        letters = [_letters(at) for at in range(len(columns))]
        sheet.write(_row(1, letters, [each.name for each in columns]))
        for number, row in enumerate(rows, 2):
            if number > MOST_ROWS + 1:
                raise DataError(TOO_MANY_ROWS)
            sheet.write(_row(number, letters, row))
        sheet.write("</sheetData></worksheet>")
        sheet.detach()
    archive.close()


def _letters(column: int) -> str:
    """The name of a column: A, B ... Z, AA ..."""
    rest, last = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)


def _row(number: int, letters: Sequence[str], values: Sequence[Any]) -> str:
    cells = [
        f'<c r="{letter}{number}"{_WRITERS.get(type(value), _text)(value)}</c>'
        for letter, value in zip(letters, values, strict=True)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _whole(number: int) -> str:
    return f"><v>{number}</v>" if abs(number) < 10**15 else _text(number)


def _float(number: float) -> str:
    is_held = number == 0 or 1e-300 < abs(number) < 1e300
    return f"><v>{number!r}</v>" if is_held and isfinite(number) else _text(number)


def _decimal(number: Decimal) -> str:
    is_held = isfinite(number) and len(number.as_tuple().digits) <= 15
    is_held = is_held and (not number or -300 < number.adjusted() < 300)
    return f"><v>{number}</v>" if is_held else _text(number)


def _text(value: Any) -> str:
    text = str(value)
    if len(text) * 2 > MOST_LETTERS:
        text = _of_fitting_length(text)
    if _SPECIAL.search(text):
        readable = text.encode(errors="surrogateescape").decode(errors="replace")
        text = _SPECIAL.sub(_escaped, readable)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


_SPECIAL = re.compile(
    "[&<>\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff\\ud800-\\udfff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _escaped(found: re.Match[str]) -> str:
    """What XML cannot hold is written as _x000D_ (ISO/IEC 29500-1, 22.9.2.19)."""
    return _NAMED.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _of_fitting_length(text: str) -> str:
    units = text.encode("utf-16-le", errors="surrogatepass")
    if len(units) <= MOST_LETTERS * 2:
        return text
    kept = units[: (MOST_LETTERS - len(_CUT)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + _CUT


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: _whole,
    float: _float,
    Decimal: _decimal,
    bool: lambda value: f' t="b"><v>{value:d}</v>',
    bytes: lambda value: _text("\\x" + value.hex()),
}
