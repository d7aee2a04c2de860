"""How each kind of server is read."""

from importlib import import_module

from proto_ddf.sources.servers.reading import Reading

_MODULES = {"postgresql": "postgres_reading", "mysql": "mysql_reading"}


def reading(name: str) -> Reading:
    """That of the kind of that name. Imports its driver: raises ImportError where that is missing."""
    found: Reading = import_module(f"proto_ddf.sources.servers.{_MODULES[name]}").READING
    return found
