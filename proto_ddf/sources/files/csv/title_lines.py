"""Finds lines above the header of a CSV file, which make the table look narrower than it is."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

from proto_ddf.sources.files.csv.csv_encoding import DELIMITERS
from proto_ddf.sources.files.shape.table_shape import (
    MOST_TITLES,
    are_names,
    find_header,
    looks_like_comment,
    quoted_row,
)

_MOST_RECORDS = 100
_SAME = 0.8
"""The share of the records below a header that must be as wide as it."""

Numbered = tuple[int, list[str]]
"""The line where a record begins, and its cells."""


def lines_above_header(sample: str, skip: int = 0) -> str | None:
    """Whether the first lines of a file are narrower than all others, as a title is.

    Args:
        sample: the start of the file's text; its last record may be incomplete.
        skip: number of lines at the start that are not part of the table: Excel's "sep=;".

    Returns:
        A clause for a message, or None.
    """
    body = "".join(sample.splitlines(keepends=True)[skip:])
    found = [
        (len(records[at][1]), records[0], records[at])
        for records in (_records(body, delimiter, skip + 1) for delimiter in DELIMITERS)
        if (at := _header(records, body)) is not None
    ]
    if not found:
        return None
    _, (_, first), (line, header) = max(found, key=lambda each: each[0])
    first_line = skip + 1
    lines = (
        f"line {first_line} looks"
        if line == first_line + 1
        else f"lines {first_line} to {line - 1} look"
    )
    return (
        f"{lines} like a title ({quoted_row(first)}), and the header seems to be in line {line} ({quoted_row(header)})."
        " Remove the lines above it, then test again"
    )


def _header(records: Sequence[Numbered], sample: str) -> int | None:
    """The index of the first record that is as wide as nearly all records after it, if those before it are narrower."""
    if len(records) < 3:
        return None
    cells = [each for _, each in records]
    width = Counter(map(len, cells[1:])).most_common(1)[0][0]
    at = next((at for at, row in enumerate(cells) if len(row) == width), None)
    if width < 2 or not at or at > MOST_TITLES:
        return None
    below = cells[at + 1 :]
    if not below or sum(len(row) == width for row in below) < _SAME * len(below):
        return None
    if find_header([cells[0], cells[at], *below]) == 1:
        return at
    blank_between = records[at][0] - records[at - 1][0] > 1
    marked = looks_like_comment(sample.lstrip("\ufeff")) or (blank_between and at == 1)
    return at if marked and are_names([name.strip() for name in cells[at]]) else None


def _records(sample: str, delimiter: str, first_line: int) -> list[Numbered]:
    """The records that are not blank, at most _MOST_RECORDS, so that a last one that is cut off hardly counts."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    found: list[Numbered] = []
    line = first_line
    try:
        for record in reader:
            if record:
                found.append((line, record))
            line = reader.line_num + first_line
            if len(found) == _MOST_RECORDS:
                break
    except csv.Error:
        pass
    return found
