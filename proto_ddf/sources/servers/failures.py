"""Errors about a database server, with the host, port, user and database that their messages name."""

from dataclasses import dataclass
from typing import Any

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig


@dataclass(frozen=True)
class ConnectionContext:
    """The server, address and user that an error is about."""

    system: str
    """For people: "PostgreSQL"."""
    address: Address
    config: ServerConfig

    def failure(self, code: str, text: str, /, **context: Any) -> IntegrationError:
        """`context` may come from a driver's error; its "message" then replaces `text`, which is less precise."""
        known = {
            "host": self.address.host,
            "port": self.address.port,
            "user": self.config.user,
            "database": self.config.database,
            **context,
        }
        known.pop("system", None)
        message = str(known.pop("message", text))
        return IntegrationError(message, self.system, "connect", code=code, **known)


def server_read_only(system: str, config: ServerConfig, reason: str) -> IntegrationError:
    """The server is read-only for everyone."""
    return _not_written(
        f"{system} is read-only.", system, config, "server_read_only", reason=reason
    )


def writing_not_allowed(system: str, config: ServerConfig) -> IntegrationError:
    """The user has no right to change rows in any table."""
    return _not_written("No table may be changed.", system, config, "writing_not_allowed")


def _not_written(
    message: str, system: str, config: ServerConfig, code: str, **context: str
) -> IntegrationError:
    return IntegrationError(
        message,
        system,
        "write",
        code=code,
        host=config.host,
        port=config.port,
        user=config.user,
        **context,
    )
