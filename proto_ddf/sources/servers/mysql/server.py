"""MySQL and MariaDB servers: config, sessions, and the rights of a user."""

import ssl
from contextlib import closing
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.errors.drivers.pymysql import find
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.port_numbers import MYSQL_PORT
from proto_ddf.sources.servers import tls
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig, Tls
from proto_ddf.sources.servers.failures import (
    ConnectionContext,
    server_read_only,
    writing_not_allowed,
)
from proto_ddf.sources.servers.mysql.handshake import LABEL, perform_handshake
from proto_ddf.sources.servers.server import DbapiConnection, Rights, Server, Session
from proto_ddf.sources.servers.tcp_probe import connection_error, open_socket
from proto_ddf.sources.servers.writing import writable_session

_DENIED = frozenset({1142, 1143, 1227, 1356})
"""Numbers of errors for a missing right, and for a view that uses something missing."""
_OWN_NUMBERS = range(2000, 3000)
"""Numbers of the driver's own errors, for failed connections; all others are the server's."""
_READ_ONLY_SESSION = "SET SESSION TRANSACTION READ ONLY"
_READ_WRITE = "SET SESSION TRANSACTION READ WRITE"
_READ_ONLY = "SELECT @@global.read_only + @@global.innodb_read_only"
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
_TABLES_TO_WRITE = """
    SELECT table_name, column_name
    FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
    WHERE table_schema = %s AND table_type = 'BASE TABLE' AND ordinal_position = 1
"""
_AT_ONCE = 50
"""Tables in one statement that tests rights."""
_PROBES = (
    "EXPLAIN DELETE FROM {table} WHERE 1 = 0",
    "EXPLAIN INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0",
    "EXPLAIN UPDATE {table} SET {column} = {column} WHERE 1 = 0",
)
"""The server checks the rights of a statement before it explains it, and does not run it."""


class MysqlConfig(ServerConfig):
    """One database of a MySQL or MariaDB server."""

    parameters_allowed: ClassVar[frozenset[str]] = frozenset({"program_name", "sql_mode"})


def app_parameters(config: ServerConfig, writable: bool) -> dict[str, str]:
    """The query parameters of an app's URL: arguments of PyMySQL. None of them makes sessions read-only; an app does that
    itself. Raises ValidationError at "ca_certificate"."""
    found = {"charset": "utf8mb4", **config.parsed(config.parameters)}
    if config.tls is Tls.OFF:
        found["ssl_disabled"] = "true"
    elif config.tls is Tls.REQUIRE:
        found["ssl_verify_cert"] = "false"  # any "ssl_" argument makes encryption mandatory
    elif config.tls is Tls.VERIFY:
        file = tls.ca_file(config)
        folder = ssl.get_default_verify_paths().openssl_capath
        found |= {"ssl_ca": str(file)} if file else {"ssl_capath": folder}
        found["ssl_check_hostname"] = "true"
    return found


def _open(
    address: Address, config: ServerConfig, password: str, session: Session
) -> DbapiConnection:
    import pymysql

    from proto_ddf.sources.servers.mysql.session import sign_in

    context = ConnectionContext(LABEL, address, config)
    parameters = {
        "charset": "utf8mb4",
        "program_name": "Proto-DDF",
        **config.parsed(config.parameters),
        "host": address.host,
        "port": address.port,
        "user": config.user,
        "password": password.encode(),  # PyMySQL takes text for Latin-1
        "database": config.database,
    }
    encryption = None if config.tls is Tls.OFF else tls.ssl_context(config)
    opened = open_socket(context, session.connect_seconds)
    try:
        connection = sign_in(
            opened,
            parameters,
            encryption=encryption,
            required=config.tls in {Tls.REQUIRE, Tls.VERIFY},
            seconds=session.connect_seconds,
            read_seconds=session.read_seconds + session.connect_seconds,
        )
        _begin(connection, session)
    except pymysql.Error as error:
        failure = _failure(context, error, given=bool(password), seconds=session.connect_seconds)
        raise _explained(failure, address, config, password, session) from error
    except Exception as error:  # PyMySQL raises any exception on an answer it cannot parse
        reason = "its answer cannot be read"
        raise context.failure("wrong_server", str(error), reason=reason) from error
    return connection


def _explained(
    failure: ProtoDDFError, address: Address, config: ServerConfig, password: str, session: Session
) -> ProtoDDFError:
    """`tls_required` where the user may sign in with encryption only, for which MariaDB says "access denied"; otherwise
    the same failure."""
    if failure.code != "authentication_failed" or config.tls is not Tls.OFF:
        return failure
    encrypted = config.model_copy(update={"tls": Tls.REQUIRE})
    try:
        _open(address, encrypted, password, session).close()
    except ProtoDDFError:
        return failure
    return ConnectionContext(LABEL, address, config).failure("tls_required", failure.message)


