"""The values of an Excel sheet's cells: texts without their escapes, numbers, dates and times."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from openpyxl.styles.numbers import is_timedelta_format
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
"""Literal characters in a number format, and parts that are not of a date: colours, conditions, locales."""
_DATE = re.compile("[dyeg]|mmm", re.IGNORECASE)
_NONEXISTENT_DAY = 60
"""29 February 1900: Excel counts it, but the calendar does not have it (an error of Lotus 1-2-3 that was kept)."""


def unescaped(text: str) -> str:
    """A text with its `_xHHHH_` escapes replaced by their characters (ISO/IEC 29500-1, 22.9.2.19, ST_Xstring).

    A single surrogate is not a character: its escape stays.
    """
    if "_x" not in text:
        return text
    found = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    joined = _PAIR.sub(_joined, found)
    return _HALF.sub(lambda match: f"_x{ord(match[0]):04X}_", joined)


def _joined(match: re.Match[str]) -> str:
    return match[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


@dataclass
class CellReader:
    """Reads the cells of a workbook.

    openpyxl's own reading of dates takes 0 as midnight and 29 February 1900 as the day before.
    """

    workbook: Any
    date_styles: set[int] = field(default_factory=set)
    not_dates: list[str] = field(default_factory=list)
    """The cells of the sheet that are formatted as dates but hold no date."""

    def __post_init__(self) -> None:
        self.date_styles = set(self.workbook._date_formats)
        self.workbook._date_formats = set()
        self._kinds: dict[int, Callable[[float], Any]] = {}

    def value(self, cell: Any) -> Any:
        """The value of a cell that is not an error; None if it is empty.

        Raises:
            OverflowError, ValueError: the date is outside of the calendar.
        """
        value = cell.value
        if isinstance(value, str):
            return unescaped(value) or None
        if cell.data_type == "n" and value is not None and cell._style_id in self.date_styles:
            return self._date_value(cell, value)
        return value

    def _date_value(self, cell: Any, value: float) -> Any:
        if cell._style_id not in self._kinds:
            self._kinds[cell._style_id] = self._kind(cell.number_format)
        found = self._kinds[cell._style_id](value)
        if found is None:
            self.not_dates.append(cell.coordinate)
        return found

    def _kind(self, number_format: str) -> Callable[[float], Any]:
        epoch = self.workbook.epoch
        if is_timedelta_format(number_format):
            return lambda value: from_excel(value, epoch, timedelta=True)
        if not _DATE.search(_LITERAL.sub("", number_format)):
            return lambda value: from_excel(value, epoch)
        if epoch == WINDOWS_EPOCH:
            return _since_1900
        return lambda value: (
            epoch + timedelta(milliseconds=round(value * 86_400_000))
            if value < 1
            else from_excel(value, epoch)
        )


def _since_1900(value: float) -> Any:
    """The date of a number; None for 0 and for 29 February 1900. A fraction of the first day is a time."""
    no_date = value <= 0 or _NONEXISTENT_DAY <= value < _NONEXISTENT_DAY + 1
    return None if no_date else from_excel(value)
