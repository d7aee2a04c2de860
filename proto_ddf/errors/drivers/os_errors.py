"""Errors of the operating system, by number or class, and similar errors of the standard library."""

import asyncio
import errno
import os
import re
import shutil
from collections.abc import Mapping
from typing import Any

from proto_ddf.errors.codes.error_types import ErrorType
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
    errno.EADDRINUSE: "port_in_use",
    errno.EMFILE: "too_many_open_files",
    errno.ENFILE: "too_many_open_files",
    errno.ENOMEM: "out_of_memory",
    errno.ECONNREFUSED: "connection_failed",
    errno.ECONNRESET: "connection_failed",
    errno.ECONNABORTED: "connection_failed",
    errno.EPIPE: "connection_failed",
    errno.ENOTCONN: "connection_failed",
    errno.EHOSTUNREACH: "connection_failed",
    errno.ENETUNREACH: "connection_failed",
    errno.EHOSTDOWN: "connection_failed",
    errno.ENETDOWN: "connection_failed",
    errno.ENETRESET: "connection_failed",
    errno.ESHUTDOWN: "connection_failed",
    errno.ETIMEDOUT: "timeout",
}
_TRANSIENT = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.EDEADLK,
        errno.EINTR,
        errno.ENOBUFS,
        errno.ENOLCK,
        errno.ETXTBSY,
    }
)
"""Transient numbers without a code in the catalogue."""
_WRONG_PATH = frozenset(
    {
        errno.EEXIST,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOTDIR,
        errno.ENOTEMPTY,
        errno.EXDEV,
    }
)
"""A path that was given does not fit what it is used for."""
_OTHER_TYPES: Mapping[int, ErrorType] = {
    errno.EADDRNOTAVAIL: "configuration",
    errno.EAFNOSUPPORT: "configuration",
    errno.EFBIG: "resource",
    errno.EMLINK: "resource",
    errno.ENODEV: "configuration",
    errno.ENOEXEC: "configuration",
    errno.ENOSYS: "configuration",
    errno.ENXIO: "configuration",
    errno.EOPNOTSUPP: "configuration",
    errno.ESTALE: "resource",
}
"""The types of further numbers without a code in the catalogue."""
_CLASSES = (
    (TimeoutError, "timeout"),
    (ConnectionError, "connection_failed"),
    (PermissionError, "permission_denied"),
    (FileNotFoundError, "file_not_found"),
)


_NUMBERED = re.compile(r"\[Errno (\d{1,4})\]")


def find(error: BaseException) -> Finding | None:
    if isinstance(error, UnicodeDecodeError):
        return Finding("file_encoding", 0.8)
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        reason = {"reason": "no further thread can be started"}
        return Finding("system_error", 0.9, reason, transient=True, type="resource")
    if isinstance(error, UnicodeEncodeError):
        return Finding("value_refused", 0.8, {"reason": "it has characters that cannot be encoded"})
    if isinstance(error, asyncio.IncompleteReadError):
        return Finding("connection_failed", 0.9)
    if isinstance(error, MemoryError):
        return Finding("out_of_memory", 0.95)
    if isinstance(error, shutil.SameFileError):
        return Finding("system_error", 0.9, {"reason": str(error)}, type="configuration")
    if isinstance(error, shutil.Error):
        return _of_copies(error)
    return _by_number_or_class(error) if isinstance(error, OSError) else None


def by_number(number: int, context: Mapping[str, Any] | None = None) -> Finding | None:
    """The finding for an errno, None if there is none."""
    known = {"reason": os.strerror(number).lower(), **(context or {})}
    kind: ErrorType | None = "configuration" if number in _WRONG_PATH else None
    if code := _CODES.get(number):
        return Finding(code, 1.0, known, type="resource" if number == errno.EIO else kind)
    if number in _TRANSIENT:
        return Finding("system_error", 0.9, known, transient=True, type="resource")
    kind = kind or _OTHER_TYPES.get(number)
    return Finding("system_error", 0.9, known, type=kind) if kind else None


def _by_number_or_class(error: OSError) -> Finding | None:
    context = _context(error)
    if isinstance(error.errno, int) and (finding := by_number(error.errno, context)):
        return finding
    for kind, code in _CLASSES:
        if isinstance(error, kind):
            return Finding(code, 0.95, context)
    return None


def _of_copies(error: shutil.Error) -> Finding | None:
    """shutil.copytree collects (source, destination, text of the error) of each file. The first error is used."""
    number = _NUMBERED.search(str(error)) if isinstance(error.args[0], list) else None
    return by_number(int(number[1])) if number else None


def _context(error: OSError) -> dict[str, Any]:
    if isinstance(error.filename, bytes | str):
        return {"path": os.fsdecode(error.filename)}
    return {} if error.filename is None else {"path": error.filename}
