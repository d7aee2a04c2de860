"""Sources that read the databases of tests."""

from typing import Any

from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.servers.source import ServerSource
from tests.servers.database_server import Database


def source_of(database: Database, **changes: Any) -> ServerSource:
    """The source of a database without a policy: each call is made once."""
    inner = make_source(database.server.kind, database.config(**changes)).inner
    assert isinstance(inner, ServerSource)
    return inner


def quoted(database: Database, name: str) -> str:
    """A name quoted for statements of that server; percent signs are not doubled."""
    mark = "`" if database.server.kind == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark
