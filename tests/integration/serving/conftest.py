"""A server process behind the real launcher, which tests share."""

import contextlib
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from proto_ddf.serving.settings import ServingSettings
from proto_ddf.settings import PROJECT_ROOT
from tests.ports import HOST, free_port
from tests.servers.certificates import certificates

SCRIPT = Path(__file__).with_name("small_server.py")
PATIENCE = 30.0
SETTINGS = ServingSettings(request_timeout_ms=800, body_limit_mb=1, upload_limit_mb=2)


class Serving:
    """A running server, and clients that speak plain bytes to it."""

    def __init__(self, settings: ServingSettings, output: Path) -> None:
        self.settings = settings
        self.port = free_port()
        self.output = output
        self._tls: ssl.SSLContext | None = None
        if settings.tls_cert:
            self._tls = ssl.create_default_context(cafile=settings.tls_cert)
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE
        scheme = "https" if settings.tls_cert else "http"
        self.client = httpx.Client(
            base_url=f"{scheme}://{HOST}:{self.port}", timeout=PATIENCE, verify=self._tls or False
        )
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(self.port)],
                cwd=PROJECT_ROOT,
                env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)} | settings.to_variable(),
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def answers(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        with contextlib.suppress(httpx.HTTPError):
            return self.client.get("/state").status_code == 200
        return False

    def state(self) -> Any:
        return self.client.get("/state").json()

    def counted(self, *path: str) -> int:
        """A count of the process, by the name of its field and its key in there."""
        found = self.state()["counts"]
        for name in path:
            found = found.get(name, 0)
        return int(found)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)

    def wait_for_event(self, event: str, count: int = 1) -> None:
        self.wait_until(lambda: self.state()["events"].count(event) >= count)

    def connect(self, text: bytes = b"", *, tls: bool = True) -> socket.socket:
        connection = socket.create_connection((HOST, self.port), timeout=PATIENCE)
        if self._tls and tls:
            connection = self._tls.wrap_socket(connection)
        connection.sendall(text)
        return connection

    def end(self, wanted: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(wanted)
        code = self.process.wait(PATIENCE)
        self.client.close()
        return code

    @property
    def descriptors(self) -> int:
        return psutil.Process(self.process.pid).num_fds()


def reset(connection: socket.socket) -> None:
    """Close with a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_all(connection: socket.socket) -> bytes:
    """What the server sends until it ends the connection."""
    found = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := connection.recv(65536):
            found += part
    return found


def head(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextlib.contextmanager
def served(settings: ServingSettings, folder: Path) -> Iterator[Serving]:
    serving = Serving(settings, folder / "output.txt")
    try:
        serving.wait_until(serving.answers)
        yield serving
    finally:
        if serving.end() and serving.process.returncode not in (0, -9):
            print(serving.output.read_text())


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with served(SETTINGS, tmp_path_factory.mktemp("serving")) as running:
        yield running


@pytest.fixture(scope="module")
def tls_settings(tmp_path_factory: pytest.TempPathFactory) -> ServingSettings:
    folder = tmp_path_factory.mktemp("tls")
    good = certificates().good
    (folder / "cert.pem").write_bytes(good.chain)
    (folder / "key.pem").write_bytes(good.key)
    return replace(SETTINGS, tls_cert=str(folder / "cert.pem"), tls_key=str(folder / "key.pem"))
