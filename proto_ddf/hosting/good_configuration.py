"""The configuration with which an app last ran well: a copy of it, and the way back to it."""

import os
import shutil
from pathlib import Path

from proto_ddf.db.tables import AppRecord
from proto_ddf.generator.code.package import GOOD_CONFIGURATION
from proto_ddf.hosting.launch import folder

FILES = ("rxconfig.py", "app.json", "requirements.txt", "pyproject.toml")
"""What configures an app, in its folder."""

CLOCK_SECONDS = 1.5
"""The system gives the start of a process with an error of up to a second."""


def keep(record: AppRecord) -> None:
    """Copy the configuration that the app's process was started with; a file changed since then is left out.

    Raises:
        OSError: a file cannot be copied.
    """
    if record.started_at is None:
        return
    kept = _kept(record.slug)
    for name in FILES:
        present = folder(record.slug) / name
        content = _content(present)
        if content is None or content == _content(kept / name):
            continue
        if present.stat().st_mtime < record.started_at.timestamp() + CLOCK_SECONDS:
            _replace(present, kept / name)


def changed(slug: str) -> list[str]:
    """The files that differ from the kept ones, or are gone."""
    return [
        name
        for name in FILES
        if (good := _content(_kept(slug) / name)) is not None
        and good != _content(folder(slug) / name)
    ]


def restore(slug: str) -> list[str]:
    """Put the kept files back; returns which differed. Raises OSError."""
    names = changed(slug)
    for name in names:
        _replace(_kept(slug) / name, folder(slug) / name)
    return names


def _kept(slug: str) -> Path:
    return folder(slug) / GOOD_CONFIGURATION


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _replace(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, beside)
    os.replace(beside, target)
