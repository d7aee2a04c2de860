"""Child processes: build tools that are watched line by line, and apps that outlive us."""

import contextlib
import os
import re
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from proto_ddf import errors
from proto_ddf.progress import Progress

POLL_SECONDS = 0.1
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
LINE_LIMIT = 2000
KILL_SECONDS = 5.0
"""How long the system may take to end a killed process."""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Detached processes started by this one, to be reaped."""


def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log_to: Progress,
    timeout: float = 900.0,
) -> int:
    """Run a build tool to its end and return its exit code.

    Every line it prints goes to `log_to.log`. When `log_to.check_stop` raises, or after `timeout` seconds, the
    whole process tree is ended.

    Raises:
        SystemError: code process_failed when it cannot be started or takes too long.
    """
    name = Path(argv[0]).name
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise errors.SystemError(
            f"{name} cannot be started: {reason}",
            component="processes",
            code="process_failed",
            command=name,
            reason=reason,
        ) from error
    try:
        created = creation_time(process.pid)
        if created is not None:
            log_to.remember_process(process.pid, created)
        _follow(process, log_to, time.monotonic() + timeout, name)
        return process.wait()
    finally:
        _end_session(process)


def _follow(process: subprocess.Popen[bytes], log_to: Progress, deadline: float, name: str) -> None:
    """Pass on lines until the process ends; what its own children still print is not waited for."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        open_pipe = True
        while True:
            ended = process.poll() is not None
            if open_pipe and selector.select(0 if ended else POLL_SECONDS):
                chunk = os.read(pipe, 65536)
                open_pipe = bool(chunk)
                *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
                for line in lines:
                    _log(line, log_to)
            elif ended:
                break
            elif not open_pipe:
                time.sleep(POLL_SECONDS / 5)
            log_to.check_stop()
            if time.monotonic() > deadline:
                raise errors.SystemError(
                    f"{name} took too long",
                    component="processes",
                    code="process_failed",
                    command=name,
                    reason="timeout",
                )
    _log(rest, log_to)


def _log(raw: bytes, log_to: Progress) -> None:
    line = ANSI.sub("", raw.decode(errors="replace")).rstrip()
    if line:
        log_to.log(line[:LINE_LIMIT])


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the tool and of its children; it led a session of its own."""
    if process.poll() is None:
        created = creation_time(process.pid)
        if created is not None:
            end_tree(process.pid, created, grace_seconds=2.0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, 9)
    process.wait()
    if process.stdout:
        process.stdout.close()


def spawn_detached(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log_file: Path
) -> tuple[int, float]:
    """Start a process that goes on when this one ends; its output is appended to `log_file`.

    Returns its pid and creation time (seconds since the epoch).

    Raises:
        SystemError: code process_failed when it cannot be started.
    """
    log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with log_file.open("ab") as output:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        reason = error.strerror or str(error)
        raise errors.SystemError(
            f"The process cannot be started: {reason}",
            component="processes",
            code="process_failed",
            command=Path(argv[0]).name,
            reason=reason,
        ) from error
    _children[process.pid] = process
    return process.pid, creation_time(process.pid) or time.time()


def creation_time(pid: int) -> float | None:
    """When the process started (seconds since the epoch); None when there is none."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def find(pid: int | None, create_time: float | None) -> psutil.Process | None:
    """The living process with that pid and creation time. Zombies are dead."""
    if pid is None or create_time is None:
        return None
    reap()
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - create_time) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def is_alive(pid: int | None, create_time: float | None) -> bool:
    """Whether that very process runs; a later one with the same pid does not count."""
    return find(pid, create_time) is not None


def reap() -> None:
    """Collect detached children that ended, so that none stays a zombie."""
    for pid, process in list(_children.items()):
        if process.poll() is not None:
            _children.pop(pid, None)


def end_tree(pid: int | None, create_time: float | None, grace_seconds: float = 5.0) -> None:
    """End a process and all its descendants: SIGTERM, and SIGKILL for those left after `grace_seconds`."""
    root = find(pid, create_time)
    if root is None:
        return
    tree = _tree(root)
    _each(tree, psutil.Process.terminate)
    if not _gone(tree, grace_seconds):
        tree = list({*tree, *(member for process in tree for member in _tree(process))})
        _each(tree, psutil.Process.kill)
        _gone(tree, KILL_SECONDS)
    child = _children.get(root.pid)
    if child is not None:
        # It counts as a zombie before its last thread ended, and so before its port is free.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(KILL_SECONDS)
    reap()


def _tree(root: psutil.Process) -> list[psutil.Process]:
    """The process, its descendants, and orphans of its session (it was started as a session's leader)."""
    try:
        members = [root, *root.children(recursive=True)]
        session = os.getsid(root.pid)
    except (psutil.Error, OSError):
        return [root]
    if session != root.pid:
        return members
    known = {process.pid for process in members}
    return members + [
        p for p in psutil.process_iter() if p.pid not in known and _sid(p.pid) == session
    ]


def _sid(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _each(processes: Sequence[psutil.Process], act: object) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            act(process)  # type: ignore[operator]


def _gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """Wait until all have ended; a stopped process (SIGSTOP) never does on SIGTERM alone."""
    deadline = time.monotonic() + seconds
    while True:
        reap()
        if not any(_running(process) for process in processes):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)


def _running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
