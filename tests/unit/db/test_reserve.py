import errno
import os
import sqlite3
from pathlib import Path

import pytest

from proto_ddf.db import reserve


def test_the_reserve_takes_real_space_once(home: Path):
    assert reserve.hold()
    assert reserve.hold()
    assert (home / "reserve").stat().st_blocks * 512 >= reserve.RESERVE_BYTES


def test_a_disk_too_full_for_the_reserve_is_left_alone(home: Path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert not reserve.hold()
    assert not (home / "reserve").exists()


def test_releasing_what_is_not_held_does_nothing(home: Path):
    reserve.release()


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (sqlite3.OperationalError("database or disk is full"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("full"), False),
    ],
)
def test_a_lack_of_space_is_distinguished_from_other_errors(error: Exception, full: bool):
    assert reserve.is_disk_full(error) is full


def test_a_lack_of_space_is_found_behind_the_error_it_caused():
    error = RuntimeError("render failed")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert reserve.is_disk_full(error)
