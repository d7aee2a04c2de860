"""The SQL that differs between PostgreSQL and MySQL. Everything else about schemas and rows is shared."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from proto_ddf.sources.schema.model import ColumnInfo
from proto_ddf.sources.servers.catalogue import Catalogue, TableName
from proto_ddf.sources.servers.config import ServerConfig


@dataclass(frozen=True)
class ServerDialect:
    """The SQL of one kind of server. Column names that its functions are given are quoted."""

    has_namespaces: bool
    """A database has several namespaces, each of which may have a table of the same name."""
    adapt: Callable[[Any], None]
    """(connection of the driver): makes it return plain Python values."""
    read_catalogue: Callable[[sa.Connection, ServerConfig, TableName | None], Catalogue]
    converter: Callable[[ColumnInfo], Callable[[Any], Any] | None]
    """The function that converts a value from the driver to the column's type; None: no conversion is needed."""
    contains: Callable[[str], str]
    """A case-insensitive condition on a column, with one `%s` that takes `to_parameter(text)`."""
    to_parameter: Callable[[str], str]
    as_text: Callable[[str], str]
    nulls_first: Literal["ASC", "DESC"]
    """The sort direction in which the server puts nulls first by default."""
    limited: Callable[[sa.Connection, str, float], AbstractContextManager[sa.CursorResult[Any]]]
    """(connection, SELECT, seconds): its result; the server stops the statement after that time."""
    unlimited: Callable[[sa.Connection, str], str]
    """(connection, SELECT): the SELECT without a time limit at the server, for a reader that may be slow."""
    stream_options: dict[str, Any]
    """Execution options with which a SELECT is read as a stream."""
    abandon: Callable[[sa.Connection, sa.CursorResult[Any]], None]
    """Closes a stream that was not read to its end, and its connection, without waiting for a server that may be gone."""
    engine_options: dict[str, Any]
    """Further arguments of SQLAlchemy's create_engine."""
    planned_rows: Callable[[sa.Connection, str], int | None]
    """(connection, SELECT): how many rows the server's planner expects; None if it does not say."""
