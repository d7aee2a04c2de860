"""Errors of name lookup and TLS, also inside the errors of drivers."""

import re
import socket
import ssl
from collections.abc import Iterator

from proto_ddf.errors.drivers import os_errors
from proto_ddf.errors.drivers.finding import Finding

_TRANSIENT_LOOKUPS = frozenset({socket.EAI_AGAIN, socket.EAI_SYSTEM, socket.EAI_MEMORY})
"""Numbers of getaddrinfo(3) that say nothing about the name."""
_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_HOST = frozenset({62, 64})
"""Numbers of OpenSSL: X509_STORE_CTX_get_error(3), section ERROR CODES."""
_CONNECTION_CLOSED = ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError
_MAX_CHAIN = 20

_ERRNO = re.compile(r"\[Errno (-?\d{1,4})\]")
_REFUSED_CERTIFICATE = re.compile(r"certificate[ _]verify[ _]failed", re.IGNORECASE)
_OTHER_HOST = re.compile(
    r"hostname mismatch|IP address mismatch|doesn't match|does not match", re.I
)
_NOT_VALID = re.compile(r"has expired|not yet valid", re.IGNORECASE)
_CONNECTION_CLOSED_TEXT = re.compile(r"EOF occurred|UNEXPECTED_EOF", re.IGNORECASE)
_TLS = re.compile(r"\[SSL[:\]]|SSL_ERROR_SSL")


def find(error: BaseException) -> Finding | None:
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    return _of_lookup(error.errno) if isinstance(error, socket.gaierror) else None


def find_in_causes(error: BaseException) -> Finding | None:
    """The finding for an explicit cause of a driver's error."""
    for link in _causes(error):
        if isinstance(link, OSError) and (finding := find(link) or os_errors.find(link)):
            return finding
    return None


def find_in_text(text: str) -> Finding | None:
    """The finding for the text of an error of Python or OpenSSL, for drivers that pass on only the text."""
    if _REFUSED_CERTIFICATE.search(text):
        return Finding(_of_certificate_text(text), 0.9)
    if _CONNECTION_CLOSED_TEXT.search(text):
        return Finding("connection_failed", 0.9)
    if _TLS.search(text):
        return Finding("tls_failed", 0.9)
    if number := _ERRNO.search(text):
        value = int(number[1])
        return _of_lookup(value) if value < 0 else os_errors.by_number(value)
    return None


def _of_lookup(number: int | None) -> Finding:
    """A failed name lookup; `number` is getaddrinfo's."""
    if number in _TRANSIENT_LOOKUPS:
        return Finding("host_lookup_failed", 1.0)
    return Finding("host_unknown", 1.0)


def _of_tls(error: ssl.SSLError) -> Finding:
    """A failed TLS handshake. Only a closed connection is transient."""
    if isinstance(error, _CONNECTION_CLOSED):
        return Finding("connection_failed", 0.95)
    words = (
        (getattr(error, "verify_message", "") or getattr(error, "reason", "") or "")
        .replace("_", " ")
        .lower()
    )
    context = {"reason": words} if words else {}
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Finding("tls_failed", 0.95, context)
    number = getattr(error, "verify_code", 0)
    if number in _WRONG_HOST:
        return Finding("tls_wrong_host", 1.0)
    if number in {_EXPIRED, _NOT_YET_VALID}:
        reason = "has expired" if number == _EXPIRED else "is not valid yet"
        return Finding("tls_expired", 1.0, {"reason": reason})
    return Finding(
        _of_certificate_text(str(error)) if not number else "tls_untrusted", 1.0, context
    )


def _of_certificate_text(text: str) -> str:
    if _OTHER_HOST.search(text):
        return "tls_wrong_host"
    return "tls_expired" if _NOT_VALID.search(text) else "tls_untrusted"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The explicit causes, nearest first. PyMySQL keeps one in `original_exception`. If a host has several addresses,
    the cause is an exception group."""
    waiting = [getattr(error, "original_exception", None), error.__cause__]
    for _ in range(_MAX_CHAIN):
        link = next((one for one in waiting if isinstance(one, BaseException)), None)
        if link is None:
            return
        waiting = waiting[waiting.index(link) + 1 :]
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting = [*link.exceptions, *waiting]
        waiting.append(link.__cause__)
