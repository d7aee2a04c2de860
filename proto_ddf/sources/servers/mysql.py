"""MySQL and MariaDB as servers: their sessions and rights."""

from typing import ClassVar

from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.server import (
    Address,
    DbapiConnection,
    Greeting,
    Rights,
    Server,
    Session,
)


class MysqlConfig(ServerConfig):
    """One database of a MySQL or MariaDB server."""

    parameters_allowed: ClassVar[frozenset[str]] = frozenset(
        {"charset", "collation", "program_name", "sql_mode"}
    )


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


MYSQL = Server(
    name="mysql",
    label="MySQL or MariaDB",
    drivername="mysql+pymysql",
    package="pymysql",
    config_model=MysqlConfig,
    default_port=3306,
    greet=_greet,
    open=_open,
    version=_version,
    rights=_rights,
    check_writable=_check_writable,
)
