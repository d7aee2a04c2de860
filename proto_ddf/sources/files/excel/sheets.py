"""Reads the sheets of an Excel workbook. The first row of a sheet that is not empty is its header.

Cells have types of their own, so a column gets the type of its values: numbers, dates, true and false. A column with
values of several types is text. Formulas are read as their stored results, errors such as #N/A as empty. Hidden sheets
and sheets without rows are left out. In merged cells the first one holds the value.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from proto_ddf.progress import current_progress
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.errors import file_error
from proto_ddf.sources.files.excel.cells import CellReader
from proto_ddf.sources.files.excel.notes import SheetNotes, notes
from proto_ddf.sources.files.excel.sheet_xml import scan
from proto_ddf.sources.files.excel.workbook import check_workbook, damage_errors_translated, opened
from proto_ddf.sources.files.format import (
    MAX_COLUMNS,
    RawColumn,
    RawTable,
    unique_names,
)
from proto_ddf.sources.files.text.delimited_text import SEPARATOR, record_line, unescaped

_UNNAMED = re.compile(
    r"(sheet|tabelle|feuil|hoja|foglio|blad|planilha|arkusz|list|лист|工作表|シート) ?1?",
    re.IGNORECASE,
)
"""The default names of a first sheet in spreadsheet programs. Each sheet is judged alone, so that a table keeps its
name when other sheets are added or removed."""
_MOST_ROWS = 1_048_576
_ROWS_BETWEEN_CHECKS = 1_000
_ROWS_BETWEEN_REPORTS = 20_000
_LARGEST_INTEGER = 2**63 - 1
_LARGEST_EXACT = 2**53
"""Above it a double does not hold every whole number. Excel never writes such numbers; other programs do."""
_DECLARED = {
    "integer": "CAST({c} AS BIGINT)",
    "long integer": "CAST({c} AS BIGINT)",
    "float": "CAST({c} AS DOUBLE)",
    "boolean": "CAST({c} AS BOOLEAN)",
    "date": "CAST({c} AS DATE)",
    "datetime": "CAST({c} AS TIMESTAMP)",
    "time": "CAST({c} AS TIME)",
}
_CANDIDATE_KINDS = {
    "integer": "number",
    "long integer": "number",
    "float": "number",
    "boolean": "boolean",
}
_CANDIDATE_KINDS |= {kind: kind for kind in ("date", "datetime", "time")}
"""The kind to suggest for a column that holds values of this type and texts."""


@dataclass
class _Sheet:
    """The content of a sheet, as found so far."""

    title: str
    header: list[str] = field(default_factory=list)
    kinds: dict[int, set[str]] = field(default_factory=dict)
    """The types of values in each column, by its index."""
    rows: int = 0
    notes: SheetNotes = field(default_factory=SheetNotes)

    @property
    def columns(self) -> list[tuple[int, str]]:
        """Index and name of each column that has a header or a value."""
        width = max([len(self.header), *(at + 1 for at in self.kinds)])
        raw = [*self.header, *[""] * (width - len(self.header))]
        used = [at for at in range(width) if raw[at].strip() or at in self.kinds]
        return list(zip(used, unique_names([raw[at] for at in used]), strict=True))


def sheet_count(path: Path) -> int:
    """The number of sheets. Raises as `workbook.check_workbook`."""
    check_workbook(path)
    with opened(path) as workbook:
        return len(workbook.worksheets)


def read_sheets(path: Path, folder: Path) -> list[RawTable]:
    """The visible sheets that have rows.

    Raises:
        ProtoDDFError: see `workbook.check_workbook`; `file_no_rows`, `too_many_columns`.
    """
    check_workbook(path)
    tables: list[RawTable] = []
    left_out, noted = Counter[str](), []
    with opened(path) as workbook:
        cells = CellReader(workbook)
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                left_out["hidden"] += 1
                continue
            plain = folder / "plain"
            seen = _write_plain(path, sheet, cells, plain)
            if not seen.rows:
                left_out["empty"] += 1
                continue
            _check_width(path, seen)
            noted.append(seen.notes)
            tables.append(_raw_table(seen, plain, folder / f"{len(tables)}.parquet"))
    (folder / "plain").unlink(missing_ok=True)
    if not tables:
        raise file_error(path, "file_no_rows", "has no rows")
    return [*tables[:-1], replace(tables[-1], note=notes(left_out, noted))]


def _write_plain(path: Path, sheet: Any, cells: CellReader, plain: Path) -> _Sheet:
    """Write the rows below the sheet's header as lines that DuckDB reads."""
    progress, seen = current_progress.get(), _Sheet(sheet.title)
    found = scan(path, sheet._worksheet_path)
    seen.notes = SheetNotes(sheet.title, found.uncalculated)
    cells.not_dates = seen.notes.not_dates
    sheet.reset_dimensions()  # the size stated in the file is often wrong, and would cut off rows
    with plain.open("w", encoding="utf-8", newline="") as file, damage_errors_translated(path):
        for number, values in _filled_rows(sheet, cells, seen):
            if number in found.hidden_rows:
                seen.notes.hidden_rows.append(number)
            if not seen.header:
                seen.header = [_words(value) for value in values]
                continue
            seen.rows += 1
            if seen.rows % _ROWS_BETWEEN_REPORTS == 0:
                progress.report(f"{path.name}, {sheet.title}: {seen.rows:,} rows read")
            file.write(
                record_line(number, [_text(value, at, seen) for at, value in enumerate(values)])
            )
    hidden = [get_column_letter(at + 1) for at, _ in seen.columns if found.hides(at)]
    seen.notes.hidden_columns.extend(hidden)
    return seen


