"""The operating system's errors, by number where they have one, and their kin of the standard library."""

import asyncio
import errno
import os
import socket
import ssl
from typing import Any

from proto_ddf.errors.drivers.finding import Finding

_CODES = {
    errno.ENOSPC: "disk_space_low",
    errno.EDQUOT: "disk_space_low",
    errno.EACCES: "permission_denied",
    errno.EPERM: "permission_denied",
    errno.EROFS: "permission_denied",
    errno.ENOENT: "file_not_found",
    errno.EISDIR: "file_unreadable",
    errno.ENOTDIR: "file_unreadable",
    errno.ENAMETOOLONG: "file_unreadable",
    errno.ELOOP: "file_unreadable",
    errno.EIO: "file_unreadable",
    errno.EADDRINUSE: "port_unavailable",
    errno.ECONNREFUSED: "connection_failed",
    errno.ECONNRESET: "connection_failed",
    errno.ECONNABORTED: "connection_failed",
    errno.EPIPE: "connection_failed",
    errno.ENOTCONN: "connection_failed",
    errno.EHOSTUNREACH: "connection_failed",
    errno.ENETUNREACH: "connection_failed",
    errno.EHOSTDOWN: "connection_failed",
    errno.ETIMEDOUT: "timeout",
}
_PASSING = frozenset({errno.EAGAIN, errno.EINTR, errno.EBUSY})
"""Numbers without a code of their own that pass by themselves."""


def find(error: BaseException) -> Finding | None:
    if isinstance(error, UnicodeDecodeError):
        return Finding("file_encoding", 0.8)
    if isinstance(error, asyncio.IncompleteReadError):
        return Finding("connection_failed", 0.9)
    if isinstance(error, MemoryError):
        return Finding("system_error", 0.9, {"message": "There was not enough memory."})
    return _of_os_error(error) if isinstance(error, OSError) else None


def _of_os_error(error: OSError) -> Finding | None:
    if isinstance(error, ssl.SSLError):
        broken = isinstance(error, ssl.SSLCertVerificationError)
        return Finding("connection_failed", 0.9, transient=False if broken else None)
    if isinstance(error, socket.gaierror):
        return Finding(
            "connection_failed", 1.0, {"reason": "the name of the server could not be resolved"}
        )
    code = _CODES.get(error.errno) if error.errno is not None else None
    if code:
        return Finding(code, 1.0, _context(error))
    if isinstance(error, TimeoutError):
        return Finding("timeout", 0.95)
    if isinstance(error, ConnectionError):
        return Finding("connection_failed", 0.95)
    if isinstance(error, PermissionError):
        return Finding("permission_denied", 0.9, _context(error))
    if isinstance(error, FileNotFoundError):
        return Finding("file_not_found", 0.9, _context(error))
    if error.errno in _PASSING:
        return Finding("system_error", 0.9, _context(error), transient=True)
    return None


def _context(error: OSError) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if error.filename is not None:
        context["path"] = (
            os.fsdecode(error.filename)
            if isinstance(error.filename, bytes | str)
            else error.filename
        )
    if error.errno is not None:
        context["reason"] = os.strerror(error.errno).lower()
    return context
