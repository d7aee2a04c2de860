"""The last resort: classification by the text of an exception."""

import re

from proto_ddf.errors.drivers.finding import Finding

_CONFIDENCE = 0.5

_PATTERNS = tuple(
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

PROGRAMMING_ERRORS = (
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
"""Errors in the code. Their text may quote any value, so it says nothing about the cause."""


def is_programming_error(error: BaseException) -> bool:
    """Whether the error comes from a mistake in the code, so that a retry cannot help."""
    return isinstance(error, PROGRAMMING_ERRORS) and not isinstance(error, OSError)


def find(error: BaseException) -> Finding | None:
    if not isinstance(error, Exception) or is_programming_error(error):
        return None
    text = str(error)
    for pattern, code in _PATTERNS:
        if pattern.search(text):
            return Finding(code, _CONFIDENCE)
    return None
