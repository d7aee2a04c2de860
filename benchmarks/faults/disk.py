"""A disk for one place, which a fault may fill up without harm to the machine's own disk."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.disks import small_disk


@contextmanager
def disk_of_its_own(folder: Path, size: str) -> Iterator[bool]:
    """Makes the folder, as a small disk; false if it is a plain folder, because mounting is not allowed here."""
    with ExitStack() as mounted:
        try:
            mounted.enter_context(small_disk(folder, size))
        except pytest.skip.Exception:
            yield False
        else:
            yield True
