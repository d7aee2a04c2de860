"""The settings of Proto-DDF's own server: what it accepts, and for how long it waits."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from proto_ddf.client_settings import ClientSettings
from proto_ddf.serving.settings import DEFAULT_RATES, ServingSettings


class ServerSettings(ClientSettings):
    """What `ServingSettings` is made from. Generated apps are served with the same limits."""

    max_connections: Annotated[int, Field(ge=10, le=100_000)] = Field(
        1000, validation_alias="MAX_CONNECTIONS"
    )
    """Open connections; further ones wait. Each open tab has one."""
    request_timeout_ms: Annotated[int, Field(ge=100, le=600_000)] = Field(
        5000, validation_alias="REQUEST_TIMEOUT_MS"
    )
    """Time limit for the head of a request, and for an idle connection."""

    def serving(self) -> ServingSettings:
        """How an app is served."""
        return ServingSettings(
            max_connections=self.max_connections,
            request_timeout_ms=self.request_timeout_ms,
            rates={**DEFAULT_RATES, **self.rate_limits},
            trusted_proxies=self.trusted_proxies,
        )

    def own_serving(self) -> ServingSettings:
        """How Proto-DDF itself is served."""
        return replace(
            self.serving(),
            is_own_server=True,
            public_url=self.public_url or "",
            cors_origins=self.cors_origins if self.enable_cors else [],
        )
