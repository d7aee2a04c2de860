"""The limits of this process: how much memory it may have, and how many descriptors."""

import logging
import os
import resource
from pathlib import Path

_log = logging.getLogger(__name__)

_DESCRIPTORS = Path("/proc/self/fd")
OTHER_DESCRIPTORS = 256
"""Kept free of connections: for files, databases and calls to other systems."""


def limit_process(memory_mb: int | None, open_files: int | None) -> None:
    """Limit this process for good. None is no limit but the system's.

    The memory is what the process writes to (RLIMIT_DATA), not the files that it maps.
    """
    if memory_mb is not None:
        _lower(resource.RLIMIT_DATA, memory_mb * 1_000_000)
    if open_files is not None:
        _lower(resource.RLIMIT_NOFILE, open_files)


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or value < hard:
        resource.setrlimit(which, (value, value))


def possible_connections(wanted: int) -> int:
    """Raise the limit of descriptors, often 1,024, to the maximum for this process; return how many of them, at most
    `wanted`, may be connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    possible = wanted
    if hard != resource.RLIM_INFINITY:
        possible = max(min(wanted, hard - OTHER_DESCRIPTORS), hard // 4)
    if possible < wanted:
        _log.warning(
            "Only %d of %d connections are possible: the system allows %d open files",
            possible,
            wanted,
            hard,
        )
    return possible


def descriptors() -> tuple[int, int]:
    """How many this process has open, and how many it may have; the first is 0 where the system does not tell."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        return len(os.listdir(_DESCRIPTORS)), most
    except FileNotFoundError:
        return 0, most
    except OSError:  # there is none left to look
        return most, most
