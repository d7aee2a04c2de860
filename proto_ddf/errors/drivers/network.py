"""Names that cannot be looked up and encryption that fails, also inside the errors of drivers that pass them on."""

import re
import socket
import ssl
from collections.abc import Iterator

from proto_ddf.errors.drivers import os_errors
from proto_ddf.errors.drivers.finding import Finding

_PASSING_LOOK_UPS = frozenset({socket.EAI_AGAIN, socket.EAI_SYSTEM, socket.EAI_MEMORY})
"""Numbers of getaddrinfo(3) that say nothing about the name."""
_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_HOST = frozenset({62, 64})
"""Numbers of OpenSSL: X509_STORE_CTX_get_error(3), section ERROR CODES."""
_CUT_OFF = ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError
_MAX_LINKS = 20

_ERRNO = re.compile(r"\[Errno (-?\d{1,4})\]")
_REFUSED_CERTIFICATE = re.compile(r"certificate[ _]verify[ _]failed", re.IGNORECASE)
_OTHER_HOST = re.compile(
    r"hostname mismatch|IP address mismatch|doesn't match|does not match", re.I
)
_NOT_VALID = re.compile(r"has expired|not yet valid", re.IGNORECASE)
_CUT_OFF_TEXT = re.compile(r"EOF occurred|UNEXPECTED_EOF", re.IGNORECASE)
_TLS = re.compile(r"\[SSL[:\]]|SSL_ERROR_SSL")


def find(error: BaseException) -> Finding | None:
    if isinstance(error, ssl.SSLError):
        return of_tls(error)
    return of_look_up(error.errno) if isinstance(error, socket.gaierror) else None


def inside(error: BaseException) -> Finding | None:
    """What the error that a driver's error was explicitly raised from says."""
    for link in _causes(error):
        if isinstance(link, OSError) and (finding := find(link) or os_errors.find(link)):
            return finding
    return None


def in_text(text: str) -> Finding | None:
    """The same where only its text was passed on, as Python and OpenSSL write it."""
    if _REFUSED_CERTIFICATE.search(text):
        return Finding(_of_certificate_text(text), 0.9)
    if _CUT_OFF_TEXT.search(text):
        return Finding("connection_failed", 0.9)
    if _TLS.search(text):
        return Finding("tls_failed", 0.9)
    if number := _ERRNO.search(text):
        value = int(number[1])
        return of_look_up(value) if value < 0 else os_errors.by_number(value)
    return None


def of_look_up(number: int | None) -> Finding:
    """A name that was looked up in vain; `number` is getaddrinfo's."""
    if number in _PASSING_LOOK_UPS:
        return Finding("host_lookup_failed", 1.0)
    return Finding("host_unknown", 1.0)


def of_tls(error: ssl.SSLError) -> Finding:
    """A handshake that failed. Only a connection that was cut off passes by itself."""
    if isinstance(error, _CUT_OFF):
        return Finding("connection_failed", 0.95)
    words = (getattr(error, "verify_message", "") or error.reason or "").replace("_", " ").lower()
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
    """What it was explicitly raised from, nearest first. PyMySQL keeps it as `original_exception`; several
    addresses of one host make a group."""
    waiting = [getattr(error, "original_exception", None), error.__cause__]
    for _ in range(_MAX_LINKS):
        link = next((one for one in waiting if isinstance(one, BaseException)), None)
        if link is None:
            return
        waiting = waiting[waiting.index(link) + 1 :]
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting = [*link.exceptions, *waiting]
        waiting.append(link.__cause__)
