"""Health probes of apps, and their use of memory and CPU."""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass

import psutil

from proto_ddf.hosting.processes import find
from proto_ddf.resilience import policy
from proto_ddf.resilience.deadline import time_left
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.serving.settings import LOOPBACK

SYSTEM = "app"
"""The system of the probes' policies. Each app has its own policy."""


@dataclass(frozen=True)
class Endpoint:
    """Where an app listens, as this machine reaches it."""

    port: int | None
    host: str = LOOPBACK
    has_tls: bool = False
    bearer: str = ""
    """What probes show where people need to sign in."""


@dataclass(frozen=True)
class ProbeResult:
    """The result of a request for an app's first page."""

    port: bool
    """The port accepts connections."""
    status: int | None
    """The HTTP status; None if there was no answer in time."""

    @property
    def http(self) -> bool:
        return self.status == 200


class NoAnswerError(ConnectionError):
    """An app did not answer; `result` is that of the probe."""

    def __init__(self, result: ProbeResult) -> None:
        super().__init__("the app did not answer" if result.port else "nothing listens on its port")
        self.result = result


def probe_app(slug: str, endpoint: Endpoint) -> ProbeResult:
    """Probe the app `slug` through its policy: after repeated failures its circuit breaker refuses probes for a while.

    Raises:
        CircuitOpenError: the breaker is open.
    """
    try:
        return policy(SYSTEM, slug).call_sync(_require_answer, endpoint)
    except NoAnswerError as error:
        return error.result
    except Exception as error:
        if is_transient(error):
            return ProbeResult(port=False, status=None)
        raise


def _require_answer(endpoint: Endpoint) -> ProbeResult:
    result = probe(endpoint, timeout=time_left(2.0))
    if result.status is None:
        raise NoAnswerError(result)
    return result


def probe(endpoint: Endpoint, timeout: float = 2.0) -> ProbeResult:
    """Request the first page, with a timeout in seconds for each read."""
    if endpoint.port is None or not listens(endpoint.port, timeout, endpoint.host):
        return ProbeResult(port=False, status=None)
    connection = _connection(endpoint, timeout)
    try:
        bearer = endpoint.bearer
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        response.read()
        return ProbeResult(port=True, status=response.status)
    except (OSError, http.client.HTTPException):
        return ProbeResult(port=True, status=None)
    finally:
        connection.close()


def _connection(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    if not endpoint.has_tls:
        return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)
    # It is asked on this machine, where its certificate may not be valid.
    context = ssl._create_unverified_context()  # noqa: S323
    return http.client.HTTPSConnection(
        endpoint.host, endpoint.port, timeout=timeout, context=context
    )


def listens(port: int, timeout: float = 1.0, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections on `port` of this machine."""
    try:
        with socket.create_connection((host, port), timeout):
            return True
    except OSError:
        return False


@dataclass(frozen=True)
class Usage:
    memory_bytes: int
    """Resident memory of the process and its descendants."""
    cpu_percent: float
    """Of one core, since the last call."""
    uptime_seconds: float


_processes: dict[tuple[int, float], psutil.Process] = {}


def usage(pid: int | None, create_time: float | None) -> Usage | None:
    """The memory and CPU that the process tree uses now; None if the process does not run."""
    root = find(pid, create_time)
    if root is None or create_time is None:
        return None
    # psutil measures CPU between two calls on the same object.
    root = _processes.setdefault((root.pid, create_time), root)
    try:
        tree = [root, *root.children(recursive=True)]
        memory = sum(process.memory_info().rss for process in tree)
        return Usage(memory, root.cpu_percent(), max(0.0, time.time() - root.create_time()))
    except psutil.Error:
        _processes.pop((root.pid, create_time), None)
        return None
