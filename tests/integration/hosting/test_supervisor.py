"""The supervisor of the server starts it again after a crash, and only then.

The kind of crash: any end that nobody asked for, by a signal (kill -9, out of memory, a fault in C code), by the
watchdog, or by an uncaught error while it served. Not a crash: an orderly end, a refusal to start, and a signal
that asks the server or its supervisor to end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from proto_ddf.serving.watchdog import FROZEN_EXIT
from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.supervisor import RESTARTS
from tests.integration.hosting.own_server import START_SECONDS, SUPERVISED, Server
from tests.ports import free_port

SCRIPT = Path(__file__).with_name("supervised.py")
FREEZING = str(PROJECT_ROOT / "tests" / "freezing_server.py")
NOTE = "import os, signal, sys, time; open('runs', 'a').write(f'{os.getpid()}\\n'); "
"""Each run of the command adds its pid to the file `runs`."""


class Supervised:
    """A supervisor of a small Python program, in a separate folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def start(
        self, code: str, within: float = 600.0, end: float = START_SECONDS
    ) -> subprocess.Popen[str]:
        limits = (str(within), str(end))
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *limits, sys.executable, "-c", NOTE + code],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def run(self, code: str) -> tuple[int, str]:
        """Run it to its end; returns the exit code and the output."""
        process = self.start(code)
        _, said = process.communicate(timeout=START_SECONDS)
        return process.returncode, said

    def pids(self) -> list[int]:
        with suppress(FileNotFoundError):
            return [int(line) for line in (self.folder / "runs").read_text().splitlines()]
        return []

    def wait_for_runs(self, count: int) -> None:
        wait_until(lambda: len(self.pids()) >= count)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    supervised = Supervised(tmp_path)
    yield supervised
    if supervised.process is not None and supervised.process.poll() is None:
        os.killpg(supervised.process.pid, signal.SIGKILL)
        supervised.process.wait()


CRASHES = {
    "exit code": f"sys.exit({FROZEN_EXIT})",
    "kill -9": "os.kill(os.getpid(), signal.SIGKILL)",
    "fault": "os.abort()",
    "profiling signal": "os.kill(os.getpid(), signal.SIGPROF)",
}


@pytest.mark.parametrize("code", CRASHES.values(), ids=CRASHES)
def test_a_crash_is_followed_by_a_new_start_five_times(supervised: Supervised, code: str) -> None:
    exit_code, said = supervised.run(code)
    assert exit_code == 1
    assert len(supervised.pids()) == RESTARTS + 1
    *restarts, last = said.splitlines()
    assert len(restarts) == RESTARTS
    assert all("crashed" in line and line.endswith("It is restarted.") for line in restarts)
    assert "crashed 6 times within 10 minutes" in last
    assert "not restarted" in last


@pytest.mark.parametrize("code", [0, 1, 2])
def test_an_orderly_end_and_a_refusal_are_no_crash(supervised: Supervised, code: int) -> None:
    assert supervised.run(f"sys.exit({code})") == (code, "")
    assert len(supervised.pids()) == 1


def test_a_new_start_that_fails_after_a_crash_is_tried_again(supervised: Supervised) -> None:
    crash_then_refuse = (
        "len(open('runs').readlines()) > 1 and sys.exit(1); os.kill(os.getpid(), signal.SIGKILL)"
    )
    exit_code, _ = supervised.run(crash_then_refuse)
    assert exit_code == 1
    assert len(supervised.pids()) == RESTARTS + 1


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_server_that_was_asked_to_end_is_not_started_again(
    supervised: Supervised, asked: signal.Signals
) -> None:
    # Python handles SIGINT itself, and a test run that was started with nohup ignores SIGHUP.
    process = supervised.start(
        f"signal.signal({asked:d}, signal.SIG_DFL); open('ready', 'w').close(); time.sleep(600)"
    )
    wait_until((supervised.folder / "ready").exists)
    os.kill(supervised.pids()[0], asked)
    assert process.wait(START_SECONDS) == 0
    assert len(supervised.pids()) == 1


def test_crashes_that_are_long_past_do_not_count(supervised: Supervised) -> None:
    process = supervised.start("time.sleep(0.1); sys.exit(70)", within=0.2)
    supervised.wait_for_runs(RESTARTS + 3)
    process.terminate()
    assert process.wait(START_SECONDS) == 0


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("together", [False, True], ids=["alone", "as Ctrl-C does"])
def test_a_signal_ends_both_in_an_orderly_way(
    supervised: Supervised, asked: signal.Signals, together: bool
) -> None:
    orderly = (
        "ends = lambda *_: (open('ended', 'w').close(), sys.exit(0)); "
        "signal.signal(signal.SIGTERM, ends); signal.signal(signal.SIGINT, ends); "
        "open('ready', 'w').close(); time.sleep(600)"
    )
    process = supervised.start(orderly)
    wait_until((supervised.folder / "ready").exists)
    if together:
        os.killpg(process.pid, asked)
    else:
        process.send_signal(asked)
    assert process.wait(START_SECONDS) == 0
    assert (supervised.folder / "ended").exists()
    assert not psutil.pid_exists(supervised.pids()[0])


