"""httpx's errors: those of transport pass by themselves, of statuses only some."""

import httpx

from proto_ddf.errors.drivers.finding import Finding

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that a retry may mend."""


def find(error: BaseException) -> Finding | None:
    if isinstance(error, httpx.HTTPStatusError):
        return _of_status(error)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return Finding(
            "invalid_value", 0.9, {"message": "This is not an address that can be used."}
        )
    if isinstance(error, httpx.TimeoutException):
        return Finding("timeout", 1.0, _host(error))
    if isinstance(error, httpx.LocalProtocolError):
        return Finding("integration_error", 0.9, _host(error))
    if isinstance(error, httpx.TransportError):
        return Finding("connection_failed", 1.0, _host(error))
    if isinstance(error, httpx.HTTPError):
        return Finding("integration_error", 0.7)
    return None


def _of_status(error: httpx.HTTPStatusError) -> Finding:
    status = error.response.status_code
    host = _host(error)
    if status in (401, 403, 407):
        return Finding("authentication_failed", 1.0, host)
    who = host.get("system", "The server")
    message = f"{who} answered with status {status} ({error.response.reason_phrase})."
    return Finding(
        "integration_error", 1.0, {**host, "message": message}, transient=status in _BUSY
    )


def _host(error: httpx.HTTPError) -> dict[str, str]:
    try:
        host = error.request.url.host
    except RuntimeError:  # httpx: "The .request property has not been set."
        return {}
    return {"system": host} if host else {}
