"""The last resort: what an exception's text sounds like."""

import re

from proto_ddf.errors.drivers.finding import Finding

_CONFIDENCE = 0.5

_SOUNDS = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"no space left on device|disk (is )?full|disk quota exceeded|ENOSPC", "disk_space_low"),
        (r"permission denied|operation not permitted|EACCES", "permission_denied"),
        (r"address already in use|EADDRINUSE|port \d+ is (already )?in use", "port_in_use"),
        (r"database (table )?is locked", "sqlite_locked"),
        (r"file is not a database", "sqlite_not_a_database"),
        (
            r"authentication failed|access denied for user|invalid (user ?name|password|credentials)"
            r"|login failed",
            "authentication_failed",
        ),
        (
            r"connection (was )?(refused|reset|closed|aborted|lost)|broken pipe|connect call failed"
            r"|network is unreachable|no route to host|server closed the connection"
            r"|name resolution|ECONNREFUSED|ECONNRESET",
            "connection_failed",
        ),
        (r"timed out|timeout (expired|exceeded|reached)|ETIMEDOUT", "timeout"),
        (r"no such file or directory|ENOENT", "file_not_found"),
    )
)

OWN_MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""Errors of this program. Their text quotes what they met; it says nothing about why they failed."""


def is_own_mistake(error: BaseException) -> bool:
    """Whether the program that raised it is wrong: it fails again however often it is tried."""
    return isinstance(error, OWN_MISTAKES) and not isinstance(error, OSError)


def find(error: BaseException) -> Finding | None:
    if not isinstance(error, Exception) or is_own_mistake(error):
        return None
    text = str(error)
    for pattern, code in _SOUNDS:
        if pattern.search(text):
            return Finding(code, _CONFIDENCE)
    return None
