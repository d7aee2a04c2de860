"""Errors about a database server, with what their words need to name."""

from dataclasses import dataclass
from typing import Any

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig


@dataclass(frozen=True)
class About:
    """Whom an error is about."""

    system: str
    """For people: "PostgreSQL"."""
    address: Address
    config: ServerConfig

    def failure(self, code: str, message: str, **context: Any) -> IntegrationError:
        known = {
            "host": self.address.host,
            "port": self.address.port,
            "user": self.config.user,
            "database": self.config.database,
        }
        # What a driver's finding calls the system is about the same server.
        merged = {name: value for name, value in {**known, **context}.items() if name != "system"}
        return IntegrationError(message, self.system, "connect", code=code, **merged)
