"""Proto-DDF's own server in a separate process, for tests of how it starts and ends."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil

from proto_ddf.settings import PROJECT_ROOT
from tests.ports import free_port

START_SECONDS = 120.0
PLAIN = ("-m", "proto_ddf.server", "start")
SUPERVISED = ("-m", "proto_ddf.supervisor")
"""The command with which `make run` starts the server."""


class Server:
    """Starts servers on one home folder and reads their output."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.home = home
        self.environment = os.environ | {"PROTO_DDF_HOME": str(home), "PORT": str(self.port)}
        self.output = home.parent / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it, with or without a supervisor, and wait until it prints that it is running."""
        self.process = self.launch(*(arguments or PLAIN))
        deadline = time.monotonic() + START_SECONDS
        while f"Proto-DDF runs at http://127.0.0.1:{self.port}" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)
        return self.process

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end: `start` or `stop` of the server, or a module (`-m ...`)."""
        if not arguments[0].startswith("-"):
            arguments = ("-m", "proto_ddf.server", *arguments)
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT_ROOT,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def status(self, path: str = "/") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        with closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status

    def serving(self) -> psutil.Process:
        """The process of the server, as the PID file names it."""
        return psutil.Process(json.loads((self.home / "server.json").read_text())["pid"])

    def wait_for_another(self, than: psutil.Process) -> psutil.Process:
        """Wait until a process other than `than` serves and answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError, ValueError, psutil.Error, http.client.HTTPException):
                if self.serving() != than and self.status() == 200:
                    return self.serving()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)

    def clean_up(self) -> None:
        """End the process and its children at once: `stop` takes seconds to load, and has tests of its own."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
