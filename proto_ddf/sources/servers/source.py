"""One database of a server as a source: its schema, and its rows a page or a batch at a time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.errors.classify import classify
from proto_ddf.errors.types import IntegrationError
from proto_ddf.resilience import policy_config
from proto_ddf.sources.preview import table_unknown
from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.resilient import SYSTEM
from proto_ddf.sources.schema.model import PreviewPage, SourceSchema
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.catalogue import Relation
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.dialect import Reading
from proto_ddf.sources.servers.dialects import reading
from proto_ddf.sources.servers.rows import Asked, Rows
from proto_ddf.sources.servers.server import Server
from proto_ddf.sources.servers.stages import connection_stages
from proto_ddf.sources.servers.tables import check_right, find_relation, read_tables

_KNOWN_SECONDS = 60.0
"""How long a table is taken to be as it was read."""


class ServerSource:
    """A database as the user of `config` sees it. Connections come from a pool that all sources of the same
    config share; every call holds one for as long as it lasts."""

    def __init__(self, server: Server, config: ServerConfig) -> None:
        self.server = server
        self.config = config

    def stages(self) -> Sequence[Stage]:
        return connection_stages(self.server, self.config, self.read_schema)

    def check(self) -> None:
        """Raises as `engines.pool`, or what the driver raises."""
        with self._connected("check") as connection:
            connection.exec_driver_sql("SELECT 1")

    def read_schema(self) -> SourceSchema:
        """Tables and views that the user may read.

        Raises:
            IntegrationError: `database_empty`, `tables_not_allowed`, `query_timeout`, or as `connecting.connect`.
            sqlalchemy.exc.DBAPIError: what else the driver raises.
        """
        with self._connected("read the tables") as connection:
            tables = read_tables(connection, self._reading, self.config)
        if not tables.schema.tables:
            raise self._without_tables(tables.unreadable)
        now = time.monotonic()
        self._pool.relations = {name: (now, each) for name, each in tables.relations.items()}
        return tables.schema

    def preview(
        self,
        table: str,
        *,
        search: str = "",
        sort: str | None = None,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> PreviewPage:
        """One page; rows beyond `rows.COUNTED` are not counted. Raises as `read_schema`, IntegrationError
        `table_unknown`, and ValidationError at "sort"."""
        asked = Asked(search, sort, descending, offset, limit)
        with self._connected("preview", table) as connection:
            return self._page(connection, table, asked)

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Every row, as the table was when the first batch was read. Raises as `preview`."""
        with self._connected("read", table) as connection:
            relation = self._find(connection, table)
        with (
            self._connected("read", table, self._reading.stream_options) as connection,
            closing(Rows(connection, self._reading, relation).stream(batch)) as batches,
        ):
            yield from batches

    @property
    def _pool(self) -> engines.Pool:
        return engines.pool(self.server, self.config)

    @property
    def _reading(self) -> Reading:
        return reading(self.server.name)

    @contextmanager
    def _connected(
        self,
        operation: str,
        table: str | None = None,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[sa.Connection]:
        with self._pool.engine.connect().execution_options(**options) as connection:
            try:
                yield connection
            except DBAPIError as error:
                told = self._told(error, operation, table)
                if told is None:
                    raise
                raise told from error

    def _page(self, connection: sa.Connection, table: str, asked: Asked) -> PreviewPage:
        """With the table as it is known; where that fails, as it is now."""
        known = self._known(table)
        if known is not None:
            try:
                return Rows(connection, self._reading, known).page(asked)
            except DBAPIError as error:
                if error.connection_invalidated or self._find(connection, table) == known:
                    raise
        return Rows(connection, self._reading, self._find(connection, table)).page(asked)

    def _known(self, table: str) -> Relation | None:
        read_at, relation = self._pool.relations.get(table, (0.0, None))
        return relation if read_at > time.monotonic() - _KNOWN_SECONDS else None

    def _find(self, connection: sa.Connection, table: str) -> Relation:
        found = find_relation(connection, self._reading, self.config, table)
        if found is None:
            self._pool.relations.pop(table, None)
            check_right(connection, self._reading, table)
            raise table_unknown(table, self.server.label, self.config.database)
        self._pool.relations[table] = time.monotonic(), found
        return found

    def _without_tables(self, unreadable: int) -> IntegrationError:
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

    def _told(
        self, error: DBAPIError, operation: str, table: str | None
    ) -> IntegrationError | None:
        """The error with what only this source knows; None where that says no more than the driver's."""
        code = classify(error).code
        if code not in {"query_timeout", "table_not_allowed"}:
            return None
        context = {"user": self.config.user, "table": table}
        if code == "query_timeout":
            context["seconds"] = f"{policy_config(SYSTEM).read_timeout:g}"
        known = {name: value for name, value in context.items() if value is not None}
        return IntegrationError(str(error.orig), self.server.label, operation, code=code, **known)
