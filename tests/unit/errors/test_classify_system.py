"""Errors of the operating system, of HTTP and of processes."""

import asyncio
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from proto_ddf.errors import classify
from tests.unit.errors.raising import raised_by


class TestOperatingSystem:
    @pytest.mark.parametrize(
        ("number", "code"),
        [
            (errno.ENOSPC, "disk_space_low"),
            (errno.EDQUOT, "disk_space_low"),
            (errno.EACCES, "permission_denied"),
            (errno.EPERM, "permission_denied"),
            (errno.EROFS, "permission_denied"),
            (errno.ENOENT, "file_not_found"),
            (errno.EISDIR, "file_unreadable"),
            (errno.EIO, "file_unreadable"),
            (errno.EADDRINUSE, "port_in_use"),
            (errno.ECONNREFUSED, "connection_failed"),
            (errno.ECONNRESET, "connection_failed"),
            (errno.EPIPE, "connection_failed"),
            (errno.ENETUNREACH, "connection_failed"),
            (errno.ETIMEDOUT, "timeout"),
        ],
    )
    def test_is_known_by_its_number(self, number: int, code: str) -> None:
        found = classify(OSError(number, os.strerror(number)))
        assert found.code == code
        assert found.confidence == 1.0

    def test_names_the_file(self, tmp_path: Path) -> None:
        found = classify(raised_by((tmp_path / "gone.csv").read_text))
        assert found.code == "file_not_found"
        assert str(tmp_path / "gone.csv") in found.message

    def test_a_port_that_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            error = raised_by(lambda: socket.create_server(server.getsockname()))
        assert classify(error).code == "port_in_use"

    def test_nobody_listening(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            error = raised_by(lambda: socket.create_connection(reserved.getsockname(), timeout=5))
        found = classify(error)
        assert found.code == "connection_failed"
        assert found.retryable

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (ConnectionError("lost"), "connection_failed"),
            (TimeoutError(), "timeout"),
            (socket.gaierror(socket.EAI_NONAME, "unknown"), "host_unknown"),
            (asyncio.IncompleteReadError(b"", 3), "connection_failed"),
            (PermissionError("no"), "permission_denied"),
            (FileNotFoundError("no"), "file_not_found"),
            (MemoryError(), "out_of_memory"),
        ],
    )
    def test_is_known_by_its_class_where_it_has_no_number(
        self, error: Exception, code: str
    ) -> None:
        assert classify(error).code == code

    def test_a_busy_resource_is_worth_a_retry(self) -> None:
        found = classify(OSError(errno.EAGAIN, "try again"))
        assert (found.retryable, found.category) == (True, "transient")

    def test_undecodable_bytes(self) -> None:
        assert classify(raised_by(lambda: b"\xff".decode())).code == "file_encoding"


class TestHttp:
    request = httpx.Request("GET", "https://api.example.com/rows")

    def status_error(self, status: int) -> Exception:
        response = httpx.Response(status, request=self.request)
        return raised_by(response.raise_for_status)

    def test_nobody_listening(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            found = classify(raised_by(lambda: httpx.get(f"http://127.0.0.1:{port}/")))
        assert (found.code, found.retryable) == ("connection_failed", True)
        assert "127.0.0.1" in found.message

    def test_a_silent_server_is_a_timeout(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            error = raised_by(lambda: httpx.get(f"http://127.0.0.1:{port}/", timeout=0.05))
        assert classify(error).code == "timeout"

    @pytest.mark.parametrize("status", [425, 500, 502, 503])
    def test_a_busy_server_is_worth_a_retry(self, status: int) -> None:
        found = classify(self.status_error(status))
        assert (found.code, found.retryable, found.category) == (
            "integration_error",
            True,
            "transient",
        )
        assert str(status) in found.message

    @pytest.mark.parametrize("status", [400, 404, 410, 422])
    def test_a_refused_request_is_not(self, status: int) -> None:
        found = classify(self.status_error(status))
        assert (found.code, found.retryable) == ("integration_error", False)

    @pytest.mark.parametrize("status", [401, 407])
    def test_a_refused_login(self, status: int) -> None:
        assert classify(self.status_error(status)).code == "authentication_failed"

    def test_no_address(self) -> None:
        assert classify(raised_by(lambda: httpx.get("gopher://x"))).code == "invalid_value"


class TestProcesses:
    def test_a_failed_program_names_itself_and_its_exit_code_not_its_arguments(self) -> None:
        argv = [sys.executable, "-c", "raise SystemExit(3)", "--token=abc"]
        found = classify(raised_by(lambda: subprocess.run(argv, check=True)))
        assert found.code == "process_failed"
        assert f"“{Path(sys.executable).name}”" in found.message
        assert "exit code 3" in found.message
        assert "abc" not in found.message

    def test_a_program_that_takes_too_long(self) -> None:
        error = subprocess.TimeoutExpired("bun install", 30)
        assert classify(error).code == "timeout"

    def test_a_process_that_is_gone(self) -> None:
        assert classify(psutil.NoSuchProcess(1)).code == "process_failed"
