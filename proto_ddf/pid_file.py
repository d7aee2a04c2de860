"""Which processes serve: written to server.json in the home folder, read by `stop` and by a second start."""

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
"""How long the system may take to end a killed process."""
POLL_SECONDS = 0.05


def write_pid_file(pid_file: Path, address: str, supervisor: int | None) -> None:
    """Write down this process, and its supervisor, which would start it again if it were ended alone."""
    noted: dict[str, Any] = {"address": address, **_identity(os.getpid())}
    if supervisor is not None:
        noted["supervisor"] = _identity(supervisor)
    written = pid_file.with_suffix(".part")
    written.write_text(json.dumps(noted))
    written.replace(pid_file)


def running(pid_file: Path) -> list[psutil.Process]:
    """What runs of the supervisor and the server that were noted last, in this order."""
    try:
        server = json.loads(pid_file.read_text())
        noted = [server.get("supervisor") or {}, server]
        found = [find(each.get("pid"), each.get("create_time")) for each in noted]
    except (OSError, ValueError, AttributeError, TypeError):
        return []
    return [process for process in found if process is not None]


def end(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Ask processes to end, and kill those that have not done so after `seconds`, such as a frozen server.

    Returns the descendants that killed ones left behind: they are for the caller to end.
    """
    _each(processes, psutil.Process.terminate)
    stubborn = _still_there(processes, seconds)
    left: list[psutil.Process] = []
    for process in stubborn:
        with suppress(psutil.Error):
            left += process.children(recursive=True)
    kill(stubborn)
    return left


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kill these processes alone, not their children, and wait until they have ended."""
    _each(processes, psutil.Process.kill)
    _still_there(processes, KILL_SECONDS)


def _identity(pid: int) -> dict[str, Any]:
    return {"pid": pid, "create_time": creation_time(pid)}


def _each(processes: Sequence[psutil.Process], act: Any) -> None:
    for process in processes:
        with suppress(psutil.Error):
            act(process)


def _still_there(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all have ended; returns those that have not. One that only its parent has to note is over."""
    deadline = time.monotonic() + seconds
    while there := [each for each in processes if is_alive(each.pid, each.create_time())]:
        if time.monotonic() > deadline:
            break
        time.sleep(POLL_SECONDS)
    return there
