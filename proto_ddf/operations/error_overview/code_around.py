"""The lines of an app's own code around the place where an error came from."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from proto_ddf.generator.code.package import code_files
from proto_ddf.hosting.launch import folder
from proto_ddf.hosting.records import find_record
from proto_ddf.redaction import scrub_text

LINES = 5
"""Before and after the line, on a page."""
LONGEST_LINE = 400
LARGEST_FILE = 1_000_000
"""Bytes. Larger files are not read."""
_WHOLE = 10 * LARGEST_FILE
"""Nothing is left out of a text of up to so many characters."""
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
    """The code that an error's `location` names, in the format of `error_views.recent_errors`; see `code_at`."""
    slug = str(error["subject"]) if error else ""
    if error is None or not slug.isidentifier() or find_record(slug) is None:
        return CodeAround()
    named = error.get("location") or error["context"].get("location")
    try:
        return code_at(slug, str(named or ""), LINES)
    except OSError:  # the app is being replaced or deleted
        return CodeAround()


def code_at(slug: str, location: str, around: int) -> CodeAround:
    """The lines of an app around a place such as "app/pages.py:12", without secrets, with `around` lines before and after
    it. Empty if it names no code file of the app as it is now. Data, builds, logs and `.env` are no code files.

    Raises:
        ValidationError: code app_unknown.
        OSError: the file cannot be read.
    """
    place = _PLACE.search(location)
    app_folder = folder(slug)
    path = _file_of(app_folder, place["path"]) if place else None
    if place is None or path is None or path.stat().st_size > LARGEST_FILE:
        return CodeAround()
    at, lines = int(place["line"]), path.read_text("utf-8", "replace").splitlines()
    if not 0 < at <= len(lines):
        return CodeAround()
    first = max(1, at - around)
    shown = _without_secrets(lines[first - 1 : at + around])
    return CodeAround(
        file=path.relative_to(app_folder).as_posix() if shown else "",
        lines=[
            CodeLine(number=number, text=text[:LONGEST_LINE], marked=number == at)
            for number, text in enumerate(shown, first)
        ],
    )


def _without_secrets(lines: Sequence[str]) -> list[str]:
    """None of the lines if a secret stretches over several: the others would have wrong numbers."""
    text = "\n".join(lines)
    hidden = scrub_text(text, _WHOLE).split("\n")
    return hidden if len(hidden) == len(lines) else []


def _file_of(app_folder: Path, name: str) -> Path | None:
    """The code file whose path ends with this one, or the other way round, because tools name both."""
    wanted = tuple(part for part in Path(name).parts if part not in ("/", ".", ".."))
    for path in code_files(app_folder):
        parts = path.relative_to(app_folder).parts
        if wanted and (parts == wanted[-len(parts) :] or parts[-len(wanted) :] == wanted):
            return path
    return None
