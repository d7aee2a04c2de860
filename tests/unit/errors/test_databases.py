"""The errors of psycopg and PyMySQL, by number and by text."""

import psycopg
import pymysql
import pytest

from proto_ddf.errors import classify
from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.errors.drivers import psycopg as of_psycopg
from proto_ddf.errors.drivers import pymysql as of_pymysql

FATAL = 'connection to server at "127.0.0.1", port 5432 failed: FATAL:  '


@pytest.mark.parametrize(
    ("sqlstate", "text", "code", "retryable", "words"),
    [
        ("28P01", "password authentication failed", "authentication_failed", False, "user name or"),
        ("28000", "kein Eintrag", "login_not_allowed", False, "kein Eintrag"),
        ("3D000", "", "database_unknown", False, "no database"),
        ("42501", "permission denied for table invoice", "table_not_allowed", False, "“invoice”"),
        (
            "42501",
            "permission denied for materialized view My view",
            "table_not_allowed",
            False,
            "“My view”",
        ),
        ("42501", "permission denied for schema x", "table_not_allowed", False, "one of its"),
        ("42P01", 'relation "sales.x" does not exist', "table_unknown", False, "sales.x"),
        ("42703", 'column "price" does not exist', "source_changed", False, '"price"'),
        ("25006", "cannot execute UPDATE", "server_read_only", False, "accepts no changes"),
        ("53300", "zu viele", "too_many_connections", True, "zu viele"),
        ("57014", "canceling statement", "query_timeout", False, "did not answer"),
        ("57P01", "terminating", "server_stopping", True, "shutting down"),
        ("57P02", "terminating", "server_stopping", True, "shutting down"),
        ("57P03", "the database system is starting up", "server_starting", True, "is starting"),
        ("57P03", "the database system is shutting down", "server_stopping", True, "shutting"),
        ("08006", "connection failure", "connection_lost", True, "closed the connection"),
        ("40001", "could not serialize", "integration_error", True, "could not serialize"),
        ("40P01", "deadlock detected", "integration_error", True, "deadlock detected"),
        ("22012", "division by zero", "value_refused", False, "division by zero"),
    ],
)
def test_psycopg_by_sqlstate(
    sqlstate: str, text: str, code: str, retryable: bool, words: str
) -> None:
    told = classify(psycopg.errors.lookup(sqlstate)(text))
    assert (told.code, told.retryable) == (code, retryable)
    assert words in told.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("connection failed: fe_sendauth: no password supplied", "password_missing"),
        (FATAL + 'password authentication failed for user "ann"', "authentication_failed"),
        (FATAL + 'no pg_hba.conf entry for host "10.1.2.3", no encryption', "login_not_allowed"),
        (FATAL + 'role "ann" is not permitted to log in', "login_not_allowed"),
        (FATAL + 'database "shop" does not exist', "database_unknown"),
        (FATAL + 'permission denied for database "shop"', "database_not_allowed"),
        (FATAL + "sorry, too many clients already", "too_many_connections"),
        (FATAL + "remaining connection slots are reserved", "too_many_connections"),
        (FATAL + "the database system is starting up", "server_starting"),
        (FATAL + "the database system is shutting down", "server_stopping"),
        ("failed: server does not support SSL, but SSL was required", "tls_refused"),
        ("failed: SSL error: certificate verify failed", "tls_untrusted"),
        ('server certificate for "a" does not match host name "b"', "tls_wrong_host"),
        ("failed: SSL error: unsupported protocol", "tls_failed"),
        ("failed to resolve host 'x': [Errno -2]", "host_unknown"),
        ("failed: Connection refused\n\tIs the server running on that host", "port_closed"),
        ("failed: No route to host", "host_unreachable"),
        ("failed: timeout expired", "host_silent"),
        ("server closed the connection unexpectedly\n\tThis probably means", "connection_lost"),
        ("consuming input failed: Connection reset by peer", "connection_lost"),
        ("sending query failed: SSL SYSCALL error: EOF detected", "connection_lost"),
        ("the connection is closed", "connection_lost"),
        ("the connection is lost", "connection_lost"),
        ("etwas ganz anderes", "integration_error"),
    ],
)
def test_psycopg_by_text(text: str, code: str) -> None:
    told = classify(psycopg.OperationalError(text))
    assert told.code == code
    assert told.retryable is CATALOGUE[code].retryable


