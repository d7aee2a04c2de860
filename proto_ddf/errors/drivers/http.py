"""httpx's errors. Transport errors are classified by the error of the operating system or OpenSSL, responses by their
status."""

import re
from dataclasses import replace

import httpx

from proto_ddf.errors.drivers import http_status, network
from proto_ddf.errors.drivers.finding import Finding

_PROXY_STATUS = re.compile(r"([1-5]\d\d)\b")


def find(error: BaseException) -> Finding | None:
    if isinstance(error, httpx.HTTPStatusError):
        return _of_status(error.response.status_code, error, error.response.reason_phrase)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        message = "This address cannot be used."
        return Finding("invalid_value", 0.9, {"message": message}, type="configuration")
    if isinstance(error, httpx.TimeoutException):
        return Finding("timeout", 1.0, _host(error))
    if isinstance(error, httpx.LocalProtocolError):
        return Finding("integration_error", 0.9, _host(error), type="data")
    if isinstance(error, httpx.TooManyRedirects):
        message = "The server redirects without end."
        return Finding("integration_error", 0.9, {**_host(error), "message": message})
    if isinstance(error, httpx.DecodingError):
        message = "The server's answer cannot be decoded."
        return Finding("integration_error", 0.9, {**_host(error), "message": message}, type="data")
    if isinstance(error, httpx.ProxyError) and (status := _PROXY_STATUS.match(str(error))):
        return _of_status(int(status[1]), error, "from the proxy")
    if isinstance(error, httpx.RemoteProtocolError) and str(error).startswith("illegal"):
        message = "The server's answer is not HTTP."
        return Finding("integration_error", 0.9, {**_host(error), "message": message})
    if isinstance(error, httpx.TransportError):
        return _of_transport(error)
    if isinstance(error, httpx.HTTPError):
        return Finding("integration_error", 0.7)
    return None


def _of_transport(error: httpx.TransportError) -> Finding:
    inner = network.find_in_causes(error) or network.find_in_text(str(error))
    if inner is None or inner.code == "connection_failed":
        return Finding("connection_failed", 1.0, _host(error))
    host = _host(error)
    named = {"host": host["system"]} if host else {}
    return replace(inner, context={**inner.context, **host, **named})


def _of_status(status: int, error: httpx.HTTPError, words: str) -> Finding:
    return http_status.find(status, {**_host(error), **_retry_after(error)}, words)


def _retry_after(error: httpx.HTTPError) -> dict[str, str]:
    response = getattr(error, "response", None)
    seconds = response.headers.get("retry-after", "") if response is not None else ""
    return {"retry_after": seconds} if seconds.isascii() and seconds.isdigit() else {}


def _host(error: httpx.HTTPError) -> dict[str, str]:
    try:
        host = error.request.url.host
    except RuntimeError:  # httpx: "The .request property has not been set."
        return {}
    return {"system": host} if host else {}
