"""The peer: a person types `reflex run --env prod --single-port` in a fresh copy of the code."""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from proto_ddf.hosting.builds.toolchain import build_environment
from proto_ddf.hosting.health import Endpoint, probe
from proto_ddf.hosting.processes import end_tree, spawn_detached

LIMIT_SECONDS = 180.0
REQUEST_EVERY_SECONDS = 10.0
REQUESTS = 2
LEFT_OUT = shutil.ignore_patterns(".web", ".states", "reflex.lock", "logs", "__pycache__")


@dataclass(frozen=True)
class Run:
    seconds: float
    """From the command to the first 200."""
    megabytes: float
    """PSS of the whole process tree while it answers now and then."""


def run_by_hand(code: Path, work: Path, port: int, variables: dict[str, str], memory: bool) -> Run:
    """Copy `code` to `work` and run it there as by hand; memory is 0 unless asked for."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(code, work, ignore=LEFT_OUT)
    command = str(Path(sys.executable).with_name("reflex"))
    argv = [command, "run", "--env", "prod", "--single-port", "--frontend-port", str(port)]
    environment = build_environment() | variables
    begin = time.monotonic()
    pid, created = spawn_detached(argv, cwd=work, env=environment, log_file=work / "run.log")
    try:
        try:
            seconds = until_200(lambda: port, begin)
        except TimeoutError as error:
            raise TimeoutError((work / "run.log").read_text()[-3000:]) from error
        return Run(seconds, megabytes(pid, port) if memory else 0.0)
    finally:
        end_tree(pid, created)
        shutil.rmtree(work, ignore_errors=True)


def until_200(port: Callable[[], int | None], begin: float) -> float:
    """Seconds from `begin` to the first 200 of the app on `port()`."""
    while not probe(Endpoint(port())).http:
        if time.monotonic() - begin > LIMIT_SECONDS:
            raise TimeoutError("no first page")
        time.sleep(0.01)
    return time.monotonic() - begin


def megabytes(pid: int, port: int) -> float:
    """PSS of the process tree after it answered a request every ten seconds, in MB."""
    for _ in range(REQUESTS):
        time.sleep(REQUEST_EVERY_SECONDS)
        assert probe(Endpoint(port)).http
    root = psutil.Process(pid)
    tree = [root, *root.children(recursive=True)]
    return float(sum(process.memory_full_info().pss for process in tree)) / 1024**2
