"""What a kind of database server provides: its form's defaults, handshake, sign-in and rights."""

from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig

DbapiConnection = Any
"""A connection of the driver (PEP 249). psycopg and pymysql have no type in common."""


@dataclass(frozen=True)
class Session:
    """Limits of a session."""

    connect_seconds: float
    """For connecting and signing in."""
    read_seconds: float
    """For one statement, both at the server and while waiting for its answer."""


@dataclass(frozen=True)
class Handshake:
    """The result of a handshake before sign-in."""

    encryption: str
    """In a few words: "TLS 1.3, certificate trusted"."""
    refused: ProtoDDFError | None = None
    """Why the server rejects this user, if it said so during the handshake."""


class PerformHandshake(Protocol):
    """Speaks the server's protocol up to the sign-in, TLS included, without the driver."""

    def __call__(
        self,
        address: Address,
        config: ServerConfig,
        seconds: float,
        opened: socket | None = None,
    ) -> Handshake:
        """Over `opened`, a socket connected to the address, or else over one of its own; the socket is closed afterwards.

        Raises:
            IntegrationError: `host_silent`, `port_closed`, `connection_lost`, `wrong_server`, `tls_...`.
        """


@dataclass(frozen=True)
class Rights:
    """How many tables exist, and how many of them the user may read."""

    readable: int
    tables: int


@dataclass(frozen=True)
class Server:
    """One kind of database server. `sources.servers.postgres` and `.mysql` have one each."""

    name: Literal["postgresql", "mysql"]
    """Of the kind of source, of SQLAlchemy's dialect, and of the database of an app."""
    label: str
    """For people, also in errors: "PostgreSQL"."""
    drivername: str
    """Of SQLAlchemy's URL: "postgresql+psycopg"."""
    package: str
    """The Python package of the driver."""
    config_model: type[ServerConfig]
    default_port: int
    perform_handshake: PerformHandshake
    open: Callable[[Address, ServerConfig, str, Session], DbapiConnection]
    """(address, config, password, session): a signed-in connection of the driver, autocommit on, read-only.
    Raises typed errors, and the driver's own where it has nothing to add."""
    version: Callable[[DbapiConnection], str]
    """Name and version of the server: "PostgreSQL 15.18"."""
    rights: Callable[[sa.Connection, ServerConfig], Rights]
    check_writable: Callable[[sa.Connection, ServerConfig], None]
    """Checks on a connection of the pool whether rows may be changed; the connection is read-only again afterwards.
    Raises IntegrationError: `server_read_only`, `writing_not_allowed`."""
