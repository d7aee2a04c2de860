"""What PostgreSQL and MySQL differ in, for all that connects to them and reads from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig

DbapiConnection = Any
"""A connection of the driver (PEP 249). psycopg and pymysql have no type in common."""


@dataclass(frozen=True)
class Session:
    """What a session may do and how long."""

    writable: bool
    connect_seconds: float
    """Until it is signed in."""
    read_seconds: float
    """Of one statement, at the server and for its answer here."""


@dataclass(frozen=True)
class Greeting:
    """What a server said before anyone signed in."""

    encryption: str
    """In a few words: "TLS 1.3, certificate trusted"."""
    refused: ProtoDDFError | None = None
    """Why it lets this user no further, if it said so already."""


@dataclass(frozen=True)
class Rights:
    """How many of the tables there are the user may read."""

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
    greet: Callable[[Address, ServerConfig, float], Greeting]
    """(address, config, seconds): speaks the server's protocol up to where one signs in, TLS included, without
    the driver. Raises IntegrationError: `host_silent`, `port_closed`, `connection_lost`, `wrong_server`, `tls_...`."""
    open: Callable[[Address, ServerConfig, str, Session], DbapiConnection]
    """(address, config, password, session): a signed-in connection of the driver, autocommit on, read-only unless
    writable. Raises typed errors, and the driver's own where it has nothing to add."""
    version: Callable[[DbapiConnection], str]
    """Name and version of the server: "PostgreSQL 15.18"."""
    rights: Callable[[DbapiConnection, ServerConfig], Rights]
    check_writable: Callable[[DbapiConnection, ServerConfig], None]
    """Of a writable session. Raises IntegrationError: `server_read_only`, `writing_not_allowed`."""
