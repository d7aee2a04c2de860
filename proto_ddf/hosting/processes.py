"""Child processes: build tools, whose output is read line by line, and apps, which keep running after Proto-DDF ends."""

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
"""Time limit for the system to end a killed process."""

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Detached child processes, which must be reaped when they end."""


def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log_to: Progress,
    timeout: float = 900.0,
) -> int:
    """Run a build tool to its end and return its exit code.

    Every line of its output is passed to `log_to.log`. If `log_to.check_stop` raises, or after `timeout` seconds, the
    whole process tree is ended.

    Raises:
        SystemError: code process_failed if it cannot be started or takes too long.
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
    """Pass on lines until the process ends. It does not wait for later output of the process's children."""
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
    """End the tool, if it still runs, and its remaining children. It is the leader of its own session."""
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
    """Start a process that keeps running after this one ends; its output is appended to `log_file`.

    Returns its pid and creation time (seconds since the epoch).

    Raises:
        SystemError: code process_failed if it cannot be started.
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
    """When the process started (seconds since the epoch); None if there is no such process."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def find(pid: int | None, create_time: float | None) -> psutil.Process | None:
    """The running process with that pid and creation time; None if there is none, or it is a zombie."""
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
    """Whether the process runs. A later process with the same pid does not count."""
    return find(pid, create_time) is not None


def reap() -> None:
    """Reap detached children that have ended, so that none remains a zombie."""
    for pid, process in list(_children.items()):
        if process.poll() is not None:
            _children.pop(pid, None)


def end_tree(pid: int | None, create_time: float | None, grace_seconds: float = 5.0) -> None:
    """End a process and all its descendants: SIGTERM, then SIGKILL for those that remain after `grace_seconds`."""
    root = find(pid, create_time)
    if root is None:
        return
    tree = _tree(root)
    _each(tree, psutil.Process.terminate)
    if not _wait_until_ended(tree, grace_seconds):
        tree = list({*tree, *(member for process in tree for member in _tree(process))})
        _each(tree, psutil.Process.kill)
        _wait_until_ended(tree, KILL_SECONDS)
    child = _children.get(root.pid)
    if child is not None:
        # A process is a zombie before its last thread ends, so its port may not be free yet.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(KILL_SECONDS)
    reap()


def _tree(root: psutil.Process) -> list[psutil.Process]:
    """The process, its descendants, and orphans in its session, if it is the session's leader."""
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


def _wait_until_ended(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """Wait until all have ended; False after `seconds`. A stopped process (SIGSTOP) does not end on SIGTERM."""
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
