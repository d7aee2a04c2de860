"""A kind of source that needs a password, without a server: it accepts the right password."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

from pydantic import model_validator

from proto_ddf import vault
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.protocol import Finding, FormField, PageRequest, SourceKind, Stage
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

    def sign_in(self) -> Finding:
        return Finding(self._sign_in(), SCHEMA)

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

    def close(self) -> None:
        """Does nothing: no connection is kept open."""


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
    stages=(Stage("login", "Sign in", Vaulted.sign_in, reads_schema=True),),
    create=Vaulted,
    target=lambda config: f"Vaulted at {config.host}:{config.port}",
    live=True,
)


def config(password: str, **others: Any) -> dict[str, Any]:
    given = {"host": "db1", "port": 5432, "database": "shop", "user": "ann", "password": password}
    return given | others


def counted() -> tuple[SourceKind, Counter[str]]:
    """The kind, and counts of how often its config was "validated" and its source "made"."""
    counts: Counter[str] = Counter()

    class Config(ServerConfig):
        @model_validator(mode="after")
        def _count(self) -> Self:
            counts["validated"] += 1
            return self

    def create(config: ServerConfig) -> Vaulted:
        counts["made"] += 1
        return Vaulted(config)

    return replace(KIND, config_model=Config, create=create), counts
