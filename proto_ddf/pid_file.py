"""The PID file, server.json in the home folder: names the server and its supervisor for `stop` and a second start."""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from proto_ddf.hosting.processes import creation_time, find, is_alive

KILL_SECONDS = 5.0
"""Time limit for the system to end a killed process."""
POLL_SECONDS = 0.05


def write_pid_file(pid_file: Path, address: str, supervisor: int | None) -> None:
    """Write the identity of this process and of its supervisor, which `stop` must end too."""
    content: dict[str, Any] = {"address": address, **_identity(os.getpid())}
    if supervisor is not None:
        content["supervisor"] = _identity(supervisor)
    part = pid_file.with_suffix(".part")
    part.write_text(json.dumps(content))
    part.replace(pid_file)


def running(pid_file: Path) -> list[psutil.Process]:
    """The running ones of the supervisor and the server in the file, in this order."""
    try:
        server = json.loads(pid_file.read_text())
        identities = [server.get("supervisor") or {}, server]
        found = [find(each.get("pid"), each.get("create_time")) for each in identities]
    except (OSError, ValueError, AttributeError, TypeError):
        return []
    return [process for process in found if process is not None]


def end(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Send SIGTERM, and kill processes that have not ended after `seconds`, such as a frozen server.

    Returns the descendants of killed processes, which the caller must end.
    """
    _each(processes, psutil.Process.terminate)
    remaining = _wait_until_ended(processes, seconds)
    orphans: list[psutil.Process] = []
    for process in remaining:
        with suppress(psutil.Error):
            orphans += process.children(recursive=True)
    kill(remaining)
    return orphans


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kill these processes, but not their children, and wait until they have ended."""
    _each(processes, psutil.Process.kill)
    _wait_until_ended(processes, KILL_SECONDS)


def _identity(pid: int) -> dict[str, Any]:
    return {"pid": pid, "create_time": creation_time(pid)}


def _each(processes: Sequence[psutil.Process], act: Any) -> None:
    for process in processes:
        with suppress(psutil.Error):
            act(process)


def _wait_until_ended(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all have ended; returns those that have not after `seconds`. A zombie has ended."""
    deadline = time.monotonic() + seconds
    while remaining := [each for each in processes if is_alive(each.pid, each.create_time())]:
        if time.monotonic() > deadline:
            break
        time.sleep(POLL_SECONDS)
    return remaining
