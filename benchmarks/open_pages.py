"""Two hundred open pages, and the start of a server without a build.

    python -m benchmarks.open_pages [rounds]

The same built app is served by Proto-DDF's launcher, as it serves every app, and by hand; both take turns.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.idle import seconds_used
from benchmarks.report import Comparison, publish
from benchmarks.two_servers import Served, bare_app, free_port, served, wait_for_page
from proto_ddf.hosting.builds.toolchain import build_environment
from proto_ddf.hosting.launch import RUNNER
from proto_ddf.hosting.processes import end_tree, spawn_detached

ROUNDS = 5
PAGES = 200
SECONDS = 10.0
LIMIT = 1.2
SERVED_BY_HAND = """
import asyncio, os, sys
from reflex_base import constants
from reflex_base.environment import environment
environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
environment.REFLEX_SKIP_COMPILE.set(True)
environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
os.environ["REFLEX_FRONTEND_PORT"] = sys.argv[1]
from granian.constants import Interfaces
from granian.server.embed import Server
from reflex.utils import prerequisites
app = prerequisites.get_app().app()
server = Server(app, port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False)
asyncio.run(server.serve())
"""
"""Import and serve, and nothing else."""

TEXT = f"""{PAGES} open pages, without browsers: each is a websocket that speaks as Reflex's client does and sends an event a
second for {SECONDS:g} s, to both servers at the same moments of a second; the time is that until its answer. The clients are
one process of their own. The app is that in `benchmarks/ten_pages`, built once; the peer is `reflex run --env prod
--single-port`. The memory is what the server has more with the pages than without (PSS of all its processes), for each
page. The start, without a build, is compared with a script that imports the app and serves it with Granian's defaults."""


def main(rounds: int = ROUNDS) -> None:
    ours, peer = Figures(), Figures()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        for number in range(rounds):
            shutil.rmtree(folder / "bare", ignore_errors=True)
            with bare_app(folder) as server:
                peer.measure(server, number)
            with launched(folder / "bare") as server:
                ours.measure(server, number)
            print(f"open pages {number}: {ours.p95[-1]:.1f} ms; by hand {peer.p95[-1]:.1f} ms")
        for _ in range(3 * rounds):
            ours.starts.append(start(folder / "bare", our_command))
            peer.starts.append(start(folder / "bare", command_by_hand))
    assert not ours.errors, f"{ours.errors} events were not answered"
    publish(
        "Open pages",
        f"{TEXT} Events without an answer: {ours.errors}; by hand {peer.errors}.",
        [
            Comparison("Event, 50th percentile", ours.p50, peer.p50, "ms", None),
            Comparison("Event, 95th percentile", ours.p95, peer.p95, "ms", LIMIT),
            Comparison("Processor time of an event", ours.cpu, peer.cpu, "ms", LIMIT),
            Comparison("Memory of a page", ours.kilobytes, peer.kilobytes, "KB", LIMIT),
            Comparison(
                "Start to first page, without a build", ours.starts, peer.starts, "s", LIMIT
            ),
        ],
    )


class Figures:
    """What was measured of one of the two, a value a round."""

    def __init__(self) -> None:
        self.p50: list[float] = []
        self.p95: list[float] = []
        self.kilobytes: list[float] = []
        self.cpu: list[float] = []
        self.starts: list[float] = []
        self.errors = 0

    def measure(self, served: Served, seed: int) -> None:
        process, port = served
        before = memory(process)
        command = [
            sys.executable,
            "-m",
            "benchmarks.page_clients",
            str(port),
            str(PAGES),
            str(SECONDS),
            str(seed),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
            assert clients.stdout
            assert clients.stdout.readline() == "open\n"
            used = seconds_used(process)
            time.sleep(SECONDS / 2)
            self.kilobytes.append((memory(process) - before) / 1024 / PAGES)
            found = json.loads(clients.stdout.readline())
            used = seconds_used(process) - used
        cuts = statistics.quantiles(found["seconds"], n=100)
        self.p50.append(1000 * cuts[49])
        self.p95.append(1000 * cuts[94])
        self.cpu.append(1000 * used / len(found["seconds"]))
        self.errors += found["errors"]


def memory(process: psutil.Process) -> float:
    tree = [process, *process.children(recursive=True)]
    return float(sum(each.memory_full_info().pss for each in tree))


@contextmanager
def launched(folder: Path) -> Iterator[Served]:
    """The built app, served by our launcher."""
    port = free_port()
    variables = build_environment() | {"PORT": str(port)}
    with served(our_command(port), folder, variables, port) as process:
        yield process, port


def our_command(port: int) -> list[str]:
    return [sys.executable, "-P", str(RUNNER), "--port", str(port), "--log", "logs/app.log"]


def command_by_hand(port: int) -> list[str]:
    return [sys.executable, "-c", SERVED_BY_HAND, str(port)]


def start(folder: Path, command: Callable[[int], list[str]]) -> float:
    """Seconds to the first page."""
    port = free_port()
    begin = time.monotonic()
    log = folder / "start.log"
    pid, created = spawn_detached(command(port), cwd=folder, env=build_environment(), log_file=log)
    try:
        wait_for_page(port)
        return time.monotonic() - begin
    finally:
        end_tree(pid, created)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
