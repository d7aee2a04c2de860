"""Atomic replacement of a folder: after a kill either the old or the new one is there.

The new folder is made beside the old as `<name>.tmp-<random>`. Linux exchanges the two in one step; where
that is not possible the old one steps aside first. What lives on (data, build, logs) then moves over. A run
that was killed leaves a `.tmp-` folder; the next one takes what lives on out of it and removes it.
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

PRESERVED = ("data", ".web", ".states", "logs", ".env", ".form_tokens.db")
"""Entries of an app's folder that are the app's own life, not its code."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def temporary_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder`, removed at the end if it is still there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(folder)
    new = _temporary_name(folder)
    new.mkdir()
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def atomic_replace(new: Path, folder: Path) -> None:
    """Make `new` the folder `folder`; what was there is removed but for PRESERVED.

    Raises:
        OSError: when the file system refuses, or a file that is no folder is in the way.
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
    """Remove the `.tmp-` folders beside `folder`, saving what lives on out of them."""
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
    """Exchange two folders in one step (renameat2, Linux 3.15 and later); False if not possible here."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, there = os.fsencode(first), os.fsencode(second)
    return bool(rename(_AT_FDCWD, here, _AT_FDCWD, there, _RENAME_EXCHANGE) == 0)
