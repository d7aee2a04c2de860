"""Reads from the XML of an Excel sheet what openpyxl does not report: formulas without a result, hidden rows and
columns."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proto_ddf.progress import current_progress
from proto_ddf.sources.files.excel.workbook import damage_errors_translated

_CHUNK = 1 << 20
_UNCALCULATED = re.compile(
    rb"<c\b[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_HIDDEN = rb"(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])"
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b" + _HIDDEN + rb"[^>]*\br=[\"'](\d+)[\"']")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\b" + _HIDDEN + rb"[^>]*>")
_BOUNDS = re.compile(rb"\b(min|max)=[\"'](\d+)[\"']")
_LONGEST = 1 << 16
"""Bytes of the longest formula or tag."""


@dataclass
class SheetScan:
    uncalculated: int = 0
    """Number of formulas without a stored result."""
    hidden_rows: set[int] = field(default_factory=set)
    """Row numbers, from 1."""
    hidden_columns: list[range] = field(default_factory=list)
    """Column indexes, from 0."""

    def hides(self, column: int) -> bool:
        return any(column in each for each in self.hidden_columns)


def scan(path: Path, part: str) -> SheetScan:
    """Scan the XML of a sheet.

    Raises:
        IntegrationError: `excel_damaged`.
    """
    found = SheetScan()
    with (
        damage_errors_translated(path),
        zipfile.ZipFile(path) as archive,
        archive.open(part) as stream,
    ):
        _scan(stream, found)
    return found


def _scan(stream: Any, found: SheetScan) -> None:
    held = b""
    while chunk := stream.read(_CHUNK):
        current_progress.get().check_stop()
        held += chunk
        end = 0
        for match in _UNCALCULATED.finditer(held):
            found.uncalculated, end = found.uncalculated + 1, match.end()
        found.hidden_rows.update(int(match[1]) for match in _HIDDEN_ROW.finditer(held))
        for match in _HIDDEN_COLUMNS.finditer(held):
            bounds = {name: int(number) for name, number in _BOUNDS.findall(match[0])}
            columns = range(bounds.get(b"min", 1) - 1, bounds.get(b"max", 1))
            if columns not in found.hidden_columns:
                found.hidden_columns.append(columns)
        held = held[max(end, len(held) - _LONGEST) :]
