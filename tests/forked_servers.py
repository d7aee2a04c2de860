"""Starts Proto-DDF's server by a fork of a process that has imported what it needs.

Importing takes two thirds of the processor time of a start, and the browser tests start a hundred servers. Nothing that is
imported before the fork reads a setting, and it starts no thread; `main` checks both. The start by a new interpreter, as
`make run` does it, is tested in tests/integration/hosting/test_server.py.
"""

import ast
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMPOSITION_ROOT = ROOT / "proto_ddf" / "proto_ddf.py"
POLL_SECONDS = 0.02


class ForkedProcess:
    """A process of `start`, with the part of subprocess.Popen that tests use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _ask(poll=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(argument: str, addition: str, environment: Mapping[str, str], log: Path) -> ForkedProcess:
    """`python -m proto_ddf.server` with this argument and this whole environment, after the import of the module `addition`, if
    it is given. What it prints is appended to `log`."""
    order = {"argument": argument, "addition": addition, "log": str(log)}
    return ForkedProcess(_ask(start=order | {"environment": dict(environment)}))


@functools.cache
def _forking() -> subprocess.Popen[str]:
    """The process that forks. It ends with this one, when its standard input is closed."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.forked_servers"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _ask(**order: Any) -> Any:
    process = _forking()
    assert process.stdin is not None
    assert process.stdout is not None
    print(json.dumps(order), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def main() -> None:
    from proto_ddf import server
    from proto_ddf.settings import get_settings

    gc.disable()  # what is imported stays
    _import_like(COMPOSITION_ROOT)
    has_read = get_settings.cache_info().currsize or "rxconfig" in sys.modules
    if has_read or threading.active_count() > 1:
        sys.exit("An import has read a setting or started a thread, which all servers would share")
    for line in sys.stdin:
        match json.loads(line):
            case {"start": order}:
                if (pid := os.fork()) == 0:
                    _take_over(**order)
                    server.main()
                    return
                answer: int | None = pid
            case {"poll": pid}:
                ended, status = os.waitpid(pid, os.WNOHANG)
                answer = os.waitstatus_to_exitcode(status) if ended else None
        print(json.dumps(answer), flush=True)


def _import_like(module: Path) -> None:
    """Import what the module imports, without running the module."""
    code = ast.parse(module.read_text())
    code.body = [each for each in code.body if isinstance(each, ast.Import | ast.ImportFrom)]
    exec(compile(code, str(module), "exec"), {"__name__": "imports"})


def _take_over(argument: str, addition: str, environment: dict[str, str], log: str) -> None:
    """Make this process look as if it had been started alone."""
    os.setsid()
    with open(os.devnull, "rb") as nothing, open(log, "ab") as printed:
        os.dup2(nothing.fileno(), 0)
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = [argument]
    if addition:
        importlib.import_module(addition)


if __name__ == "__main__":
    main()
