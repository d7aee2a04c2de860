"""The differences between an app's code and the code in its repository, in a form that is safe to show."""

import difflib
import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from proto_ddf.generator.code.package import code_files
from proto_ddf.redaction import holds_secret

MOST_LINES = 1_500
"""Lines of all files together that are shown. A page gets at most a megabyte in one message."""
LONGEST_LINE = 300
LARGEST_FILE = 500_000
"""Bytes of a file whose lines are compared."""
CONTEXT_LINES = 3
_BUILD_FOLDERS = frozenset({"reflex.lock"})
"""What Reflex writes when it builds the app."""


class DiffLine(BaseModel):
    sign: str
    """ "+", "-", " ", or "@" for the head of a part."""
    text: str


class FileDiff(BaseModel):
    path: str
    change: Literal["added", "removed", "changed"]
    lines: list[DiffLine] = []
    note: str = ""
    """Why there are no lines, or not all."""


class ShownFix(BaseModel):
    """What a fix would change, and of what."""

    commit: str = ""
    """Of the repository."""
    digest: str = ""
    """Of the app's code."""
    files: list[FileDiff] = []


def code_of(folder: Path) -> dict[str, Path]:
    """The files that may differ, by path. Hidden files at the top belong to the repository, such as its workflows."""
    found = {path.relative_to(folder): path for path in code_files(folder)}
    return {
        name.as_posix(): path
        for name, path in found.items()
        if not name.parts[0].startswith(".") and name.parts[0] not in _BUILD_FOLDERS
    }


def digest_of(folder: Path) -> str:
    """Changes when a file of the code changes."""
    total = hashlib.sha256()
    for name, path in sorted(code_of(folder).items()):
        total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def compare(old: Path, new: Path) -> list[FileDiff]:
    """What changes from the code in `old` to that in `new`, sorted by path."""
    before, after = code_of(old), code_of(new)
    left = MOST_LINES
    found = []
    for name in sorted({*before, *after}):
        was, becomes = _content(before.get(name)), _content(after.get(name))
        if was == becomes:
            continue
        made = _file(_shown(name), was, becomes, left)
        left -= len(made.lines)
        found.append(made)
    return found


def _content(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


def _file(name: str, old: bytes | None, new: bytes | None, left: int) -> FileDiff:
    change: Literal["added", "removed", "changed"] = "changed"
    if old is None:
        change = "added"
    elif new is None:
        change = "removed"
    if max(len(old or b""), len(new or b"")) > LARGEST_FILE:
        return FileDiff(path=name, change=change, note="The file is too large to show.")
    try:
        texts = [(content or b"").decode().splitlines() for content in (old, new)]
    except UnicodeDecodeError:
        return FileDiff(path=name, change=change, note="It is not a text file.")
    lines = list(_lines(*texts))
    note = ""
    if len(lines) > left:
        note = f"{len(lines) - max(left, 0):,} more lines are not shown: see the repository."
    elif not lines:
        note = "Only the ends of lines differ."
    return FileDiff(path=name, change=change, lines=lines[: max(left, 0)], note=note)


def _lines(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    parts = difflib.unified_diff(old, new, n=CONTEXT_LINES, lineterm="")
    for number, line in enumerate(parts):
        if number >= 2:  # after the two names
            yield DiffLine(sign=line[0], text=_shown(line[1:]))


def _shown(text: str) -> str:
    """Signs that cannot be seen, or turn the direction of the text, are written as their numbers."""
    if holds_secret(text):
        return "(this line holds a stored secret)"
    plain = "".join(
        f"\\u{ord(sign):04x}" if unicodedata.category(sign)[0] == "C" and sign != "\t" else sign
        for sign in text
    )
    more = len(plain) - LONGEST_LINE
    return f"{plain[:LONGEST_LINE]} … and {more} more characters" if more > 0 else plain
