"""The age of files."""

import math
from pathlib import Path


def last_written(path: Path) -> float:
    """The time of the last write to a file, or to a folder or anything directly in it, in seconds since the epoch;
    infinity if it does not exist."""
    try:
        within = path.iterdir() if path.is_dir() else ()
        return max(float(each.lstat().st_mtime) for each in (path, *within))
    except FileNotFoundError:
        return math.inf
