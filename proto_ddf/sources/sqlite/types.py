"""The meaning of SQLite's declared types, and conversion of values to them.

SQLite accepts any text as a type and any value in any column. So if a type is unknown, the values decide, and a value
that does not fit its column's type stays as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

_ARGUMENTS = re.compile(r"\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")
_BY_WORD: tuple[tuple[str, ColumnType], ...] = (
    (r"BOOL|^TINYINT\(1\)|^BIT$|^BIT\(1\)", ColumnType.BOOLEAN),
    (r"DATETIME|TIMESTAMP", ColumnType.DATETIME),
    (r"^DATE$", ColumnType.DATE),
    (r"^TIME\b", ColumnType.TIME),
    (r"JSON", ColumnType.JSON),
    (r"INT|^SERIAL|^BIGSERIAL|^YEAR$", ColumnType.INTEGER),
    (r"DECIMAL|NUMERIC|MONEY|^NUMBER|CURRENCY", ColumnType.DECIMAL),
    (r"CHAR|CLOB|TEXT|STRING|UUID|ENUM|^URL$|^EMAIL$", ColumnType.TEXT),
    (r"BLOB|BINARY|BYTEA|IMAGE", ColumnType.BINARY),
    (r"REAL|FLOA|DOUB", ColumnType.FLOAT),
)
_BY_STORAGE = {
    "integer": ColumnType.INTEGER,
    "real": ColumnType.FLOAT,
    "text": ColumnType.TEXT,
    "blob": ColumnType.BINARY,
}


@dataclass(frozen=True)
class DeclaredType:
    """`type` is None if the declaration is unknown; then the values decide."""

    type: ColumnType | None
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None


def parse_declared(declared: str) -> DeclaredType:
    """The meaning of a type as written in CREATE TABLE, such as "VARCHAR(40)" or "decimal(10, 2)"."""
    text = declared.strip().upper()
    found = next((kind for words, kind in _BY_WORD if re.search(words, text)), None)
    arguments = _ARGUMENTS.search(text)
    first = int(arguments[1]) if arguments else None
    second = int(arguments[2]) if arguments and arguments[2] else None
    if found is ColumnType.TEXT:
        return DeclaredType(found, max_length=first or None)
    if found is ColumnType.DECIMAL:
        scale = second if second is not None else (0 if first else None)
        return DeclaredType(found, precision=first, scale=scale)
    return DeclaredType(found)


def type_of_storage(classes: set[str]) -> ColumnType:
    """The type of a column without a declared type, from the storage classes of its values."""
    classes = classes - {"null"}
    if classes == {"integer", "real"}:
        return ColumnType.FLOAT
    return _BY_STORAGE[classes.pop()] if len(classes) == 1 else ColumnType.TEXT


def converter(column: ColumnInfo) -> Callable[[Any], Any] | None:
    """A function that converts SQLite's values to the column's type; None if no conversion is needed.

    The function never raises: a value that does not fit is returned unchanged.
    """
    if column.type is ColumnType.DECIMAL:
        return _decimal_converter(column.scale)
    return _CONVERTERS.get(column.type)


def _decimal_converter(scale: int | None) -> Callable[[Any], Any]:
    step = Decimal(1).scaleb(-scale) if scale is not None else None

    def convert(value: Any) -> Any:
        if not isinstance(value, int | float | str):
            return value
        try:
            exact = Decimal(repr(value) if isinstance(value, float) else value)
            padded = exact.quantize(step) if step is not None else exact
        except InvalidOperation:
            return value
        return padded if padded == exact else exact

    return convert


def _to_bool(value: Any) -> Any:
    return bool(value) if value in (0, 1) and isinstance(value, int) else value


def _to_date(value: Any) -> Any:
    return _parsed(date.fromisoformat, value)


def _to_datetime(value: Any) -> Any:
    return _parsed(datetime.fromisoformat, value)


def _to_time(value: Any) -> Any:
    return _parsed(time.fromisoformat, value)


def _parsed(parse: Callable[[str], Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except ValueError:
        return value


_CONVERTERS: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.BOOLEAN: _to_bool,
    ColumnType.DATE: _to_date,
    ColumnType.DATETIME: _to_datetime,
    ColumnType.TIME: _to_time,
}
