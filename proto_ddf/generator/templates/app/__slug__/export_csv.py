"""Writes rows as CSV (RFC 4180, UTF-8) from which every stored value can be read back.

Texts are in quotes, so that `""` is an empty text and nothing between two commas is null. Numbers, true and false, and
bytes (`\\x00ff`, as PostgreSQL writes them) are not. A text that is not UTF-8 is written with its own bytes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from .export_columns import Column

Row = Sequence[Any]


class _WithoutQuotes(str):
    """A text that the csv module writes like a number."""

    __slots__ = ()

    def __float__(self) -> float:
        return 0.0


_NULL = _WithoutQuotes("")
_END = "\r\n"
_AS_THEY_ARE = frozenset({int, float, Decimal, str})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text may begin that a spreadsheet takes for a formula (OWASP, "CSV Injection")."""


def write_csv(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write the names of the columns, then the rows, exactly."""
    _write(out, "", [each.name for each in columns], _converted(rows))


def write_guarded_csv(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """As `write_csv`, for spreadsheets: it begins with a mark of its encoding, and a text that they would take for a
    formula has an apostrophe before it."""
    guarded = ([_guarded(_value(each)) for each in row] for row in rows)
    _write(out, "\ufeff", [_guarded(each.name) for each in columns], guarded)


def _write(out: BinaryIO, mark: str, names: Sequence[str], rows: Iterator[Row]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", errors="surrogateescape", newline="")
    text.write(mark)
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator=_END)
    writer.writerow(names)
    if len(names) > 1:
        writer.writerows(rows)
    else:
        _write_one_column(text, writer.writerow, rows)
    text.detach()


def _write_one_column(
    text: io.TextIOWrapper, write_row: Callable[[Row], Any], rows: Iterator[Row]
) -> None:
    """The csv module would write a row of one null as an empty text."""
    for row in rows:
        if row[0] == "" and isinstance(row[0], _WithoutQuotes):
            text.write(_END)
        else:
            write_row(row)


def _converted(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        is_ready = _AS_THEY_ARE.issuperset(map(type, row))
        yield row if is_ready else [_value(each) for each in row]


def _value(value: Any) -> Any:
    """What the csv module is given for a value."""
    if value is None:
        return _NULL
    if isinstance(value, bytes):
        return _WithoutQuotes("\\x" + value.hex())
    if isinstance(value, bool):
        return _WithoutQuotes("true" if value else "false")
    return value


def _guarded(value: Any) -> Any:
    is_text = isinstance(value, str) and not isinstance(value, _WithoutQuotes)
    return f"'{value}" if is_text and value.startswith(_FORMULA) else value
