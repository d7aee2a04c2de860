"""Atomic replacement of a folder: if the process is killed, either the old or the new folder exists.

The new folder is made beside the old one as `<name>.tmp-<random>`. Linux exchanges the two in one step; otherwise the
old one is renamed first. Then the preserved entries (data, build, logs) are moved to the new folder. A run that was
killed leaves a `.tmp-` folder; the next run moves the preserved entries out of it and removes it.
"""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

PRESERVED = ("data", ".web", ".states", "logs", ".env", ".submissions.db", ".views.db")
"""Entries of an app's folder that are not code and stay when the code is replaced."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def temporary_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder`. If it still exists at the end, it is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(folder)
    new = _temporary_name(folder)
    new.mkdir()
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def atomic_replace(new: Path, folder: Path) -> None:
    """Replace `folder` with `new`. The old content is removed, except PRESERVED.

    Raises:
        OSError: the file system refuses, or `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not folder.exists():
        os.rename(new, folder)
        clear_leftovers(folder)
        return
    if not _exchange(new, folder):
        aside = _temporary_name(folder)
        os.rename(folder, aside)
        os.rename(new, folder)
    clear_leftovers(folder)


def clear_leftovers(folder: Path) -> None:
    """Remove the `.tmp-` folders beside `folder`, and keep their preserved entries."""
    for leftover in sorted(folder.parent.glob(f"{folder.name}.tmp-*")):
        if not folder.exists() and any((leftover / name).exists() for name in PRESERVED):
            os.rename(leftover, folder)
            continue
        for name in PRESERVED:
            _move_missing(leftover / name, folder / name)
        shutil.rmtree(leftover, ignore_errors=True)


def _move_missing(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        os.rename(source, target)


def _temporary_name(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.tmp-{uuid4().hex[:8]}")


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step (renameat2, Linux 3.15 and later). Returns False if that is not possible."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    first_path, second_path = os.fsencode(first), os.fsencode(second)
    return bool(rename(_AT_FDCWD, first_path, _AT_FDCWD, second_path, _RENAME_EXCHANGE) == 0)
