"""The connection test of a database server, in stages. Each repeats what it needs of the stages before it,
because after a restart it may run alone, in another process."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import SourceRecord
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.servers import tcp_probe
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.connecting import (
    at_first,
    connect,
    connect_seconds,
    find_addresses,
)
from proto_ddf.sources.servers.failures import ConnectionContext
from proto_ddf.sources.servers.server import Server
from proto_ddf.sources.size_texts import count_text

_SIGNED_IN = frozenset({"database_unknown", "database_not_allowed"})
"""Codes of errors that a server reports only after sign-in."""


def connection_stages(
    server: Server, config: ServerConfig, read_schema: Callable[[], SourceSchema]
) -> Sequence[Stage]:
    """The stages, in order; the last one calls `read_schema`."""
    tests = _Tests(server, config, read_schema)
    return (
        Stage("find_host", "Find the host", tests.find_host),
        Stage("reach_port", "Reach the port", tests.reach_port),
        Stage("encrypt", "Agree on encryption", tests.encrypt),
        Stage("sign_in", "Sign in", tests.sign_in),
        Stage("open_database", "Open the database", tests.open_database),
        Stage("check_rights", "Check the rights", tests.check_rights),
        Stage("read_tables", "Read the tables", tests.read_tables),
    )


def _was_connected(kind: str, config: ServerConfig) -> bool:
    """Whether a source with the same host and port was saved before."""
    with session() as db:
        known = db.exec(select(SourceRecord.config).where(SourceRecord.kind == kind)).all()
    endpoint = (config.host, config.port)
    return any((each.get("host"), each.get("port")) == endpoint for each in known)


class _Tests:
    def __init__(
        self, server: Server, config: ServerConfig, read_schema: Callable[[], SourceSchema]
    ) -> None:
        self.server = server
        self.config = config
        self.read_schema = read_schema

    def find_host(self) -> str:
        return ", ".join(address.ip for address in find_addresses(self.config))

    def reach_port(self) -> str:
        return at_first(find_addresses(self.config), self._reach)

    def _reach(self, address: Address) -> str:
        context = ConnectionContext(self.server.label, address, self.config)
        began = time.monotonic()
        try:
            tcp_probe.open_socket(context, connect_seconds()).close()
        except IntegrationError as error:
            if error.code == "port_closed" and address.loopback and self._is_elsewhere():
                raise context.failure("localhost_in_container", error.message) from error
            raise
        return f"{(time.monotonic() - began) * 1000:.1f} ms"

    def _is_elsewhere(self) -> bool:
        """Whether "localhost" probably means another machine than the user's: Proto-DDF runs in a container, and no
        source was ever connected at this host and port."""
        return tcp_probe.in_container() and not _was_connected(self.server.name, self.config)

    def encrypt(self) -> str:
        handshake = at_first(
            find_addresses(self.config),
            lambda address: self.server.perform_handshake(address, self.config, connect_seconds()),
        )
        if handshake.refused is not None and handshake.refused.code == "tls_required":
            raise handshake.refused
        return handshake.encryption

    def sign_in(self) -> str:
        try:
            with closing(connect(self.server, self.config)) as connection:
                return self.server.version(connection)
        except IntegrationError as error:
            if error.code in _SIGNED_IN:  # the next stage reports it
                return f"as {self.config.user}"
            raise

    def open_database(self) -> str:
        with closing(connect(self.server, self.config)):
            return self.config.database

    def check_rights(self) -> str:
        with closing(connect(self.server, self.config)) as connection:
            rights = self.server.rights(connection, self.config)
        if rights.tables and not rights.readable:
            raise IntegrationError(
                "No table may be read.",
                self.server.label,
                "read",
                code="tables_not_allowed",
                user=self.config.user,
                count=rights.tables,
            )
        if self.config.writable:
            with closing(connect(self.server, self.config, writable=True)) as connection:
                self.server.check_writable(connection, self.config)
        changes = ", may change rows" if self.config.writable else ""
        return f"may read {rights.readable} of {count_text(rights.tables, 'table')}{changes}"

    def read_tables(self) -> str:
        tables = self.read_schema().tables
        rows = sum(table.row_count for table in tables)
        about = "about " if any(table.row_count_estimated for table in tables) else ""
        return f"{count_text(len(tables), 'table')}, {about}{count_text(rows, 'row')}"
