"""Proto-DDF's server and, as its peer, a bare Reflex app served by hand: `reflex run --env prod --single-port`."""

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.good_clients import request
from benchmarks.peer import LEFT_OUT, LIMIT_SECONDS
from proto_ddf.hosting.builds.toolchain import build_environment
from proto_ddf.hosting.ports import is_free
from proto_ddf.hosting.processes import end_tree, spawn_detached

BARE_APP = Path(__file__).with_name("ten_pages")
PORTS = range(24_900, 24_990)

Served = tuple[psutil.Process, int]
"""The process, and its port."""


@contextmanager
def our_server(folder: Path, **settings: str) -> Iterator[Served]:
    port = free_port()
    variables = {"PROTO_DDF_HOME": str(folder / "home"), "PORT": str(port), **settings}
    server = [sys.executable, "-m", "proto_ddf.server"]
    with served([*server, "start"], Path.cwd(), os.environ | variables, port) as process:
        yield process, port
    subprocess.run([*server, "stop"], env=os.environ | variables, check=True)


@contextmanager
def bare_app(folder: Path) -> Iterator[Served]:
    port, work = free_port(), folder / "bare"
    shutil.copytree(BARE_APP, work, ignore=LEFT_OUT)
    command = str(Path(sys.executable).with_name("reflex"))
    argv = [command, "run", "--env", "prod", "--single-port", "--frontend-port", str(port)]
    with served(argv, work, build_environment() | {"PORT": str(port)}, port) as process:
        yield process, port


@contextmanager
def served(
    argv: list[str], cwd: Path, variables: dict[str, str], port: int
) -> Iterator[psutil.Process]:
    log = cwd / "run.log" if cwd != Path.cwd() else Path(variables["PROTO_DDF_HOME"]) / "run.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    pid, created = spawn_detached(argv, cwd=cwd, env=variables, log_file=log)
    try:
        wait_for_page(port, tls="TLS_CERT" in variables)
        yield psutil.Process(pid)
    finally:
        end_tree(pid, created)


def wait_for_page(port: int, *, tls: bool = False) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            if request(port, "/", 5.0, tls=tls) == 200:
                return
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > deadline:
                raise TimeoutError("no first page") from error
        time.sleep(0.01)


def free_port() -> int:
    return next(port for port in PORTS if is_free(port))
