"""One database of a server as a source: its schema, and its rows a page or a batch at a time."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from socket import socket
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.errors.classify import classify
from proto_ddf.errors.types import IntegrationError
from proto_ddf.resilience import policy_config
from proto_ddf.sources.preview import table_unknown
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.resilient import SYSTEM
from proto_ddf.sources.schema.model import PreviewPage, SourceSchema
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.catalogue import CatalogTable
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.dialects import dialect
from proto_ddf.sources.servers.rows import Rows
from proto_ddf.sources.servers.server import Server
from proto_ddf.sources.servers.tables import check_right, find_table, read_tables

_KNOWN_SECONDS = 60.0
"""How long a table that was read is used without reading it again."""


@dataclass(frozen=True)
class ReachedPort:
    """A socket that the connection test opened, before anything is said over it."""

    address: Address
    socket: socket


class ServerSource:
    """A database as the user of `config` sees it. Connections come from a pool that all sources of the same config
    share; every call holds one until it returns."""

    def __init__(self, server: Server, config: ServerConfig) -> None:
        self.server = server
        self.config = config
        self._reached: ReachedPort | None = None

    def check(self) -> None:
        """Raises as `engines.pool`, or what the driver raises."""
        with self.connected("check") as connection:
            connection.exec_driver_sql("SELECT 1")

    def read_schema(self) -> SourceSchema:
        """Tables and views that the user may read.

        Raises:
            IntegrationError: `database_empty`, `tables_not_allowed`, `query_timeout`, or as `connecting.connect`.
            sqlalchemy.exc.DBAPIError: what else the driver raises.
        """
        with self.connected("read the tables") as connection:
            found = read_tables(connection, self._dialect, self.config)
        if not found.schema.tables:
            raise self._no_tables_error(found.unreadable)
        now = time.monotonic()
        self._pool.tables = {name: (now, table) for name, table in found.by_name.items()}
        return found.schema

    def preview(self, request: PageRequest) -> PreviewPage:
        """One page; rows beyond `rows.COUNTED` are not counted. Raises as `read_schema`, IntegrationError
        `table_unknown`, and ValidationError at "sort"."""
        with self.connected("preview", request.table) as connection:
            return self._page(connection, request)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Every row, in the state of the table at the first batch. Raises as `preview`."""
        with self.connected("read", table) as connection:
            found = self._find(connection, table)
        with (
            self.connected("read", table, self._dialect.stream_options) as connection,
            closing(Rows(connection, self._dialect, found).stream(batch)) as batches,
        ):
            yield from batches

    def check_writable(self) -> None:
        """Raises IntegrationError: `source_read_only`, as `Server.check_writable`, or as `connecting.connect`."""
        if not self.config.writable:
            message = "Changing rows is not switched on."
            raise IntegrationError(message, self.server.label, "write", code="source_read_only")
        with self.connected("check the rights") as connection:
            self.server.check_writable(connection, self.config)

    def close(self) -> None:
        if reached := self.take_reached():
            reached.socket.close()

    def keep_reached(self, reached: ReachedPort) -> None:
        """Keep a socket for the next stage; `close` closes it."""
        self.close()
        self._reached = reached

    def take_reached(self) -> ReachedPort | None:
        """The socket that was kept; its user closes it."""
        reached, self._reached = self._reached, None
        return reached

    @contextmanager
    def connected(
        self,
        operation: str,
        table: str | None = None,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[sa.Connection]:
        """A connection of the pool. `operation` and `table` are for the errors of the driver, to which details are added.
        Raises as `engines.pool`."""
        with self._pool.engine.connect().execution_options(**options) as connection:
            try:
                yield connection
            except DBAPIError as error:
                detailed = self._with_details(error, operation, table)
                if detailed is None:
                    raise
                raise detailed from error

    @property
    def _pool(self) -> engines.Pool:
        return engines.pool(self.server, self.config)

    @property
    def _dialect(self) -> ServerDialect:
        return dialect(self.server.name)

    def _page(self, connection: sa.Connection, request: PageRequest) -> PreviewPage:
        """A page of the table by its columns as last read or, if that fails, as they are now."""
        known = self._known(request.table)
        if known is not None:
            try:
                return Rows(connection, self._dialect, known).page(request)
            except DBAPIError as error:
                if error.connection_invalidated or self._find(connection, request.table) == known:
                    raise
        return Rows(connection, self._dialect, self._find(connection, request.table)).page(request)

    def _known(self, table: str) -> CatalogTable | None:
        read_at, known = self._pool.tables.get(table, (0.0, None))
        return known if read_at > time.monotonic() - _KNOWN_SECONDS else None

    def _find(self, connection: sa.Connection, table: str) -> CatalogTable:
        found = find_table(connection, self._dialect, self.config, table)
        if found is None:
            self._pool.tables.pop(table, None)
            check_right(connection, self._dialect, table)
            raise table_unknown(table, self.server.label, self.config.database)
        self._pool.tables[table] = time.monotonic(), found
        return found

    def _no_tables_error(self, unreadable: int) -> IntegrationError:
        about = {"user": self.config.user, "database": self.config.database}
        if unreadable:
            return IntegrationError(
                f"{self.config.user} may read none of {unreadable} tables.",
                self.server.label,
                "read the tables",
                code="tables_not_allowed",
                count=unreadable,
                **about,
            )
        return IntegrationError(
            f"{self.config.database} has no tables.",
            self.server.label,
            "read the tables",
            code="database_empty",
            **about,
        )

    def _with_details(
        self, error: DBAPIError, operation: str, table: str | None
    ) -> IntegrationError | None:
        """The error with details that the driver does not know; None if there are none to add."""
        code = classify(error).code
        if code not in {"query_timeout", "table_not_allowed"}:
            return None
        context = {"user": self.config.user, "table": table}
        if code == "query_timeout":
            context["seconds"] = f"{policy_config(SYSTEM).read_timeout:g}"
        known = {name: value for name, value in context.items() if value is not None}
        return IntegrationError(str(error.orig), self.server.label, operation, code=code, **known)
