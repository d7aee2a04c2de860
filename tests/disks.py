"""Small separate disks for tests, which can be full or read-only without harm to the machine's own disk."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_LEFT_TO_WRITE = 1024**2
"""All other bytes are reserved at once, which is faster."""


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A small disk (for example `size="24m"`), mounted at `folder`, which is created. Skips the test if mounting is
    not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "proto-ddf-test", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"mounting is not allowed here: {getattr(error, 'stderr', '') or error}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(disk: Path) -> Path:
    """Use all free space of the disk; returns the file that uses it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        most = shutil.disk_usage(disk).free - _LEFT_TO_WRITE
        if most > 0:
            os.posix_fallocate(file.fileno(), 0, most)
            file.seek(most)
        while shutil.disk_usage(disk).free > 0:  # a server may remove a file meanwhile
            with suppress(OSError):
                file.write(b"x" * 4096)
    return filler
