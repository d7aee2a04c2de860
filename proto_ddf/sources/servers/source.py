"""One database of a server as a source: its schema, and its rows a page or a batch at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.schema import PreviewPage, SourceSchema
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.server import Server


class ServerSource:
    """A database as the user of `config` sees it. Connections come from a pool that all sources of the same
    config share; every call holds one for as long as it lasts."""

    def __init__(self, server: Server, config: ServerConfig) -> None:
        self.server = server
        self.config = config

    def stages(self) -> Sequence[Stage]:
        raise NotImplementedError

    def check(self) -> None:
        raise NotImplementedError

    def read_schema(self) -> SourceSchema:
        raise NotImplementedError

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
        raise NotImplementedError

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        raise NotImplementedError
