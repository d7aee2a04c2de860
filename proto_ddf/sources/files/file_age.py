"""How long ago files were written."""

import math
from pathlib import Path


def last_written(path: Path) -> float:
    """When a file, or a folder or anything right in it, was written last, in seconds since the epoch; infinity
    when it is gone."""
    try:
        within = path.iterdir() if path.is_dir() else ()
        return max(float(each.lstat().st_mtime) for each in (path, *within))
    except FileNotFoundError:
        return math.inf
