"""A server whose event loop is frozen is ended, with all stacks in its log; any other server keeps running.

The kind: whatever keeps the loop from running. That is Python code that does not end, C code that does not release
Python's lock (a regular expression, a huge number), and a handler that waits for a lock. Not of the kind: threads
that work hard while the loop runs, blocks shorter than the limit, and time in which the process was suspended."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from proto_ddf.serving.watchdog import FROZEN_EXIT
from tests.ports import free_port
from tests.servers.waiting import wait_until

SECONDS = 2.0
"""The watchdog's limit in these tests."""
END_SECONDS = 120.0
"""Time limit for what takes a few seconds on an idle machine."""
SCRIPT = Path(__file__).with_name("freezable_server.py")


@dataclass
class Freezable:
    url: str
    process: subprocess.Popen[bytes]
    output: Path
    stacks: Path

    def ask(self, path: str = "/") -> str:
        return httpx.get(self.url + path, timeout=END_SECONDS).text

    def freeze(self, path: str) -> int:
        """Send a request that is never answered; returns the exit code of the process."""
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(self.url + path, timeout=END_SECONDS)
        return self.process.wait(END_SECONDS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Freezable]:
    port, output, stacks = free_port(), tmp_path / "output.txt", tmp_path / "logs" / "stacks.log"
    command = [sys.executable, str(SCRIPT), str(port), str(SECONDS), str(stacks)]
    with output.open("wb") as opened:
        process = subprocess.Popen(
            command,
            stdout=opened,
            stderr=opened,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        )
    freezable = Freezable(f"http://127.0.0.1:{port}", process, output, stacks)
    deadline = time.monotonic() + END_SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if freezable.ask() == "here":
                break
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield freezable
    process.kill()
    process.wait()


def test_python_code_that_does_not_end_ends_the_server(server: Freezable) -> None:
    assert server.freeze("/python") == FROZEN_EXIT
    for log in (server.output, server.stacks):
        text = log.read_text()
        assert "The event loop has not run for 2 seconds. All threads:" in text
        assert "in freeze_in_python" in text
        assert text.count("hread 0x") > 1
        assert text.splitlines()[-1].startswith("FrozenError: ")
    assert server.stacks.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("path", "ended_by"), [("/c", signal.SIGALRM), ("/other-thread", signal.SIGPROF)]
)
def test_c_code_that_keeps_pythons_lock_ends_the_server(
    server: Freezable, path: str, ended_by: signal.Signals
) -> None:
    assert server.freeze(path) == -ended_by
    text = server.stacks.read_text()
    assert "in freeze_in_c" in text
    assert text.count("hread 0x") > 1


def test_a_process_that_was_suspended_keeps_running(server: Freezable) -> None:
    for _ in range(3):
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(2 * SECONDS)  # the passing of time is what is tested
        server.process.send_signal(signal.SIGCONT)
        wait_until(lambda: server.ask() == "here")  # it may call itself busy for a moment
    assert server.process.poll() is None
    assert not server.stacks.read_text()


def test_a_server_that_froze_before_it_was_suspended_is_ended_when_it_continues(
    server: Freezable,
) -> None:
    frozen = threading.Thread(target=server.freeze, args=("/python",), daemon=True)
    frozen.start()
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(2 * SECONDS)
    assert not server.stacks.read_text()
    server.process.send_signal(signal.SIGCONT)
    frozen.join(END_SECONDS)
    assert server.process.poll() == FROZEN_EXIT


def test_threads_that_work_hard_do_no_harm(server: Freezable) -> None:
    for _ in range(3):
        assert server.ask("/work") == "here"
    deadline = time.monotonic() + 3 * SECONDS
    while time.monotonic() < deadline:
        assert server.ask() == "here"


def test_blocks_shorter_than_the_limit_do_no_harm(server: Freezable) -> None:
    assert server.ask(f"/blocks/{SECONDS / 2}") == "here"
    assert server.process.poll() is None


def test_an_orderly_end_is_not_delayed(server: Freezable) -> None:
    server.process.terminate()
    assert server.process.wait(END_SECONDS) == 0
