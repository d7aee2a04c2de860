"""The settings of serving, as plain values: Proto-DDF makes them from its own settings, an app reads them from one
variable."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

DEFAULT_RATES = {
    "requests_per_session": "6000/minute",
    "requests_per_address": "30000/minute",
    "websockets_per_session": "300/minute",
    "websockets_per_address": "1200/minute",
    "sign_ins_per_address": "30/minute",
}
"""More than any person does: a page is some forty requests when it is first opened, and one websocket."""
LOOPBACK = "127.0.0.1"
VARIABLE = "PROTO_DDF_SERVING"
"""The variable in which an app's process gets its settings, in JSON format. There is no secret among them."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in to an app."""

    app: str
    """Its slug."""
    server: str
    """The address of Proto-DDF. "{host}" in it stands for the host by which a browser has opened the app."""
    session_seconds: float
    """How long a session lasts without being renewed."""
    only_editors: bool
    """The app's code does not know that some may only read, so that nobody else may open it."""
    host: str = LOOPBACK
    """The address on which the app listens. Without sign-in it has no choice: it listens on this machine alone."""


@dataclass(frozen=True)
class ServingSettings:
    """How Proto-DDF or an app is served. Each field has the default of the setting with its name in capitals."""

    max_connections: int = 1000
    """Open connections; further ones wait. Each open tab has one."""
    request_timeout_ms: int = 5000
    """Time limit for the head of a request, for an idle connection, and for a body that arrives too slowly."""
    body_limit_mb: int = 10
    """Megabytes of the body of a request."""
    upload_limit_mb: int = 500
    """Megabytes of the body of a request that uploads a file."""
    tls_cert: str | None = None
    tls_key: str | None = None
    """Files; both or none."""
    memory_mb: int | None = None
    open_files: int | None = None
    """Limits of the process."""

    rates: dict[str, str] = field(default_factory=DEFAULT_RATES.copy)
    """How often a client may do something, by name, in the notation of the library `limits`; an empty one: at will."""
    trusted_proxies: list[str] = field(default_factory=list)
    """The networks of the proxies whose X-Forwarded headers count."""
    is_own_server: bool = False
    """Proto-DDF's own server. An app without sign-in checks Host and Origin itself alone, by its ALLOWED_HOSTS."""
    public_url: str = ""
    """Where people open it, if that is not its own host and port."""
    cors_origins: list[str] = field(default_factory=list)
    """The origins of pages of other sites that may call its routes."""
    pictures_of_the_web: bool = False
    """The pages may show pictures of any site; only an app whose data have their addresses."""
    sign_in: SignIn | None = None
    """Of an app; None: it is open to this machine. The key of its tickets is in a variable of its own."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ServingSettings":
        """The settings that `to_variable` wrote; what the variable does not name has its default."""
        given = json.loads(environment.get(VARIABLE) or "{}")
        if given.get("sign_in"):
            given["sign_in"] = SignIn(**given["sign_in"])
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})

    def to_variable(self) -> dict[str, str]:
        """The variable for the environment of an app's process."""
        return {VARIABLE: json.dumps(asdict(self))}
