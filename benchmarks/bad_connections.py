"""What 500 bad connections do to everybody else.

    python -m benchmarks.bad_connections [seconds]

The peer is a bare Reflex app, served by hand. The clients, good and bad, are in processes of their own.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import trustme

from benchmarks.good_clients import Answers, ask_all
from benchmarks.report import machine, publish_table
from benchmarks.two_servers import Served, bare_app, our_server

BAD = 500
SECONDS = 30.0
AFTER_SECONDS = 60.0
TIMEOUT = 5.0
"""Who has no answer after this time has none."""
ALLOWED_SECONDS, ALLOWED_RATIO = 0.25, 3.0

TEXT = """{bad} bad connections at once, of each kind as many, each replaced when the server closes it: silent; a head and a body
that trickle; requests whose answers are not read; TLS handshakes that do not end; resets in the middle. Meanwhile other
clients ask for the first page and for `/api/health` (of the peer: `/ping`), each request on a connection of its own; one
that waits for {timeout:g} s counts as not answered. Wanted: all are answered, the 99th percentile of `/api/health` is at most
{ratio:g} times the quiet one or {allowed:g} ms, and a minute later, with all bad clients still there, the server has no more
descriptors open than before. The peer is `reflex run --env prod --single-port` of the app in `benchmarks/ten_pages`.
{machine}"""


def main(seconds: float = SECONDS) -> None:
    rows = [
        [
            *(
                "server",
                "answered when quiet",
                "with bad clients",
                "p99 quiet",
                "p99 with bad clients",
            ),
            *("descriptors before, during, a minute later", ""),
        ]
    ]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with our_server(folder / "plain") as served:
            rows.append(["Proto-DDF", *measure(served, "/api/health", seconds)])
        with our_server(folder / "tls", **certificate(folder)) as served:
            rows.append(["Proto-DDF, TLS", *measure(served, "/api/health", seconds, tls=True)])
        with bare_app(folder) as served:
            rows.append(["by hand", *measure(served, "/ping", seconds)])
    text = TEXT.format(
        bad=BAD,
        timeout=TIMEOUT,
        ratio=ALLOWED_RATIO,
        allowed=1000 * ALLOWED_SECONDS,
        machine=machine(),
    )
    publish_table("Bad connections", text, rows)


def measure(served: Served, health: str, seconds: float, *, tls: bool = False) -> list[str]:
    process, port = served
    paths = {health: 0.05, "/": 0.25}
    quiet = ask_all(port, paths, time.monotonic() + seconds / 3, TIMEOUT, tls=tls)
    before = descriptors(process)
    with bad_clients(port, BAD, tls) as clients:
        time.sleep(2)
        during = descriptors(process)
        loaded = ask_all(port, paths, time.monotonic() + seconds, TIMEOUT, tls=tls)
        during = max(during, descriptors(process))
        assert clients.stdin
        clients.stdin.close()
        time.sleep(AFTER_SECONDS)
        after = descriptors(process)
    p99s = quiet[health].percentile(99), loaded[health].percentile(99)
    good = (
        not any(each.failures for each in loaded.values())
        and p99s[1] <= max(ALLOWED_RATIO * p99s[0], ALLOWED_SECONDS)
        and after <= before
    )
    return [
        answered(quiet),
        answered(loaded),
        *(f"{1000 * p99:.0f} ms" for p99 in p99s),
        f"{before}, {during}, {after}",
        "reached" if good else "missed",
    ]


def answered(answers: dict[str, Answers]) -> str:
    done = sum(len(each.seconds) for each in answers.values())
    asked = done + sum(len(each.failures) for each in answers.values())
    return f"{done} of {asked}"


def descriptors(process: psutil.Process) -> int:
    return sum(each.num_fds() for each in (process, *process.children(recursive=True)))


@contextmanager
def bad_clients(port: int, count: int, tls: bool) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "benchmarks.bad_clients", str(port), str(count)]
    clients = subprocess.Popen(
        command + ["tls"] * tls, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert clients.stdout
        clients.stdout.readline()
        yield clients
    finally:
        clients.kill()
        clients.wait()


def certificate(folder: Path) -> dict[str, str]:
    issued = trustme.CA().issue_cert("localhost", "127.0.0.1")
    paths = {"TLS_CERT": folder / "cert.pem", "TLS_KEY": folder / "key.pem"}
    paths["TLS_CERT"].write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(paths["TLS_KEY"])
    return {name: str(path) for name, path in paths.items()}


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