def test_a_server_that_does_not_end_is_killed(supervised: Supervised) -> None:
    process = supervised.start(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w').close(); time.sleep(600)",
        end=1.0,
    )
    wait_until((supervised.folder / "ready").exists)
    process.terminate()
    assert process.wait(START_SECONDS) == 0
    assert not psutil.pid_exists(supervised.pids()[0])


def test_a_killed_server_is_started_again_and_stop_ends_both(server: Server) -> None:
    supervisor = server.start(*SUPERVISED)
    first = server.serving()
    assert first.ppid() == supervisor.pid
    first.kill()
    second = server.wait_for_another(first)
    assert supervisor.poll() is None
    assert "crashed (SIGKILL). It is restarted." in server.output.read_text()
    assert "Proto-DDF has stopped" in server.run("stop").stdout
    assert supervisor.wait(START_SECONDS) == 0
    assert not second.is_running()
    assert "was not running" in server.run("stop").stdout


def test_a_frozen_server_is_ended_and_started_again(server: Server) -> None:
    server.start(FREEZING)
    first = server.serving()
    with suppress(OSError):
        server.status("/freeze")
    server.wait_for_another(first)
    stacks = (server.home / "logs" / "stacks.log").read_text()
    assert "The event loop has not run for 5 seconds" in stacks
    assert "in with_freeze" in stacks
    assert "in with_freeze" in server.output.read_text()


def test_a_second_start_is_refused_even_between_two_runs(server: Server) -> None:
    supervisor = server.start(*SUPERVISED)
    refused = server.run(*SUPERVISED, PORT=str(free_port()))
    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert "again" not in refused.stderr
    supervisor.send_signal(signal.SIGSTOP)
    server.serving().kill()
    try:
        again = server.run("start", PORT=str(free_port()))
        assert "already runs" in again.stderr
    finally:
        supervisor.send_signal(signal.SIGCONT)


def test_a_server_without_its_supervisor_ends_in_an_orderly_way(server: Server) -> None:
    supervisor = server.start(*SUPERVISED)
    serving = server.serving()
    supervisor.kill()
    supervisor.wait()
    serving.wait(START_SECONDS)
    assert "Proto-DDF has stopped" in server.output.read_text()
    server.start()
    assert server.status() == 200


def test_refusals_are_reported_once(server: Server) -> None:
    wrong = server.run(*SUPERVISED, PORT="http")
    assert wrong.returncode == 2
    assert wrong.stderr.count("PORT") == 1
    with closing(socket.create_server(("127.0.0.1", server.port))):
        taken = server.run(*SUPERVISED)
    assert taken.returncode == 1
    assert taken.stderr.count("is in use") == 1
    assert "again" not in taken.stderr


def test_a_server_that_cannot_serve_at_all_is_not_tried_again(server: Server) -> None:
    server.home.mkdir()
    (server.home / "proto_ddf.db").write_bytes(b"no database" * 1000)
    failed = server.run(*SUPERVISED)
    assert failed.returncode == 1
    assert failed.stderr
    assert "restarted" not in failed.stderr


def test_ctrl_c_in_a_terminal_ends_both_in_an_orderly_way(server: Server) -> None:
    supervisor = server.start(*SUPERVISED)
    serving = server.serving()
    # A terminal sends the signal to the whole process group.
    os.killpg(supervisor.pid, signal.SIGINT)
    assert supervisor.wait(START_SECONDS) == 0
    assert not serving.is_running()
    output = server.output.read_text()
    assert "Proto-DDF has stopped" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("stopped", ["server", "supervisor", "both"])
def test_stop_ends_suspended_processes(server: Server, stopped: str) -> None:
    supervisor = server.start(*SUPERVISED)
    serving = server.serving()
    if stopped != "server":
        supervisor.send_signal(signal.SIGSTOP)
    if stopped != "supervisor":
        serving.suspend()
    assert "Proto-DDF has stopped" in server.run("stop").stdout
    supervisor.wait(START_SECONDS)
    wait_until(lambda: not serving.is_running())
    assert not (server.home / "server.json").exists()


def test_stop_ends_a_suspended_server_without_a_supervisor(server: Server) -> None:
    process = server.start()
    process.send_signal(signal.SIGSTOP)
    assert "Proto-DDF has stopped" in server.run("stop").stdout
    assert process.wait(START_SECONDS) == -signal.SIGKILL
