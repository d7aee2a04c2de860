"""A reserve of disk space, so that Proto-DDF can still record a full disk and recover from it."""

import errno
import os
from pathlib import Path

from proto_ddf.settings import get_settings

RESERVE_BYTES = 2 * 1024 * 1024


def hold() -> bool:
    """Create the reserve if there is none; False if the disk is too full."""
    path = _path()
    if path.exists():
        return True
    try:
        with path.open("xb") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
    except FileExistsError:
        return True
    except OSError:
        path.unlink(missing_ok=True)
        return False
    return True


def is_held() -> bool:
    """Whether there is a reserve now."""
    return _path().exists()


def release() -> None:
    """Free the reserve, so that the databases can grow."""
    _path().unlink(missing_ok=True)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the error, or one of its causes, is a full disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "database or disk is full" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _path() -> Path:
    return get_settings().home / "reserve"