def _begin(connection: DbapiConnection, session: Session) -> None:
    """Limit what the session may do. Raises the driver's errors."""
    if "MariaDB" in connection.server_version:
        limit = f"max_statement_time = {session.read_seconds:.3f}"  # seconds
    else:
        limit = f"max_execution_time = {session.read_seconds * 1000:.0f}"  # of SELECT, in ms
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute(_READ_ONLY_SESSION)
            cursor.execute(f"SET SESSION {limit}")
    except Exception as error:
        if error.args and error.args[0] == 1193:  # ER_UNKNOWN_SYSTEM_VARIABLE: before MySQL 5.7.8
            return
        connection.close()
        raise


def _failure(
    context: ConnectionContext, error: Exception, *, given: bool, seconds: float
) -> ProtoDDFError:
    """The driver's error as a typed error; `given`: there is a password."""
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, ssl.SSLError):
        return _of_encryption(context, cause, seconds)
    if isinstance(cause, OSError):
        return connection_error(context, cause, seconds)
    finding = find(error)
    text = str(error.args[-1]) if error.args else ""
    code = finding.code
    if code == "authentication_failed" and not given:
        code = "password_missing"
    return context.failure(code, text, **{"seconds": f"{seconds:.3g}", **finding.context})


def _of_encryption(
    context: ConnectionContext, error: ssl.SSLError, seconds: float
) -> ProtoDDFError:
    """The error of a handshake without the driver, which also knows the names of the certificate."""
    try:
        perform_handshake(context.address, context.config, seconds)
    except ProtoDDFError as exact:
        return exact
    return tls.tls_error(context, error)


def _version(connection: DbapiConnection) -> str:
    number = str(connection.server_version)
    if "MariaDB" in number:
        # MariaDB prefixes "5.5.5-" for old replicas, which expect no version 10.
        return f"MariaDB {number.removeprefix('5.5.5-').partition('-')[0]}"
    return f"MySQL {number.partition('-')[0]}"


def _rights(connection: sa.Connection, config: ServerConfig) -> Rights:
    """The catalogue lists a table where the user has any right to it. Which tables may be read is found out by reading
    none of their rows: that respects rights by roles and by columns, which no single view of the catalogue does."""
    rows = connection.exec_driver_sql(_TABLES, (config.database,)).all()
    quote = connection.dialect.identifier_preparer.quote_identifier
    tables = [f"(SELECT 1 FROM {quote(name)} LIMIT 0)" for (name,) in rows]
    parts = [tables[start : start + _AT_ONCE] for start in range(0, len(tables), _AT_ONCE)]
    return Rights(sum(_readable(connection, part) for part in parts), len(tables))


def _readable(connection: sa.Connection, tables: list[str]) -> int:
    if _may(connection, " UNION ALL ".join(tables)):
        return len(tables)
    return sum(_may(connection, each) for each in tables)


def _may(connection: sa.Connection, statement: str) -> bool:
    """Whether the user has the rights to a statement."""
    try:
        connection.exec_driver_sql(statement).all()
    except DBAPIError as error:
        number = error.orig.args[0] if error.orig and error.orig.args else None
        if not isinstance(number, int) or number == 0 or number in _OWN_NUMBERS:
            raise
        return number not in _DENIED
    return True


def _check_writable(connection: sa.Connection, config: ServerConfig) -> None:
    if connection.exec_driver_sql(_READ_ONLY).scalar_one():
        raise server_read_only(LABEL, config, "it is set to be read-only")
    quote = connection.dialect.identifier_preparer.quote_identifier
    tables = connection.exec_driver_sql(_TABLES_TO_WRITE, (config.database,)).all()
    with writable_session(connection, _READ_WRITE, _READ_ONLY_SESSION):
        allowed = any(
            _may(connection, probe.format(table=quote(table), column=quote(column)))
            for table, column in tables
            for probe in _PROBES
        )
    if not allowed:
        raise writing_not_allowed(LABEL, config)


MYSQL = Server(
    name="mysql",
    label=LABEL,
    drivername="mysql+pymysql",
    package="pymysql",
    config_model=MysqlConfig,
    default_port=MYSQL_PORT,
    perform_handshake=perform_handshake,
    open=_open,
    version=_version,
    rights=_rights,
    check_writable=_check_writable,
)
