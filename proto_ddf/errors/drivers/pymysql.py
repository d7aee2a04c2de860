"""PyMySQL's errors, by number, which does not depend on the server's language (MySQL 8.4 Error Reference; MariaDB
Error Codes)."""

import re
from dataclasses import replace

from proto_ddf.errors.drivers import network
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.drivers.server_text import NamedObject, ServerText

SYSTEM = "MySQL or MariaDB"

_CODES = {
    1007: "value_refused",  # ER_DB_CREATE_EXISTS
    1021: "disk_space_low",  # ER_DISK_FULL
    1040: "too_many_connections",  # ER_CON_COUNT_ERROR
    1041: "too_many_connections",  # ER_OUT_OF_RESOURCES
    1044: "database_not_allowed",  # ER_DBACCESS_DENIED_ERROR
    1045: "authentication_failed",  # ER_ACCESS_DENIED_ERROR
    1046: "database_unknown",  # ER_NO_DB_ERROR
    1048: "value_refused",  # ER_BAD_NULL_ERROR
    1049: "database_unknown",  # ER_BAD_DB_ERROR
    1050: "value_refused",  # ER_TABLE_EXISTS_ERROR
    1051: "table_unknown",  # ER_BAD_TABLE_ERROR
    1052: "query_invalid",  # ER_NON_UNIQ_ERROR
    1053: "server_stopping",  # ER_SERVER_SHUTDOWN
    1054: "source_changed",  # ER_BAD_FIELD_ERROR
    1055: "query_invalid",  # ER_WRONG_FIELD_WITH_GROUP
    1060: "value_refused",  # ER_DUP_FIELDNAME
    1061: "value_refused",  # ER_DUP_KEYNAME
    1062: "value_refused",  # ER_DUP_ENTRY
    1064: "query_invalid",  # ER_PARSE_ERROR
    1077: "server_stopping",  # ER_NORMAL_SHUTDOWN
    1079: "server_stopping",  # ER_SHUTDOWN_COMPLETE
    1091: "source_changed",  # ER_CANT_DROP_FIELD_OR_KEY
    1111: "query_invalid",  # ER_INVALID_GROUP_FUNC_USE
    1114: "disk_space_low",  # ER_RECORD_FILE_FULL
    1129: "login_not_allowed",  # ER_HOST_IS_BLOCKED
    1130: "login_not_allowed",  # ER_HOST_NOT_PRIVILEGED
    1135: "too_many_connections",  # ER_CANT_CREATE_THREAD
    1136: "value_refused",  # ER_WRONG_VALUE_COUNT_ON_ROW
    1142: "table_not_allowed",  # ER_TABLEACCESS_DENIED_ERROR
    1143: "table_not_allowed",  # ER_COLUMNACCESS_DENIED_ERROR
    1146: "table_unknown",  # ER_NO_SUCH_TABLE
    1149: "query_invalid",  # ER_SYNTAX_ERROR
    1153: "value_refused",  # ER_NET_PACKET_TOO_LARGE
    1158: "connection_lost",  # ER_NET_READ_ERROR
    1159: "connection_lost",  # ER_NET_READ_INTERRUPTED
    1160: "connection_lost",  # ER_NET_ERROR_ON_WRITE
    1161: "connection_lost",  # ER_NET_WRITE_INTERRUPTED
    1184: "connection_lost",  # ER_NEW_ABORTING_CONNECTION
    1193: "configuration_invalid",  # ER_UNKNOWN_SYSTEM_VARIABLE
    1203: "too_many_connections",  # ER_TOO_MANY_USER_CONNECTIONS
    1205: "query_timeout",  # ER_LOCK_WAIT_TIMEOUT
    1226: "too_many_connections",  # ER_USER_LIMIT_REACHED
    1227: "table_not_allowed",  # ER_SPECIFIC_ACCESS_DENIED_ERROR
    1231: "configuration_invalid",  # ER_WRONG_VALUE_FOR_VAR
    1241: "query_invalid",  # ER_OPERAND_COLUMNS
    1242: "value_refused",  # ER_SUBQUERY_NO_1_ROW
    1251: "login_not_allowed",  # ER_NOT_SUPPORTED_AUTH_MODE
    1264: "value_refused",  # ER_WARN_DATA_OUT_OF_RANGE
    1265: "value_refused",  # WARN_DATA_TRUNCATED
    1290: "server_read_only",  # ER_OPTION_PREVENTS_STATEMENT
    1292: "value_refused",  # ER_TRUNCATED_WRONG_VALUE
    1305: "query_invalid",  # ER_SP_DOES_NOT_EXIST
    1317: "query_timeout",  # ER_QUERY_INTERRUPTED
    1356: "table_not_allowed",  # ER_VIEW_INVALID: something is missing, or the view's definer may not read it
    1364: "value_refused",  # ER_NO_DEFAULT_FOR_FIELD
    1366: "value_refused",  # ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
    1370: "table_not_allowed",  # ER_PROCACCESS_DENIED_ERROR
    1406: "value_refused",  # ER_DATA_TOO_LONG
    1451: "value_refused",  # ER_ROW_IS_REFERENCED_2
    1452: "value_refused",  # ER_NO_REFERENCED_ROW_2
    1690: "value_refused",  # ER_DATA_OUT_OF_RANGE
    1698: "authentication_failed",  # ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    1792: "server_read_only",  # ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    1820: "login_not_allowed",  # ER_MUST_CHANGE_PASSWORD
    1836: "server_read_only",  # ER_READ_ONLY_MODE
    1862: "login_not_allowed",  # ER_MUST_CHANGE_PASSWORD_LOGIN
    1927: "connection_lost",  # ER_CONNECTION_KILLED, MariaDB
    1969: "query_timeout",  # ER_STATEMENT_TIMEOUT, MariaDB
    2002: "port_closed",  # CR_CONNECTION_ERROR
    2003: "port_closed",  # CR_CONN_HOST_ERROR
    2005: "host_unknown",  # CR_UNKNOWN_HOST
    2006: "connection_lost",  # CR_SERVER_GONE_ERROR
    2013: "connection_lost",  # CR_SERVER_LOST
    2026: "tls_refused",  # CR_SSL_CONNECTION_ERROR: from PyMySQL if the server has no encryption
    2055: "connection_lost",  # CR_SERVER_LOST_EXTENDED
    2059: "login_not_allowed",  # CR_AUTH_PLUGIN_CANNOT_LOAD
    3024: "query_timeout",  # ER_QUERY_TIMEOUT
    3118: "login_not_allowed",  # ER_ACCOUNT_HAS_BEEN_LOCKED
    3140: "value_refused",  # ER_INVALID_JSON_TEXT
    3159: "tls_required",  # ER_SECURE_TRANSPORT_REQUIRED
    3169: "connection_lost",  # ER_SESSION_WAS_KILLED
    3819: "value_refused",  # ER_CHECK_CONSTRAINT_VIOLATED
    3955: "login_not_allowed",  # ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK
    4025: "value_refused",  # ER_CONSTRAINT_FAILED, MariaDB
    4031: "connection_lost",  # ER_CLIENT_INTERACTION_TIMEOUT
    4151: "login_not_allowed",  # ER_ACCOUNT_HAS_BEEN_LOCKED, MariaDB
}
_CANNOT_CONNECT = 2003
"""CR_CONN_HOST_ERROR: PyMySQL uses it whenever it cannot connect."""
_DEADLOCK = 1213
"""ER_LOCK_DEADLOCK: transient, and without a code in the catalogue."""
_TIMED_OUT = "timed out"
"""Python's text, inside PyMySQL's, if no answer came within `read_timeout`."""
_DENIED = re.compile(r"for table [`']([^`']+)[`'](?:\.`([^`]+)`)?")
_UNKNOWN_TABLE = re.compile(r"Table '(?:[^'.]+\.)?([^']+)' doesn't exist")
_UNKNOWN_COLUMN = re.compile(r"Unknown column '([^']+)'")
_TEXT = ServerText(
    SYSTEM,
    "The server",
    {
        "table_not_allowed": NamedObject("table", _DENIED),
        "table_unknown": NamedObject("table", _UNKNOWN_TABLE),
        "source_changed": NamedObject("reason", _UNKNOWN_COLUMN, "the column “{}” is missing"),
    },
    frozenset({"connection_lost", "query_timeout", "server_stopping"}),
)


