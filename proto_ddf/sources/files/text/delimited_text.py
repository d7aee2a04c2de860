"""Rows of text on their way into DuckDB: a file with a record a line, in which no field needs quotes."""

from collections.abc import Sequence

SEPARATOR = "\x1f"
# Characters that end a field or a line in the plain file DuckDB reads, and the noncharacters (which no
# text may interchange) that stand for them there.
_ESCAPES = {"\n": "\ufdd0", "\r": "\ufdd1", SEPARATOR: "\ufdd2"}
_TRANSLATION = str.maketrans(_ESCAPES)


def record_line(number: int, record: Sequence[str]) -> str:
    """The line of a record. It begins with the record's number, so that no line is blank."""
    line = SEPARATOR.join(record)
    if "\n" in line or "\r" in line or line.count(SEPARATOR) != len(record) - 1:
        line = SEPARATOR.join(value.translate(_TRANSLATION) for value in record)
    return f"{number}{SEPARATOR}{line}\n"


def unescaped(expression: str) -> str:
    """SQL for a field as it was before `record_line`."""
    return f"translate({expression}, '{''.join(_ESCAPES.values())}', chr(10) || chr(13) || chr(31))"
