"""gRPC's errors, by status code: https://grpc.io/docs/guides/status-codes/.

An error of a call, sync or of grpc.aio, has `code()` and `details()`. They are read without importing grpcio.
"""

import re
from collections.abc import Mapping
from typing import Any

from proto_ddf.errors.codes.error_types import ErrorType
from proto_ddf.errors.drivers import network
from proto_ddf.errors.drivers.finding import Finding

_CODES = {
    "UNAVAILABLE": "connection_failed",
    "DEADLINE_EXCEEDED": "timeout",
    "UNAUTHENTICATED": "authentication_failed",
    "PERMISSION_DENIED": "access_denied",
}
_TRANSIENT = frozenset({"RESOURCE_EXHAUSTED", "ABORTED", "INTERNAL", "UNKNOWN"})
"""Statuses without a code in the catalogue after which a retry may help. After all others it does not."""

_TYPES: Mapping[str, ErrorType] = {
    "CANCELLED": "unknown",
    "INVALID_ARGUMENT": "data",
    "NOT_FOUND": "configuration",
    "ALREADY_EXISTS": "data",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "FAILED_PRECONDITION": "data",
    "OUT_OF_RANGE": "data",
    "UNIMPLEMENTED": "configuration",
    "DATA_LOSS": "data",
}
"""The types of statuses without a code in the catalogue; that of all others is external_service."""

_NO_SUCH_NAME = re.compile(r"name not found|NXDOMAIN|not known|no address", re.IGNORECASE)
_OTHER_HOST = re.compile(r"is not in peer certificate|Hostname Verification Check failed", re.I)


def find(error: BaseException) -> Finding | None:
    if type(error).__name__ == "FutureTimeoutError":  # of grpc.channel_ready_future
        return Finding("timeout", 0.95)
    status = _status(error)
    if status is None:
        return None
    details = _details(error)
    if status == "UNAVAILABLE" and (finding := _of_unavailable(details)):
        return finding
    if code := _CODES.get(status):
        return Finding(code, 1.0, {"reason": details} if details else {})
    message = f"The server answered with status {status}{f' ({details})' if details else ''}."
    return Finding(
        "integration_error",
        1.0,
        {"message": message},
        transient=status in _TRANSIENT,
        type=_TYPES.get(status),
    )


def _of_unavailable(details: str) -> Finding | None:
    """A server that does not become available by waiting: its name is unknown, or its certificate is refused."""
    if "DNS resolution failed" in details:
        unknown = _NO_SUCH_NAME.search(details) is not None
        return Finding("host_unknown" if unknown else "host_lookup_failed", 0.9)
    if _OTHER_HOST.search(details):
        return Finding("tls_wrong_host", 0.9)
    inner = network.find_in_text(details)
    return inner if inner is not None and inner.code.startswith("tls_") else None


def _status(error: Any) -> str | None:
    code = getattr(error, "code", None)
    name = getattr(code(), "name", None) if callable(code) else None
    return name if isinstance(name, str) else None


def _details(error: Any) -> str:
    details = getattr(error, "details", None)
    text = details() if callable(details) else None
    return text.strip().rstrip(".") if isinstance(text, str) else ""
