"""The lines of an app's own code around the place where an error came from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from proto_ddf.generator.code.package import code_files
from proto_ddf.hosting.launch import folder
from proto_ddf.hosting.records import find_record
from proto_ddf.redaction import scrub_text

LINES = 5
"""Before and after the line."""
LONGEST_LINE = 400
LARGEST_FILE = 1_000_000
"""Bytes. Larger files are not read."""
_PLACE = re.compile(r"(?P<path>[\w./-]+\.\w+):(?P<line>\d{1,7})")


class CodeLine(BaseModel):
    number: int
    text: str
    marked: bool
    """The error came from it."""


class CodeAround(BaseModel):
    file: str = ""
    """Within the app's folder; empty if there is nothing to show."""
    lines: list[CodeLine] = []


def code_around(error: Mapping[str, Any] | None) -> CodeAround:
    """The code that an error's `location` names, in the format of `error_views.recent_errors`, without secrets.

    Empty if it names no code file of its app as it is now. Data, builds, logs and `.env` are no code files.
    """
    place = _PLACE.search(_location(error)) if error else None
    slug = str(error["subject"]) if error else ""
    if place is None or not slug.isidentifier() or find_record(slug) is None:
        return CodeAround()
    try:
        return _read(folder(slug), place["path"], int(place["line"]))
    except OSError:  # the app is being replaced or deleted
        return CodeAround()


def _location(error: Mapping[str, Any]) -> str:
    return str(error.get("location") or error["context"].get("location") or "")


def _read(app_folder: Path, name: str, at: int) -> CodeAround:
    path = _file_of(app_folder, name)
    if path is None or path.stat().st_size > LARGEST_FILE:
        return CodeAround()
    lines = path.read_text("utf-8", "replace").splitlines()
    if not 0 < at <= len(lines):
        return CodeAround()
    first = max(1, at - LINES)
    shown = enumerate(lines[first - 1 : at + LINES], first)
    return CodeAround(
        file=path.relative_to(app_folder).as_posix(),
        lines=[
            CodeLine(number=number, text=scrub_text(text, LONGEST_LINE), marked=number == at)
            for number, text in shown
        ],
    )


def _file_of(app_folder: Path, name: str) -> Path | None:
    """The code file whose path ends with this one, or the other way round, because tools name both."""
    wanted = tuple(part for part in Path(name).parts if part not in ("/", ".", ".."))
    for path in code_files(app_folder):
        parts = path.relative_to(app_folder).parts
        if wanted and (parts == wanted[-len(parts) :] or parts[-len(wanted) :] == wanted):
            return path
    return None
