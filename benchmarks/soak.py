"""Ten minutes of mixed faults, measured from outside: `make soak`, or `python -m benchmarks.soak [seconds]`.

The faults are bad connections in waves, floods of websockets that nobody reads, pauses of the whole process (SIGSTOP), and
bodies that are too large. Well-behaved clients ask all the time; a client that has no answer after half a minute has none.
"""

import contextlib
import http.client
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.bad_connections import answered, bad_clients
from benchmarks.good_clients import HOST, Answers, ask_all
from benchmarks.report import machine, publish_table
from benchmarks.two_servers import our_server

SECONDS = 600.0
TIMEOUT = 30.0
WAVE_SECONDS = 20.0
PAUSE_SECONDS = 1.0
BAD = 200
WANTED = 0.999
PATHS = {"/api/health": 0.1, "/": 0.5, "/sources": 0.5}

TEXT = """For {minutes:g} minutes, one after the other and each for {wave:g} s: {bad} bad connections as above; {bad} websockets
that are opened and reset; pauses of the whole process of {pause:g} s; bodies of 20 MB. Meanwhile other clients ask for pages and
for `/api/health`, each request on a connection of its own. At least 99.9 % are to be answered with status 200. {machine}"""


def main(seconds: float = SECONDS) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        our_server(Path(folder)) as (process, port),
    ):
        answers, faults = soak(process, port, PATHS, seconds)
    rows = [["asked for", "answered", "p50", "p99", "longest"]]
    for path, each in sorted(answers.items()):
        times = [each.percentile(50), each.percentile(99), max(each.seconds)]
        row = [f"`{path}`", answered({path: each}), *(f"{1000 * one:.0f} ms" for one in times)]
        rows.append(row)
    rows.append(["all", f"{100 * share(answers):.3f} %", "", "", ""])
    text = TEXT.format(
        minutes=seconds / 60, wave=WAVE_SECONDS, bad=BAD, pause=PAUSE_SECONDS, machine=machine()
    )
    publish_table("Soak", text, rows)
    print(f"Faults: {', '.join(faults)}")
    if share(answers) < WANTED:
        sys.exit(f"Less than {100 * WANTED:g} % were answered")


def soak(
    process: psutil.Process,
    port: int,
    paths: dict[str, float],
    seconds: float,
    wave_seconds: float = WAVE_SECONDS,
) -> tuple[dict[str, Answers], list[str]]:
    """What became of the good clients' requests, by path, and the faults that they lived through."""
    until = time.monotonic() + seconds
    done: list[str] = []

    def make_faults() -> None:
        while time.monotonic() < until:
            for fault in FAULTS:
                fault(process, port, min(until, time.monotonic() + wave_seconds))
                done.append(fault.__name__)

    faults = threading.Thread(target=make_faults)
    faults.start()
    answers = ask_all(port, paths, until, TIMEOUT)
    faults.join()
    return answers, done


def share(answers: dict[str, Answers]) -> float:
    """Of all requests, those that were answered."""
    found = Answers()
    for each in answers.values():
        found.seconds += each.seconds
        found.failures += each.failures
    return found.share


def bad_connections(_: psutil.Process, port: int, until: float) -> None:
    with bad_clients(port, BAD, tls=False):
        _wait(until)


def reset_websockets(_: psutil.Process, port: int, until: float) -> None:
    while time.monotonic() < until:
        with contextlib.ExitStack() as opened:
            for _number in range(10):
                opened.enter_context(_websocket(port))
        time.sleep(0.2)


@contextlib.contextmanager
def _websocket(port: int) -> Iterator[None]:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Origin": f"http://{HOST}:{port}",
    }
    with contextlib.suppress(OSError):
        connection.request("GET", "/_event/?EIO=4&transport=websocket", headers=headers)
    try:
        yield
    finally:
        connection.close()


def pauses(process: psutil.Process, _: int, until: float) -> None:
    while time.monotonic() < until:
        process.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        process.send_signal(signal.SIGCONT)
        _wait(min(until, time.monotonic() + 3 * PAUSE_SECONDS))


def large_bodies(_: psutil.Process, port: int, until: float) -> None:
    body = random.randbytes(20_000_000)
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("POST", "/api/outbox", body)
            connection.getresponse().read()
        connection.close()
        time.sleep(0.2)


FAULTS: tuple[Callable[[psutil.Process, int, float], None], ...] = (
    bad_connections,
    reset_websockets,
    pauses,
    large_bodies,
)


def _wait(until: float) -> None:
    time.sleep(max(0.0, until - time.monotonic()))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
