"""The dialect of each kind of server."""

from importlib import import_module

from proto_ddf.sources.servers.dialect import ServerDialect

_PACKAGES = {"postgresql": "postgres", "mysql": "mysql"}


def dialect(name: str) -> ServerDialect:
    """The dialect of a kind of server. Imports its driver: raises ImportError if that is missing."""
    found: ServerDialect = import_module(
        f"proto_ddf.sources.servers.{_PACKAGES[name]}.dialect"
    ).DIALECT
    return found
