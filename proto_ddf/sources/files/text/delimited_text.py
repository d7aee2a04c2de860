"""Rows as text for DuckDB: one record per line, without quotes."""

from collections.abc import Sequence

SEPARATOR = "\x1f"
# Characters that end a field or a line in this text. Each is replaced by a noncharacter, which no
# interchanged text may contain.
_ESCAPES = {"\n": "\ufdd0", "\r": "\ufdd1", SEPARATOR: "\ufdd2"}
_TRANSLATION = str.maketrans(_ESCAPES)


def record_line(number: int, record: Sequence[str]) -> str:
    """A record as a line. It begins with the record's number, so that no line is blank."""
    line = SEPARATOR.join(record)
    if "\n" in line or "\r" in line or line.count(SEPARATOR) != len(record) - 1:
        line = SEPARATOR.join(value.translate(_TRANSLATION) for value in record)
    return f"{number}{SEPARATOR}{line}\n"


def unescaped(expression: str) -> str:
    """SQL that restores a field of `record_line`."""
    return f"translate({expression}, '{''.join(_ESCAPES.values())}', chr(10) || chr(13) || chr(31))"
