"""Whether an app answers, and what it uses."""

import http.client
import socket
import time
from dataclasses import dataclass

import psutil

from proto_ddf.hosting.processes import find
from proto_ddf.resilience import policy
from proto_ddf.resilience.deadline import time_left
from proto_ddf.resilience.is_transient import is_transient

ADDRESS = "127.0.0.1"
SYSTEM = "app"
"""Of the policies that probes go through, one per app."""


@dataclass(frozen=True)
class ProbeResult:
    """What an app's port said."""

    port: bool
    """Something accepts connections."""
    status: int | None
    """The HTTP status of its first page; None when there was none in time."""

    @property
    def http(self) -> bool:
        return self.status == 200


class NoAnswerError(ConnectionError):
    """An app did not answer; `answer` tells what it did instead."""

    def __init__(self, answer: ProbeResult) -> None:
        super().__init__("the app did not answer" if answer.port else "nothing listens on its port")
        self.answer = answer


def probe(slug: str, port: int | None) -> ProbeResult:
    """`ask` as a call to the app `slug`: one that keeps silent is left alone for a while.

    Raises:
        CircuitOpenError: while it is left alone.
    """
    try:
        return policy(SYSTEM, slug).call_sync(_require_answer, port)
    except NoAnswerError as silent:
        return silent.answer
    except Exception as error:
        if is_transient(error):
            return ProbeResult(port=False, status=None)
        raise


def _require_answer(port: int | None) -> ProbeResult:
    answer = ask(port, timeout=time_left(2.0))
    if answer.status is None:
        raise NoAnswerError(answer)
    return answer


def ask(port: int | None, timeout: float = 2.0, address: str = ADDRESS) -> ProbeResult:
    """Get the first page of the app on `port` of this machine, within `timeout` seconds for each read."""
    if port is None or not listens(port, timeout, address):
        return ProbeResult(port=False, status=None)
    connection = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        return ProbeResult(port=True, status=response.status)
    except (OSError, http.client.HTTPException):
        return ProbeResult(port=True, status=None)
    finally:
        connection.close()


def listens(port: int, timeout: float = 1.0, address: str = ADDRESS) -> bool:
    """Whether something accepts connections on `port` of this machine."""
    try:
        with socket.create_connection((address, port), timeout):
            return True
    except OSError:
        return False


@dataclass(frozen=True)
class Usage:
    memory_bytes: int
    """Resident memory of the process and its descendants."""
    cpu_percent: float
    """Of one core, since the last look."""
    uptime_seconds: float


_processes: dict[tuple[int, float], psutil.Process] = {}


def usage(pid: int | None, create_time: float | None) -> Usage | None:
    """What the process tree uses now; None when it does not run."""
    root = find(pid, create_time)
    if root is None or create_time is None:
        return None
    # psutil measures CPU between two calls on one object.
    root = _processes.setdefault((root.pid, create_time), root)
    try:
        tree = [root, *root.children(recursive=True)]
        memory = sum(process.memory_info().rss for process in tree)
        return Usage(memory, root.cpu_percent(), max(0.0, time.time() - root.create_time()))
    except psutil.Error:
        _processes.pop((root.pid, create_time), None)
        return None
