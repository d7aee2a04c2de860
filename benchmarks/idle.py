"""How much of a core the server takes while no page is open.

    python -m benchmarks.idle [rounds]

The peer is a bare Reflex app, served by hand; both take turns, round by round. Each is given time to come to rest first.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.report import Comparison, publish
from benchmarks.two_servers import bare_app, our_server

ROUNDS = 3
REST_SECONDS = 70.0
"""DBOS looks for schedules every second in its first minute."""
MEASURED_SECONDS = 60.0

TEXT = """The server with its sample source, one minute after its start and with no page open, over a minute; its peer
is `reflex run --env prod --single-port` of the app in `benchmarks/ten_pages`. All processes of each are counted. At most
1 % of a core is wanted."""


def main(rounds: int = ROUNDS) -> None:
    ours, peer = [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            with our_server(Path(folder)) as (process, _):
                ours.append(percent_of_core(process))
            with bare_app(Path(folder)) as (process, _):
                peer.append(percent_of_core(process))
        print(f"idle {number}: {ours[-1]:.2f} %; by hand {peer[-1]:.2f} %", flush=True)
    title = "Processor while no page is open"
    publish("Idle", TEXT, [Comparison(title, ours, peer, "%", None)])


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


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
