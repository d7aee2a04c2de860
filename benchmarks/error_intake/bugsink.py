"""The peer: Bugsink on SQLite, in an environment of its own, run as its documents say for a single server.

https://www.bugsink.com/docs/single-server-production: gunicorn takes events in, and snappea digests them. Its limits of events
an hour are lifted.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.peer import LIMIT_SECONDS
from benchmarks.two_servers import free_port
from proto_ddf.hosting.processes import end_tree, spawn_detached

VERSION = "bugsink~=2.6.0"
CONNECTIONS = 4
_LIMITS = """
BUGSINK.update({
    f"MAX_EVENTS_PER_{span}": 1_000_000
    for span in ("5_MINUTES", "HOUR", "PROJECT_PER_5_MINUTES", "PROJECT_PER_HOUR")
})
BUGSINK["PHONEHOME"] = False
"""
_MAKE_PROJECT = """
import django
django.setup()
from projects.models import Project
made = Project.objects.create(name="benchmark", retention_max_event_count=1_000_000)
print(made.id, made.sentry_key.hex)
"""


@dataclass(frozen=True)
class Bugsink:
    url: str
    headers: dict[str, str]
    database: Path
    processes: tuple[psutil.Process, ...]

    def store(self, events: Sequence[dict[str, Any]]) -> tuple[float, float]:
        """Send events and wait until all are digested; returns seconds, and seconds of the processors.

        Raises:
            TimeoutError: some were not.
        """
        bodies = [_envelope(event) for event in events]
        expected = self._digested() + len(events)
        wall, cpu = time.perf_counter(), self._cpu_seconds()
        with httpx.Client(timeout=60) as client, ThreadPoolExecutor(CONNECTIONS) as pool:
            for answer in pool.map(lambda body: self._send(client, body), bodies):
                answer.raise_for_status()
        while self._digested() < expected:
            if time.perf_counter() - wall > LIMIT_SECONDS:
                raise TimeoutError(f"{expected - self._digested()} events were not digested")
            time.sleep(0.01)
        return time.perf_counter() - wall, self._cpu_seconds() - cpu

    def _send(self, client: httpx.Client, body: bytes) -> httpx.Response:
        return client.post(self.url, content=body, headers=self.headers)

    def _digested(self) -> int:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as opened:
            return int(opened.execute("SELECT count(*) FROM events_event").fetchone()[0])

    def _cpu_seconds(self) -> float:
        trees = [[root, *root.children(recursive=True)] for root in self.processes]
        times = [process.cpu_times() for tree in trees for process in tree]
        return sum(each.user + each.system for each in times)


@contextmanager
def running_bugsink(folder: Path) -> Iterator[Bugsink]:
    """Install it in `folder`, which takes a minute, and run it there."""
    programs, home = folder / "venv" / "bin", folder / "home"
    home.mkdir(parents=True)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "bugsink_conf",
        "PYTHONPATH": str(home),
    }

    def run(*argv: str) -> str:
        return subprocess.run(
            argv, cwd=home, env=environment, check=True, capture_output=True, text=True
        ).stdout

    subprocess.run([sys.executable, "-m", "venv", str(programs.parent)], check=True)
    run("pip", "install", "--quiet", "--disable-pip-version-check", VERSION)
    create = ("bugsink-create-conf", "--template=singleserver", "--host=127.0.0.1")
    run(*create, f"--base-dir={home}")
    with (home / "bugsink_conf.py").open("a") as settings:
        settings.write(_LIMITS)
    run("bugsink-manage", "migrate")
    run("bugsink-manage", "migrate", "snappea", "--database=snappea")
    project, key = run("python", "-c", _MAKE_PROJECT).split()
    port = free_port()
    commands = (
        ["gunicorn", f"--bind=127.0.0.1:{port}", "--workers=2", "--timeout=60", "bugsink.wsgi"],
        ["bugsink-runsnappea"],
    )
    spawned = [
        spawn_detached(
            [str(programs / name), *arguments],
            cwd=home,
            env=environment,
            log_file=folder / f"{name}.log",
        )
        for name, *arguments in commands
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield Bugsink(
            f"{address}/api/{project}/envelope/",
            {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={key}"},
            home / "db.sqlite3",
            tuple(psutil.Process(pid) for pid, _ in spawned),
        )
    finally:
        for pid, created in spawned:
            end_tree(pid, created)


def _wait_for(address: str) -> None:
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            httpx.get(f"{address}/health/ready", timeout=5)
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _envelope(event: dict[str, Any]) -> bytes:
    """As the Sentry SDK sends it: a header, the header of the item, and the event."""
    said = f"{event['message']} {event['reason']}"
    body = json.dumps(
        {
            "event_id": event["id"],
            "timestamp": time.time(),
            "platform": "python",
            "level": "error",
            "exception": {"values": [{"type": "SystemError", "value": said}]},
            "extra": {"log": event["log"], "output": event["output"]},
        }
    ).encode()
    head = json.dumps({"event_id": event["id"]}).encode()
    item = json.dumps({"type": "event", "length": len(body)}).encode()
    return b"\n".join([head, item, body, b""])
