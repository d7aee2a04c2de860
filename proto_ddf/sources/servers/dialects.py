"""How each kind of server is read."""

from importlib import import_module

from proto_ddf.sources.servers.dialect import Reading

_PACKAGES = {"postgresql": "postgres", "mysql": "mysql"}


def reading(name: str) -> Reading:
    """That of the kind of that name. Imports its driver: raises ImportError where that is missing."""
    found: Reading = import_module(f"proto_ddf.sources.servers.{_PACKAGES[name]}.dialect").READING
    return found
