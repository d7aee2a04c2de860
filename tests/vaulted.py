"""A kind of source that wants a password, without a server: it signs in where the password is the right one."""

from collections.abc import Iterator, Sequence
from typing import Any

from proto_ddf import vault
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.protocol import FormField, PageRequest, SourceKind, Stage
from proto_ddf.sources.schema.model import ColumnInfo, PreviewPage, SourceSchema, TableInfo
from proto_ddf.sources.servers.config import ServerConfig

NAME = "vaulted"
RIGHT = "open sesame"
SCHEMA = SourceSchema(
    tables=[TableInfo(name="item", columns=[ColumnInfo(name="id", type="integer")])]
)


class Vaulted:
    def __init__(self, config: ServerConfig) -> None:
        self._config = config

    def stages(self) -> Sequence[Stage]:
        return [Stage("login", "Sign in", self._sign_in)]

    def _sign_in(self) -> str:
        if vault.reveal(self._config.password) != RIGHT:
            raise IntegrationError("no", "Vaulted", "connect", code="authentication_failed")
        return "signed in"

    def check(self) -> None:
        self._sign_in()

    def read_schema(self) -> SourceSchema:
        self._sign_in()
        return SCHEMA

    def preview(self, request: PageRequest) -> PreviewPage:
        raise NotImplementedError

    def rows(self, table: str, batch: int = 1) -> Iterator[list[tuple[Any, ...]]]:
        raise NotImplementedError


KIND = SourceKind(
    name=NAME,
    label="Vaulted",
    description="",
    icon="lock",
    config_model=ServerConfig,
    form=(
        FormField("host", "Host", "text", default="localhost"),
        FormField("port", "Port", "number", default="5432"),
        FormField("database", "Database", "text"),
        FormField("user", "User", "text"),
        FormField("password", "Password", "secret", required=False),
        FormField("writable", "Allow changes", "switch", required=False),
        FormField("parameters", "Parameters", "text", required=False, advanced=True),
    ),
    create=Vaulted,
    target=lambda config: f"Vaulted at {config.host}:{config.port}",
    live=True,
)


def config(password: str, **others: Any) -> dict[str, Any]:
    given = {"host": "db1", "port": 5432, "database": "shop", "user": "ann", "password": password}
    return given | others