def find(error: BaseException) -> Finding:
    number = error.args[0] if error.args else None
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if number == _CANNOT_CONNECT and (finding := _of_cause(error, text)):
        return finding
    if isinstance(number, int) and (finding := by_number(number, text)):
        return finding
    if type(error).__name__ == "InterfaceError" or "Already closed" in text:
        return Finding("connection_lost", 0.9, {"system": SYSTEM})
    if type(error).__name__ == "InternalError" and "sequence number" in text:
        return Finding(
            "connection_lost", 0.9, {"system": SYSTEM, "reason": "its answer cannot be read"}
        )
    return Finding("integration_error", 0.6, {"system": SYSTEM, "message": _TEXT.quote(text)})


def _of_cause(error: BaseException, text: str) -> Finding | None:
    """Why there is no connection, if the cause is not the port but the host's name, TLS or this machine."""
    inner = network.find_in_causes(error) or network.find_in_text(text)
    if inner is None or inner.code in {"connection_failed", "file_not_found", "timeout"}:
        return None
    return replace(inner, context={"system": SYSTEM, **inner.context})


def by_number(number: int, text: str) -> Finding | None:
    """The finding for an error number, None if there is none. Names are read from `text`, the server's message."""
    if number == _DEADLOCK:
        return Finding(
            "integration_error", 1.0, _TEXT.context("integration_error", text), transient=True
        )
    code = _CODES.get(number)
    if code is None:
        return None
    if number in {2003, 2006, 2013} and _TIMED_OUT in text:
        return Finding("host_silent", 0.95, {"system": SYSTEM})
    return Finding(code, 1.0, _TEXT.context(code, text))