def _filled_rows(sheet: Any, cells: CellReader, seen: _Sheet) -> Iterator[tuple[int, list[Any]]]:
    """The rows that hold anything, with their numbers. Errors in cells are read as None."""
    progress = current_progress.get()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number % _ROWS_BETWEEN_CHECKS == 0:
            progress.check_stop()
        if number > _MOST_ROWS:  # a false row number, which would keep the reader busy without end
            raise ValueError(f"row {number} is more than a sheet can have")
        errors, values = seen.notes.errors, [_value(cell, cells, seen) for cell in row]
        while values and values[-1] is None:
            values.pop()
        if values or seen.notes.errors > errors:
            yield number, values


def _value(cell: Any, cells: CellReader, seen: _Sheet) -> Any:
    if cell.data_type != "e":
        try:
            return cells.value(cell)
        except (OverflowError, ValueError):  # a date outside of the calendar
            pass
    seen.notes.errors += 1
    return None


def _words(value: Any) -> str:
    """A header cell as text."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def _text(value: Any, at: int, seen: _Sheet) -> str:
    """A cell as text; records its type."""
    if value is None:
        return ""
    kind, text = _type_and_text(value)
    if text:
        seen.kinds.setdefault(at, set()).add(kind)
    return text


def _type_and_text(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, int):
        return _type_of_integer(value), str(value)
    if isinstance(value, float):
        return ("float", repr(value)) if math.isfinite(value) else ("text", str(value))
    if isinstance(value, datetime):
        if value.time() == time():
            return "date", value.date().isoformat()
        return "datetime", value.isoformat(sep=" ")
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, time):
        return "time", value.isoformat()
    if isinstance(value, timedelta):
        return "text", _duration(value)
    return "text", str(value)


def _type_of_integer(value: int) -> str:
    if abs(value) <= _LARGEST_EXACT:
        return "integer"
    return "long integer" if abs(value) <= _LARGEST_INTEGER else "text"


def _duration(value: timedelta) -> str:
    """ "26:03:04": there may be more than 24 hours."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _check_width(path: Path, seen: _Sheet) -> None:
    found = len(seen.columns)
    if found > MAX_COLUMNS:
        words = f"{seen.title} has {found} columns"
        raise file_error(path, "too_many_columns", words, found=found, limit=MAX_COLUMNS)


def _raw_table(seen: _Sheet, plain: Path, data: Path) -> RawTable:
    # Rows differ in length, so each is read as one text and then split.
    listed = ", ".join(f"{_field(at)} AS c{at}" for at, _ in seen.columns)
    line = f"CAST(split_part(line, '{SEPARATOR}', 1) AS BIGINT)"
    source = (
        f"SELECT line, string_split(line, '{SEPARATOR}') AS v FROM read_csv({duckdb_session.string_literal(plain)},"
        " columns = {'line': 'VARCHAR'}, delim = '\x1e', quote = '', escape = '', header = false,"
        " auto_detect = false, max_line_size = 67108864)"
    )
    with duckdb_session.cursor() as connection:
        duckdb_session.run(
            connection,
            duckdb_session.copy_to(f"SELECT {line} AS number, {listed} FROM ({source})", data),
        )
    columns = tuple(
        _raw_column(name, f"c{at}", seen.kinds.get(at, set())) for at, name in seen.columns
    )
    part = "" if _UNNAMED.fullmatch(seen.title) else seen.title
    return RawTable(data, columns, "number", part=part)


def _field(at: int) -> str:
    return unescaped(f"nullif(v[{at + 2}], '')")


def _raw_column(name: str, column: str, kinds: set[str]) -> RawColumn:
    candidates = {_CANDIDATE_KINDS[kind] for kind in kinds - {"text"}}
    candidate_kinds = tuple(candidates) if len(candidates) == 1 and "text" in kinds else ()
    return RawColumn(
        name, column, declared=_declared(column, kinds), candidate_kinds=candidate_kinds
    )


def _declared(column: str, kinds: set[str]) -> str | None:
    if len(kinds) == 1:
        kind = next(iter(kinds))
    elif kinds == {"integer", "long integer"}:
        kind = "integer"
    elif kinds == {"integer", "float"}:
        kind = "float"
    elif kinds == {"date", "datetime"}:
        kind = "datetime"
    else:
        kind = "text"
    return _DECLARED[kind].replace("{c}", column) if kind in _DECLARED else None
