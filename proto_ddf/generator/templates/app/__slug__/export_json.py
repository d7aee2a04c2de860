"""Writes rows as JSON: an array with an object for each row.

Numbers have all their digits, however many; texts, dates and times are strings; bytes are strings of hexadecimal
digits.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, BinaryIO

from .export_columns import Column


def write_json(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write the rows. True and false are written as such, however they are stored."""
    names = [json.dumps(each.name).replace("%", "%%") for each in columns]
    pattern = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
    positions = [at for at, each in enumerate(columns) if each.is_flag]
    before = "[\n"
    for row in rows:
        written = [_WRITERS.get(type(value), _text)(value) for value in row]
        for at in positions:
            written[at] = _FLAGS.get(written[at], written[at])
        out.write((before + pattern % tuple(written)).encode(errors="backslashreplace"))
        before = ",\n"
    out.write(b"\n]\n" if before == ",\n" else b"[]\n")


def _text(value: Any) -> str:
    return encode_basestring(str(value))


def _float(value: float) -> str:
    return repr(value) if isfinite(value) else f'"{value}"'


def _decimal(value: Decimal) -> str:
    return str(value) if value.is_finite() else f'"{value}"'


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    float: _float,
    Decimal: _decimal,
    bool: lambda value: "true" if value else "false",
    bytes: lambda value: f'"{value.hex()}"',
    type(None): lambda _: "null",
}
_FLAGS = {"1": "true", "0": "false"}
