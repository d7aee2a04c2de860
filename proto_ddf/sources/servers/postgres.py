"""PostgreSQL as a server: its form, its sessions, its catalogue of rights."""

from typing import ClassVar

from proto_ddf.sources.servers.config import ServerConfig, Trimmed
from proto_ddf.sources.servers.server import (
    Address,
    DbapiConnection,
    Greeting,
    Rights,
    Server,
    Session,
)


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
    """The schemas to read, with commas between; empty: all but those of the server itself."""

    @property
    def schema_names(self) -> tuple[str, ...]:
        return tuple(name for part in self.schemas.split(",") if (name := part.strip()))


def _greet(address: Address, config: ServerConfig, seconds: float) -> Greeting:
    raise NotImplementedError


def _open(
    address: Address, config: ServerConfig, password: str, session: Session
) -> DbapiConnection:
    raise NotImplementedError


def _version(connection: DbapiConnection) -> str:
    raise NotImplementedError


def _rights(connection: DbapiConnection, config: ServerConfig) -> Rights:
    raise NotImplementedError


def _check_writable(connection: DbapiConnection, config: ServerConfig) -> None:
    raise NotImplementedError


POSTGRES = Server(
    name="postgresql",
    label="PostgreSQL",
    drivername="postgresql+psycopg",
    package="psycopg",
    config_model=PostgresConfig,
    default_port=5432,
    greet=_greet,
    open=_open,
    version=_version,
    rights=_rights,
    check_writable=_check_writable,
)
