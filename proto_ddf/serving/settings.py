"""The settings of serving, as plain values: Proto-DDF makes them from its own settings, an app reads them from one
variable."""

import json
import os
from dataclasses import asdict, dataclass, fields

VARIABLE = "PROTO_DDF_SERVING"
"""The variable in which an app's process gets its settings, in JSON format. There is no secret among them."""


@dataclass(frozen=True)
class ServingSettings:
    """How Proto-DDF or an app is served. Each field has the default of the setting with its name in capitals."""

    max_connections: int = 1000
    """Open connections; further ones wait. Each open tab has one."""
    request_timeout_ms: int = 5000
    """Time limit for the head of a request, for an idle connection, and for each part of a body that is too slow."""

    @classmethod
    def from_environment(cls) -> "ServingSettings":
        """The settings that `to_variable` wrote; what the variable does not name has its default."""
        given = json.loads(os.environ.get(VARIABLE) or "{}")
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})

    def to_variable(self) -> dict[str, str]:
        """The variable for the environment of an app's process."""
        return {VARIABLE: json.dumps(asdict(self))}
