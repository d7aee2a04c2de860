"""The connection test of a database server, in stages.

A connection test makes two connections: a socket, to reach the port and agree on encryption without the driver, and a
connection of the pool, to sign in and for everything after it. A stage that runs alone, after a restart, opens what it
misses.
"""

import time
from functools import partial

from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import SourceRecord
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.protocol import Finding, Stage
from proto_ddf.sources.servers import engines, tcp_probe
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.connecting import connect_seconds, find_addresses, try_addresses
from proto_ddf.sources.servers.failures import ConnectionContext
from proto_ddf.sources.servers.server import Handshake
from proto_ddf.sources.servers.source import ReachedPort, ServerSource
from proto_ddf.sources.size_texts import count_text

_SIGNED_IN = frozenset({"database_unknown", "database_not_allowed"})
"""Codes of errors that a server reports only after sign-in."""


def _find_host(source: ServerSource) -> Finding:
    return Finding(", ".join(address.ip for address in find_addresses(source.config)))


def _reach_port(source: ServerSource) -> Finding:
    return try_addresses(find_addresses(source.config), partial(_reach, source))


def _reach(source: ServerSource, address: Address) -> Finding:
    context = ConnectionContext(source.server.label, address, source.config)
    began = time.monotonic()
    try:
        opened = tcp_probe.open_socket(context, connect_seconds())
    except IntegrationError as error:
        if error.code == "port_closed" and address.loopback and _is_elsewhere(source):
            raise context.failure("localhost_in_container", error.message) from error
        raise
    source.keep_reached(ReachedPort(address, opened))
    return Finding(f"{(time.monotonic() - began) * 1000:.1f} ms")


def _is_elsewhere(source: ServerSource) -> bool:
    """Whether "localhost" probably means another machine than the user's: Proto-DDF runs in a container, and no
    source was ever connected at this host and port."""
    return tcp_probe.in_container() and not _was_connected(source)


def _was_connected(source: ServerSource) -> bool:
    """Whether a source with the same host and port was saved before."""
    query = select(SourceRecord.config).where(SourceRecord.kind == source.server.name)
    with session() as db:
        known = db.exec(query).all()
    endpoint = (source.config.host, source.config.port)
    return any((each.get("host"), each.get("port")) == endpoint for each in known)


def _encrypt(source: ServerSource) -> Finding:
    handshake = _perform_handshake(source)
    if handshake.refused is not None and handshake.refused.code == "tls_required":
        raise handshake.refused
    return Finding(handshake.encryption)


def _perform_handshake(source: ServerSource) -> Handshake:
    """The handshake over the socket that reached the port, or over a new one."""
    addresses = find_addresses(source.config)
    reached = source.take_reached()
    if reached is not None:
        addresses = (reached.address, *(each for each in addresses if each != reached.address))

    def attempt(address: Address) -> Handshake:
        opened = reached.socket if reached and address == reached.address else None
        return source.server.perform_handshake(address, source.config, connect_seconds(), opened)

    try:
        return try_addresses(addresses, attempt)
    finally:
        if reached is not None:
            reached.socket.close()


def _sign_in(source: ServerSource) -> Finding:
    engines.close_unused(source.server, source.config)  # else no one would sign in
    try:
        with source.connected("sign in") as connection:
            return Finding(source.server.version(connection.connection.driver_connection))
    except IntegrationError as error:
        if error.code in _SIGNED_IN:  # the next stage reports it
            return Finding(f"as {source.config.user}")
        raise


def _open_database(source: ServerSource) -> Finding:
    with source.connected("open the database"):
        return Finding(source.config.database)


def _check_rights(source: ServerSource) -> Finding:
    server, config = source.server, source.config
    with source.connected("check the rights") as connection:
        rights = server.rights(connection, config)
        if rights.tables and not rights.readable:
            raise IntegrationError(
                "No table may be read.",
                server.label,
                "read",
                code="tables_not_allowed",
                user=config.user,
                count=rights.tables,
            )
        if config.writable:
            server.check_writable(connection, config)
    changes = ", may change rows" if config.writable else ""
    return Finding(f"may read {rights.readable} of {count_text(rights.tables, 'table')}{changes}")


def _read_tables(source: ServerSource) -> Finding:
    schema = source.read_schema()
    rows = sum(table.row_count for table in schema.tables)
    about = "about " if any(table.row_count_estimated for table in schema.tables) else ""
    text = f"{count_text(len(schema.tables), 'table')}, {about}{count_text(rows, 'row')}"
    return Finding(text, schema)


STAGES = (
    Stage("find_host", "Find the host", _find_host),
    Stage("reach_port", "Reach the port", _reach_port),
    Stage("encrypt", "Agree on encryption", _encrypt),
    Stage("sign_in", "Sign in", _sign_in),
    Stage("open_database", "Open the database", _open_database),
    Stage("check_rights", "Check the rights", _check_rights),
    Stage("read_tables", "Read the tables", _read_tables, reads_schema=True),
)
