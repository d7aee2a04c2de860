"""What reading from PostgreSQL and MySQL differs in. Everything else about schemas and rows is the same."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from proto_ddf.sources.schema.model import ColumnInfo
from proto_ddf.sources.servers.catalogue import Catalogue
from proto_ddf.sources.servers.config import ServerConfig

Place = tuple[str | None, str]
"""Namespace (None: the default one) and name of a table."""


@dataclass(frozen=True)
class Reading:
    """The SQL of one kind of server. Column names that its functions are given are quoted."""

    has_namespaces: bool
    """A database has several, and tables of one name in each."""
    adapt: Callable[[Any], None]
    """(connection of the driver): values come as plain ones of Python."""
    read_catalogue: Callable[[sa.Connection, ServerConfig, Place | None], Catalogue]
    converter: Callable[[ColumnInfo], Callable[[Any], Any] | None]
    """What turns a value as the driver gives it into one of the column's type; None: it is one already."""
    contains: Callable[[str], str]
    """A condition on a column, whatever its case, with one `%s` that takes `to_parameter(text)`."""
    to_parameter: Callable[[str], str]
    as_text: Callable[[str], str]
    nulls_first: Literal["ASC", "DESC"]
    """Of the two directions the one in which the server puts nulls first of itself."""
    limited: Callable[[sa.Connection, str, float], AbstractContextManager[sa.CursorResult[Any]]]
    """(connection, SELECT, seconds): its result, stopped by the server after that time."""
    unlimited: Callable[[sa.Connection, str], str]
    """A SELECT that may take as long as its reader does."""
    stream_options: dict[str, Any]
    """Execution options with which a SELECT is read as a stream."""
    abandon: Callable[[sa.Connection, sa.CursorResult[Any]], None]
    """Ends a stream that was not read to its end and its connection, without waiting for a server that may be gone."""
    engine_options: dict[str, Any]
    """What SQLAlchemy's engine is told beside what it is told for every kind."""
    planned_rows: Callable[[sa.Connection, str], int | None]
    """(connection, SELECT): how many rows the server's planner expects; None where it does not tell."""
