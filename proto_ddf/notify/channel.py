"""A channel that is set up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proto_ddf import vault
from proto_ddf.notify.channels.kind import ChannelKind

FROM_ENVIRONMENT = "environment-"
"""How the ids of channels of the environment begin."""


@dataclass(frozen=True)
class Channel:
    id: str
    kind: ChannelKind
    name: str
    config: Mapping[str, Any]
    """Secrets are references; those of the environment are the secrets themselves."""
    enabled: bool = True
    created_at: str = ""
    """ISO 8601 with zone; empty for one of the environment."""

    @property
    def from_environment(self) -> bool:
        return self.id.startswith(FROM_ENVIRONMENT)

    def values(self) -> dict[str, str]:
        """The values of its form, with the secrets.

        Raises:
            SystemError: `secret_unreadable`.
        """
        values = {name: str(value) for name, value in self.config.items()}
        if not self.from_environment:
            for field in self.kind.secret_fields():
                values[field] = vault.reveal(values.get(field, ""))
        return values
