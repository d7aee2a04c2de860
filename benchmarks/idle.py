"""How much of a core the server takes while no page is open.

    python -m benchmarks.idle [rounds]

The peer is a bare Reflex app, served by hand; both take turns, round by round. Each is given time to come to rest first.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.peer import LEFT_OUT, until_200
from benchmarks.report import Comparison, publish
from proto_ddf.hosting.builds.toolchain import build_environment
from proto_ddf.hosting.ports import is_free
from proto_ddf.hosting.processes import end_tree, spawn_detached

ROUNDS = 3
REST_SECONDS = 70.0
"""DBOS looks for schedules every second in its first minute."""
MEASURED_SECONDS = 60.0
BARE_APP = Path(__file__).with_name("ten_pages")
PORTS = range(24_900, 24_990)

TEXT = """The server with its sample source, one minute after its start and with no page open, over a minute; its peer
is `reflex run --env prod --single-port` of the app in `benchmarks/ten_pages`. All processes of each are counted. At most
1 % of a core is wanted."""


def main(rounds: int = ROUNDS) -> None:
    ours, peer = [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            with our_server(Path(folder)) as process:
                ours.append(percent_of_core(process))
            with bare_app(Path(folder)) as process:
                peer.append(percent_of_core(process))
        print(f"idle {number}: {ours[-1]:.2f} %; by hand {peer[-1]:.2f} %", flush=True)
    title = "Processor while no page is open"
    publish("Idle", TEXT, [Comparison(title, ours, peer, "%", None)])


@contextmanager
def our_server(folder: Path) -> Iterator[psutil.Process]:
    port = free_port()
    variables = {"PROTO_DDF_HOME": str(folder / "home"), "PORT": str(port)}
    server = [sys.executable, "-m", "proto_ddf.server"]
    with served([*server, "start"], Path.cwd(), os.environ | variables, port) as process:
        yield process
    subprocess.run([*server, "stop"], env=os.environ | variables, check=True)


@contextmanager
def bare_app(folder: Path) -> Iterator[psutil.Process]:
    port, work = free_port(), folder / "bare"
    shutil.copytree(BARE_APP, work, ignore=LEFT_OUT)
    command = str(Path(sys.executable).with_name("reflex"))
    argv = [command, "run", "--env", "prod", "--single-port", "--frontend-port", str(port)]
    with served(argv, work, build_environment() | {"PORT": str(port)}, port) as process:
        yield process


@contextmanager
def served(
    argv: list[str], cwd: Path, variables: dict[str, str], port: int
) -> Iterator[psutil.Process]:
    log = cwd / "run.log" if cwd != Path.cwd() else Path(variables["PROTO_DDF_HOME"]) / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    pid, created = spawn_detached(argv, cwd=cwd, env=variables, log_file=log)
    try:
        until_200(lambda: port, time.monotonic())
        yield psutil.Process(pid)
    finally:
        end_tree(pid, created)


def percent_of_core(process: psutil.Process) -> float:
    """What took less than a tick of the system's clock counts as one tick."""
    time.sleep(REST_SECONDS)
    begin, before = time.monotonic(), seconds_used(process)
    time.sleep(MEASURED_SECONDS)
    used = max(seconds_used(process) - before, 1 / os.sysconf("SC_CLK_TCK"))
    return 100 * used / (time.monotonic() - begin)


def seconds_used(root: psutil.Process) -> float:
    times = [each.cpu_times() for each in (root, *root.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def free_port() -> int:
    return next(port for port in PORTS if is_free(port))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
