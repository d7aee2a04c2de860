"""Reads the records of a CSV file with Python's reader, which reports the line of an error and accepts mixed line
ends."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from proto_ddf.sources.files.csv.csv_encoding import (
    LONGEST_LINE,
    PADDING,
    CsvFormat,
    as_text,
    open_bytes,
)
from proto_ddf.sources.files.errors import file_error


def records(path: Path, csv_format: CsvFormat) -> Iterator[list[str]]:
    """The records after the header, each with as many fields as the header. Blank lines are left out.

    Empty fields at the end of a record that go beyond the header are dropped. Fields for unnamed columns may be
    missing.

    Raises:
        IntegrationError: `file_ragged_rows` (with line, expected, found) or `file_not_csv`.
    """
    with open_bytes(path) as stream, as_text(stream, csv_format.encoding) as text:
        for _ in range(csv_format.skip):
            text.readline()
        lines = _lines(text, path)
        if csv_format.padded:
            lines = (PADDING.sub("", line) for line in lines)
        reader = csv.reader(lines, delimiter=csv_format.delimiter, strict=True)
        width, start, header = len(csv_format.names), csv_format.skip, True
        try:
            for record in reader:
                if record and not header:
                    yield _fitted(record, csv_format) or _refuse(
                        path, start + 1, width, len(record)
                    )
                header = header and not record
                start = csv_format.skip + reader.line_num
        except csv.Error as error:
            reason = f"line {start + 1}: {error}"
            raise file_error(path, "file_not_csv", reason, reason=reason) from error


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            reason = "a line is too long"
            raise file_error(path, "file_not_csv", reason, reason=reason)
        yield line


def _fitted(record: list[str], csv_format: CsvFormat) -> list[str] | None:
    """The record with as many fields as the header; None if a value would be lost or is missing."""
    width = len(csv_format.names)
    if len(record) == width:
        return record
    if len(record) > width:
        return None if any(record[width:]) else record[:width]
    missing = width - len(record)
    return record + [""] * missing if missing <= csv_format.unnamed else None


def _refuse(path: Path, line: int, expected: int, found: int) -> NoReturn:
    words = f"line {line} has {found} columns instead of {expected}"
    raise file_error(path, "file_ragged_rows", words, line=line, expected=expected, found=found)
