"""Some disk space set aside, so that a full disk can still be told about and recovered from."""

import errno
import os
from pathlib import Path

from proto_ddf.settings import get_settings

RESERVE_BYTES = 2 * 1024 * 1024


def hold() -> bool:
    """Set the space aside unless it is already; False where the disk is too full for it."""
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


def release() -> None:
    """Give the space back to the disk, for the databases to grow into."""
    _path().unlink(missing_ok=True)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the error, or what caused it, is a lack of disk space."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "database or disk is full" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _path() -> Path:
    return get_settings().home / "reserve"
