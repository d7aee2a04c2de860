"""A lock between processes and threads, held on a folder, so that no file of its own is needed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait for the lock of the folder (flock(2)), and hold it. The end of the process releases it. It cannot be taken again
    while it is held, not even by the same thread.

    Raises:
        OSError: the folder cannot be opened.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
