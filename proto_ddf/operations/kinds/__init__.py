"""The kinds of operation. Importing this package registers them all."""

from proto_ddf.operations.kinds import apps, sources

__all__ = ["apps", "sources"]
