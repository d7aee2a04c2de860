import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from proto_ddf import errors
from proto_ddf.hosting.processes import end_tree, is_alive, run_process, spawn_detached
from proto_ddf.progress import NoProgress

SOON_SECONDS = 60
"""Time limit for what takes a moment on an idle machine."""


class Stop(BaseException):
    pass


class Watched(NoProgress):
    """Keeps the reports, and stops after a given line."""

    def __init__(self, stop_after: str = "") -> None:
        self.lines: list[str] = []
        self.process: tuple[int, float] | None = None
        self._stop_after = stop_after

    def log(self, line: str) -> None:
        self.lines.append(line)

    def check_stop(self) -> None:
        if self._stop_after and self._stop_after in self.lines:
            raise Stop

    def remember_process(self, pid: int, create_time: float) -> None:
        self.process = (pid, create_time)


def ends(pid: int) -> bool:
    """Whether the process ends soon. A process whose parent has ended stays a zombie until init reaps it."""
    deadline = time.monotonic() + SOON_SECONDS
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def shell(script: str, progress: NoProgress, **options: float) -> int:
    return run_process(
        ["bash", "-c", script], cwd=Path.cwd(), env=dict(os.environ), log_to=progress, **options
    )


def test_lines_are_passed_on_and_the_exit_code_is_returned() -> None:
    progress = Watched()
    assert shell("echo one; echo two >&2; printf '\\033[31mthree\\033[0m'; exit 3", progress) == 3
    assert progress.lines == ["one", "two", "three"]
    assert progress.process is not None


def test_much_output_does_not_block_the_process() -> None:
    progress = Watched()
    assert shell("seq 1 50000", progress) == 0
    assert progress.lines[-1] == "50000"
    assert len(progress.lines) == 50000


def test_stopping_ends_grandchildren_too() -> None:
    progress = Watched(stop_after="ready")
    with pytest.raises(Stop):
        shell("sleep 600 & echo $!; echo ready; wait", progress)
    assert ends(int(progress.lines[0]))
    assert progress.process is not None
    assert not is_alive(*progress.process)


def test_a_child_that_keeps_the_pipe_open_is_not_waited_for() -> None:
    progress = Watched()
    assert shell("sleep 600 & echo $!", progress) == 0
    assert ends(int(progress.lines[0]))


def test_taking_too_long_is_an_error_and_ends_the_process() -> None:
    progress = Watched()
    with pytest.raises(errors.SystemError) as caught:
        shell("exec sleep 600", progress, timeout=0.3)
    assert caught.value.code == "process_failed"
    assert progress.process is not None
    assert not is_alive(*progress.process)


def test_a_missing_program_is_reported() -> None:
    with pytest.raises(errors.SystemError) as caught:
        run_process(["no-such-program"], cwd=Path.cwd(), env={}, log_to=NoProgress())
    assert caught.value.code == "process_failed"


def test_a_process_with_the_same_pid_but_another_creation_time_is_not_the_same() -> None:
    me = psutil.Process()
    assert is_alive(me.pid, me.create_time())
    assert not is_alive(me.pid, me.create_time() - 100)
    end_tree(me.pid, me.create_time() - 100)


def test_ending_a_process_tree_kills_processes_that_ignore_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "app.log"
    script = "trap '' TERM; (trap '' TERM; while true; do sleep 0.1; done) & echo $!; wait"
    pid, created = spawn_detached(
        ["bash", "-c", script], cwd=tmp_path, env=dict(os.environ), log_file=log
    )
    deadline = time.monotonic() + SOON_SECONDS
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    grandchild = int(log.read_text())
    end_tree(pid, created, grace_seconds=0.2)
    assert not psutil.pid_exists(pid)
    assert ends(grandchild)


def test_a_log_is_rotated_by_the_process_that_writes_it(tmp_path: Path) -> None:
    from proto_ddf.serving import app_log

    code = f"""
import os, sys, threading, time
sys.path.insert(0, {str(Path(app_log.__file__).parent)!r})
import app_log
from pathlib import Path
app_log.LOG_BYTES, app_log.LOG_CHECK_SECONDS = 10_000, 0.01
log = Path("app.log")
app_log.redirect_output(log)
threading.Thread(target=app_log.rotate_log, args=(log,), daemon=True).start()
number = 0
while not Path("app.log.2").exists():
    number += 1
    print("line", number, "x" * 80, flush=True)
    time.sleep(0.0005)
while not (
    Path("app.log.1").exists()
    and log.exists()
    and os.path.samestat(os.fstat(1), log.stat())
):
    time.sleep(0.001)
print("the last", flush=True)
"""
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True, timeout=60)
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["app.log", "app.log.1", "app.log.2"]
    assert (tmp_path / "app.log").read_text().endswith("the last\n")
    kept = [line for name in reversed(files) for line in (tmp_path / name).read_text().splitlines()]
    numbers = [int(line.split()[1]) for line in kept[:-1]]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
