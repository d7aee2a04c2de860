"""PostgreSQL and MySQL as kinds of source, and the environment with which an app connects to them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import URL

from proto_ddf import vault
from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.connecting import find_addresses
from proto_ddf.sources.servers.forms import form
from proto_ddf.sources.servers.mysql import server as mysql_server
from proto_ddf.sources.servers.postgres import server as postgres_server
from proto_ddf.sources.servers.server import Server
from proto_ddf.sources.servers.source import ServerSource
from proto_ddf.sources.servers.stages import STAGES

AppParameters = Callable[[Any, bool], Mapping[str, str]]
"""(config, writable) -> the query parameters of an app's URL."""


def _app_environment(
    server: Server, parameters: AppParameters, config: ServerConfig, writable: bool
) -> dict[str, str]:
    """Raises as `connecting.find_addresses`, and `secret_unreadable`."""
    find_addresses(config)
    url = URL.create(
        server.drivername,
        username=config.user,
        host=config.host.strip("[]"),
        port=config.port,
        database=config.database,
        query=dict(parameters(config, writable and config.writable)),
    )
    environment = {"DATABASE_URL": url.render_as_string()}
    if password := vault.reveal(config.password):
        environment["DATABASE_PASSWORD"] = password
    return environment


def _kind(server: Server, description: str, parameters: AppParameters) -> SourceKind:
    return SourceKind(
        name=server.name,
        label=server.label,
        description=description,
        icon="server",
        config_model=server.config_model,
        form=form(server),
        stages=STAGES,
        create=partial(ServerSource, server),
        target=partial(engines.target_of, server),
        live=True,
        dialect=server.name,
        app_environment=partial(_app_environment, server, parameters),
        check_writable=ServerSource.check_writable,
        release=partial(engines.dispose, server),
    )


POSTGRES = _kind(
    postgres_server.POSTGRES,
    "Tables and views of one database. The app works on the server itself.",
    postgres_server.app_parameters,
)
MYSQL = _kind(
    mysql_server.MYSQL,
    "Tables and views of one database. The app works on the server itself.",
    mysql_server.app_parameters,
)
