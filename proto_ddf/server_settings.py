"""The settings of Proto-DDF's own server: what it accepts, and for how long it waits."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from proto_ddf.serving.settings import ServingSettings


class ServerSettings(BaseSettings):
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
        return ServingSettings(
            max_connections=self.max_connections, request_timeout_ms=self.request_timeout_ms
        )