def test_psycopg_that_waited_long_enough() -> None:
    assert classify(psycopg.errors.ConnectionTimeout("no answer")).code == "host_silent"


@pytest.mark.parametrize(
    ("number", "text", "code", "retryable", "words"),
    [
        (1045, "Access denied", "authentication_failed", False, "user name or"),
        (1698, "Access denied", "authentication_failed", False, "user name or"),
        (1044, "Access denied", "database_not_allowed", False, "may not use"),
        (1049, "Unknown database", "database_unknown", False, "no database"),
        (1040, "Zu viele", "too_many_connections", True, "Zu viele"),
        (1203, "", "too_many_connections", True, "as many"),
        (1226, "", "too_many_connections", True, "as many"),
        (1129, "blocked", "login_not_allowed", False, "blocked"),
        (1130, "not allowed", "login_not_allowed", False, "not allowed"),
        (3159, "insecure transport", "tls_required", False, "encrypted connections only"),
        (2026, "SSL is required", "tls_refused", False, "no encrypted"),
        (1053, "", "server_stopping", True, "shutting down"),
        (2006, "gone away (BrokenPipeError)", "connection_lost", True, "closed the connection"),
        (2013, "Lost connection", "connection_lost", True, "closed the connection"),
        (2013, "Lost connection (timed out)", "host_silent", True, "no answer"),
        (1927, "Connection was killed", "connection_lost", True, "closed the connection"),
        (
            1142,
            "SELECT command denied to user 'ann'@'%' for table `shop`.`invoice`",
            "table_not_allowed",
            False,
            "“invoice”",
        ),
        (
            1142,
            "SELECT command denied to user 'ann'@'%' for table 'invoice'",
            "table_not_allowed",
            False,
            "“invoice”",
        ),
        (1146, "Table 'shop.invoice' doesn't exist", "table_unknown", False, "“invoice”"),
        (1054, "Unknown column 'price' in 'SELECT'", "source_changed", False, "“price”"),
        (1290, "--read-only", "server_read_only", False, "--read-only"),
        (1792, "READ ONLY transaction", "server_read_only", False, "READ ONLY"),
        (1836, "read-only mode", "server_read_only", False, "read-only"),
        (1205, "Lock wait timeout", "query_timeout", False, "did not answer"),
        (1969, "max_statement_time", "query_timeout", False, "did not answer"),
        (3024, "max execution time", "query_timeout", False, "did not answer"),
        (1213, "Deadlock found", "integration_error", True, "Deadlock found"),
        (1064, "You have an error in your SQL", "query_invalid", False, "error in your SQL"),
    ],
)
def test_pymysql_by_number(number: int, text: str, code: str, retryable: bool, words: str) -> None:
    told = classify(pymysql.err.OperationalError(number, text))
    assert (told.code, told.retryable) == (code, retryable)
    assert words in told.message


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (pymysql.err.InterfaceError(0, ""), "connection_lost"),
        (pymysql.err.Error("Already closed"), "connection_lost"),
        (pymysql.err.InternalError("Packet sequence number wrong - got 3"), "connection_lost"),
        (pymysql.err.OperationalError(), "integration_error"),
    ],
)
def test_pymysql_without_a_number(error: Exception, code: str) -> None:
    assert classify(error).code == code


def test_every_code_of_the_tables_is_in_the_catalogue() -> None:
    used = {*of_psycopg._CODES.values(), *of_pymysql._CODES.values()}
    used |= {code for _, code in of_psycopg._TEXTS}
    assert used <= set(CATALOGUE)
