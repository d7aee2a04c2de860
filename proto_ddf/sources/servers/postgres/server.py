"""PostgreSQL servers: config, sessions, and the rights of a user."""

import os
from functools import partial
from typing import ClassVar

import sqlalchemy as sa

from proto_ddf.errors.drivers.psycopg import find
from proto_ddf.errors.types import IntegrationError
from proto_ddf.port_numbers import POSTGRESQL_PORT
from proto_ddf.sources.servers import tls
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig, Tls, Trimmed
from proto_ddf.sources.servers.failures import (
    ConnectionContext,
    server_read_only,
    writing_not_allowed,
)
from proto_ddf.sources.servers.postgres.handshake import LABEL, explain_refusal, perform_handshake
from proto_ddf.sources.servers.server import DbapiConnection, Rights, Server, Session
from proto_ddf.sources.servers.writing import writable_session

_SSL_MODES = {
    Tls.PREFER: "prefer",
    Tls.REQUIRE: "require",
    Tls.VERIFY: "verify-full",
    Tls.OFF: "disable",
}
_SIGN_IN_CODES = {"table_not_allowed": "database_not_allowed"}
"""The right that is missing during sign-in (42501) is that to connect to the database."""

_READ_ONLY = "SET default_transaction_read_only = on"
_SERVER_DEFAULT = "RESET default_transaction_read_only"
"""To the value that the server gives this user's sessions, unless the session began with a value of its own."""
_TABLES = """
    SELECT count(*), count(*) FILTER (WHERE has_schema_privilege(n.oid, 'USAGE') AND {right})
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = ANY (%s)
      AND CASE WHEN cardinality(%s::text[]) > 0 THEN n.nspname = ANY (%s)
               ELSE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' END
"""
_MAY_READ = "has_any_column_privilege(c.oid, 'SELECT')"
_MAY_WRITE = (
    "(has_table_privilege(c.oid, 'DELETE') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))"
)
_READ_FROM = ["r", "p", "v", "m", "f"]
"""Tables, partitioned tables, views, materialized views, foreign tables (PostgreSQL docs, 53.11)."""
_WRITTEN_TO = ["r", "p", "v", "f"]


class PostgresConfig(ServerConfig):
    """One database of a PostgreSQL server."""

    parameters_allowed: ClassVar[frozenset[str]] = frozenset(
        {
            "application_name",
            "channel_binding",
            "keepalives",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
            "tcp_user_timeout",
        }
    )

    schemas: Trimmed = ""
    """The schemas to read, separated by commas; empty: all except the server's own."""

    @property
    def schema_names(self) -> tuple[str, ...]:
        return tuple(name for part in self.schemas.split(",") if (name := part.strip()))


def encryption(config: ServerConfig) -> dict[str, str]:
    """libpq's parameters for TLS. Raises ValidationError at "ca_certificate"."""
    found = {"sslmode": _SSL_MODES[config.tls]}
    if config.tls is Tls.VERIFY:
        found["sslrootcert"] = str(tls.ca_file(config) or "system")
    return found


def options(*, read_only: bool, read_seconds: float) -> str:
    """The settings of a new session (PostgreSQL docs, 20.11)."""
    settings = {
        "statement_timeout": f"{read_seconds * 1000:.0f}",
        # A scan starts with the first row, also beside another one: a plan is made from the same rows each time.
        "synchronize_seqscans": "off",
    }
    if read_only:
        settings["default_transaction_read_only"] = "on"
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def app_parameters(config: ServerConfig, writable: bool) -> dict[str, str]:
    """The query parameters of an app's URL. Raises as `encryption`."""
    found = {**encryption(config), **config.parsed(config.parameters)}
    if not writable:
        found["options"] = "-c default_transaction_read_only=on"
    return found


def _open(
    address: Address, config: ServerConfig, password: str, session: Session
) -> DbapiConnection:
    import psycopg

    from proto_ddf.sources.servers.postgres.session import PasswordNeededError, sign_in

    parameters: dict[str, str | int] = {
        "application_name": "Proto-DDF",
        **config.parsed(config.parameters),
        **encryption(config),
        "host": address.host,
        "hostaddr": address.ip,
        "port": address.port,
        "dbname": config.database,
        "user": config.user,
        "password": password,
        # Otherwise libpq would use ~/.pgpass, or a certificate in ~/.postgresql, for any user of the form.
        "passfile": os.path.join(os.devnull, "none"),
        "sslcertmode": "disable",
        "client_encoding": "UTF8",
        "gssencmode": "disable",
        # A setting given here is also what RESET restores, which `_check_writable` must not get.
        "options": options(read_only=not config.writable, read_seconds=session.read_seconds),
    }
    context = ConnectionContext(LABEL, address, config)
    seconds = session.connect_seconds
    signing_in = partial(
        sign_in,
        parameters,
        seconds=seconds,
        read_seconds=session.read_seconds + seconds,
        begin=_READ_ONLY if config.writable else "",
    )
    try:
        return signing_in()
    except PasswordNeededError as error:
        raise context.failure("password_missing", str(error)) from error
    except psycopg.Error as error:
        told: Exception = error
        if error.sqlstate is None and not isinstance(error, psycopg.errors.ConnectionTimeout):
            _ask_server(address, config, error, seconds)
            if find(error).code == "integration_error":  # a text in an unknown language
                try:
                    return signing_in(traced=True)
                except psycopg.Error as traced:
                    told = traced
        raise explain_refusal(_failure(context, told, seconds), address, config, seconds) from error


def _ask_server(address: Address, config: ServerConfig, error: Exception, seconds: float) -> None:
    """Repeats the handshake without the driver. Raises ProtoDDFError: the reason for which the server refuses it."""
    refused = perform_handshake(address, config, seconds).refused
    if refused:
        raise refused from error


def _failure(context: ConnectionContext, error: Exception, seconds: float) -> IntegrationError:
    """The driver's error during sign-in as a typed error."""
    finding = find(error)
    code = _SIGN_IN_CODES.get(finding.code, finding.code)
    return context.failure(
        code, str(error).strip(), **{"seconds": f"{seconds:.3g}", **finding.context}
    )


def _version(connection: DbapiConnection) -> str:
    number = connection.info.parameter_status("server_version") or ""
    return f"{LABEL} {number.partition(' ')[0]}".strip()


def _count(connection: sa.Connection, config: ServerConfig, right: str, kinds: list[str]) -> Rights:
    schemas = list(config.schema_names) if isinstance(config, PostgresConfig) else []
    query = _TABLES.format(right=right)
    tables, allowed = connection.exec_driver_sql(query, (kinds, schemas, schemas)).one()
    return Rights(readable=allowed, tables=tables)


def _rights(connection: sa.Connection, config: ServerConfig) -> Rights:
    return _count(connection, config, _MAY_READ, _READ_FROM)


def _check_writable(connection: sa.Connection, config: ServerConfig) -> None:
    with writable_session(connection, _SERVER_DEFAULT, _READ_ONLY):
        read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar_one()
    if read_only == "on":
        raise server_read_only(LABEL, config, "its sessions are read-only")
    if not _count(connection, config, _MAY_WRITE, _WRITTEN_TO).readable:
        raise writing_not_allowed(LABEL, config)


POSTGRES = Server(
    name="postgresql",
    label=LABEL,
    drivername="postgresql+psycopg",
    package="psycopg",
    config_model=PostgresConfig,
    default_port=POSTGRESQL_PORT,
    perform_handshake=perform_handshake,
    open=_open,
    version=_version,
    rights=_rights,
    check_writable=_check_writable,
)
