"""psycopg's errors, by SQLSTATE (PostgreSQL docs, appendix A), which does not depend on the server's language; without
one, by the text of libpq.

psycopg gives no SQLSTATE when signing in fails; `sources.servers.postgres.session` finds it.
"""

import re

from proto_ddf.errors.drivers import network
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.drivers.server_text import NamedObject, ServerText

SYSTEM = "PostgreSQL"

_CODES = {
    "28P01": "authentication_failed",
    "28000": "login_not_allowed",
    "3D000": "database_unknown",
    "42501": "table_not_allowed",
    "42P06": "value_refused",
    "42P07": "value_refused",
    "42710": "value_refused",
    "42P01": "table_unknown",
    "42703": "source_changed",
    "3F000": "source_changed",
    "25006": "server_read_only",
    "25P02": "app_code_error",
    "0A000": "query_invalid",
    "2BP01": "value_refused",
    "54000": "value_refused",
    "53000": "too_many_connections",
    "53200": "too_many_connections",
    "53300": "too_many_connections",
    "53100": "disk_space_low",
    "55000": "database_not_allowed",
    "55P03": "query_timeout",
    "57014": "query_timeout",
    "57P01": "server_stopping",
    "57P02": "server_stopping",
    "57P03": "server_starting",
    "57P04": "database_unknown",
    "57P05": "connection_lost",
    "08P01": "integration_error",
}
_CLASSES = {
    "08": "connection_lost",
    "22": "value_refused",
    "23": "value_refused",
    "42": "query_invalid",
    "58": "integration_error",
}
"""For other states, by the first two characters."""
_TRANSIENT = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock, which have no code in the catalogue."""

_TEXTS = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"no password supplied", "password_missing"),
        (r"password authentication failed", "authentication_failed"),
        (
            r"no pg_hba\.conf entry|pg_hba\.conf rejects|is not permitted to log in|role .* does not exist",
            "login_not_allowed",
        ),
        (r"database .* does not exist", "database_unknown"),
        (r"permission denied for database", "database_not_allowed"),
        (r"too many (clients|connections)|remaining connection slots", "too_many_connections"),
        (r"is starting up|not yet accepting|in recovery mode", "server_starting"),
        (r"is shutting down|terminating connection", "server_stopping"),
        (r"does not support SSL", "tls_refused"),
        (r"certificate has expired|certificate is not yet valid", "tls_expired"),
        (r"root certificate file|certificate verify failed", "tls_untrusted"),
        (r"does not match host name", "tls_wrong_host"),
        (
            r"invalid response to (SSL|GSS\w*) negotiation|expected authentication request",
            "wrong_server",
        ),
        (r"No route to host|Network is unreachable", "host_unreachable"),
        (
            r"Connection refused|connection to server on socket .{1,300} failed: No such file",
            "port_closed",
        ),
        (r"timeout expired|Connection timed out|timed out", "host_silent"),
        (
            r"server closed the connection|connection (is|was|has been) (closed|lost)|connection reset"
            r"|broken pipe|EOF detected|socket closed|no connection to the server|connection not open"
            r"|consuming input failed|sending (query|prepared query)? ?failed|could not (receive|send) data"
            r"|unexpected eof",
            "connection_lost",
        ),
        (r"SSL (SYSCALL )?error", "tls_failed"),
    )
)
_LOOKUP = re.compile(r"could not translate host name|failed to resolve host", re.IGNORECASE)
_WRONG_OPTION = re.compile(
    r"in connection info string|invalid connection option|invalid (?:connection )?URI|connection option|invalid \w{1,40} value: "
)
_TRANSIENT_LOOKUP = re.compile(r"temporary failure|memory allocation|system error", re.IGNORECASE)
_DENIED = re.compile(r"permission denied for (?:materialized |foreign )?(?:table|view) (.+)")
_UNKNOWN_TABLE = re.compile(r'relation "(.+?)" does not exist')
_UNKNOWN_COLUMN = re.compile(r"column (.+?) does not exist")
_TEXT = ServerText(
    SYSTEM,
    SYSTEM,
    {
        "table_not_allowed": NamedObject("table", _DENIED),
        "table_unknown": NamedObject("table", _UNKNOWN_TABLE),
        "source_changed": NamedObject("reason", _UNKNOWN_COLUMN, "the column {} is missing"),
    },
    frozenset({"query_timeout", "server_stopping"}),
)


def find(error: BaseException) -> Finding:
    sqlstate, text = getattr(error, "sqlstate", None), _first_line(error)
    if type(error).__name__ == "ConnectionTimeout":
        return Finding("host_silent", 0.95, {"system": SYSTEM})
    if isinstance(sqlstate, str) and (finding := by_sqlstate(sqlstate, text)):
        return finding
    if type(error).__name__ in {"OperationalError", "InterfaceError", "DatabaseError"}:
        if _LOOKUP.search(text):
            return _of_lookup(text)
        for pattern, code in _TEXTS:
            if pattern.search(text):
                return Finding(code, 0.85, {"system": SYSTEM, "reason": text})
    if _WRONG_OPTION.search(text):
        return Finding("configuration_invalid", 0.9, {"reason": text})
    return Finding("integration_error", 0.6, {"system": SYSTEM, "message": _TEXT.quote(text)})


def _of_lookup(text: str) -> Finding:
    """psycopg gives the number of getaddrinfo, libpq only its text."""
    known = network.find_in_text(text)
    transient = _TRANSIENT_LOOKUP.search(text) is not None
    code = known.code if known else "host_lookup_failed" if transient else "host_unknown"
    return Finding(code, 0.85, {"system": SYSTEM, "reason": text})


def by_sqlstate(sqlstate: str | bytes, text: str) -> Finding | None:
    """The finding for an SQLSTATE, None if there is none. Names are read from `text`, the server's message."""
    state = sqlstate.decode("ascii", "replace") if isinstance(sqlstate, bytes) else sqlstate
    if state in _TRANSIENT:
        return Finding(
            "integration_error", 1.0, _TEXT.context("integration_error", text), transient=True
        )
    code = _CODES.get(state) or _CLASSES.get(state[:2])
    if code is None:
        return None
    if state == "57P03" and "shutting down" in text:
        code = "server_stopping"
    return Finding(code, 1.0, _TEXT.context(code, text))


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")
