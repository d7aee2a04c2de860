"""The settings of what the server believes of its clients, and how often they may do something."""

import ipaddress
from typing import Annotated, Self

from limits import parse
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode

from proto_ddf.network_settings import parsed_json
from proto_ddf.serving.hosts import origin_of
from proto_ddf.serving.settings import DEFAULT_RATES


def _check_network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a network such as 10.0.0.0/8: {error}") from error


def _check_origin(text: str) -> str:
    found = origin_of(text)
    if found is None or text.rstrip("/").lower() != found:
        raise ValueError(
            f"{text!r} is not an address such as https://data.example.org, without a path"
        )
    return found


def _check_rate(text: str) -> str:
    try:
        if text:
            parse(text)
    except ValueError:
        text = ";"
    if any(separator in text for separator in ";,|"):
        raise ValueError('it must be a rate such as "600/minute", or empty for no limit')
    return text


def _check_names(rates: dict[str, str]) -> dict[str, str]:
    for name in rates:
        if name not in DEFAULT_RATES:
            raise ValueError(f"there is no limit {name!r}, only {', '.join(DEFAULT_RATES)}")
    return rates


Network = Annotated[str, AfterValidator(_check_network)]
Origin = Annotated[str, AfterValidator(_check_origin)]
Rate = Annotated[str, AfterValidator(_check_rate)]


class ClientSettings(BaseSettings):
    """Who the clients are, and what they may do."""

    trusted_proxies: Annotated[list[Network], NoDecode, BeforeValidator(parsed_json)] = Field(
        [], validation_alias="TRUSTED_PROXIES"
    )
    """The networks of the proxies whose X-Forwarded-For, -Proto and -Host count; nobody else's do (JSON list)."""
    public_url: Origin | None = Field(None, validation_alias="PUBLIC_URL")
    """Where people open Proto-DDF, if that is not its own host and port: the address of a proxy."""
    enable_cors: bool = Field(False, validation_alias="ENABLE_CORS")
    cors_origins: Annotated[list[Origin], NoDecode, BeforeValidator(parsed_json)] = Field(
        [], validation_alias="CORS_ORIGINS"
    )
    """With ENABLE_CORS: the origins of other sites whose pages may call the HTTP routes as Proto-DDF's own pages may (JSON
    list). They open no websocket."""
    rate_limits: Annotated[
        dict[str, Rate], NoDecode, BeforeValidator(parsed_json), AfterValidator(_check_names)
    ] = Field({}, validation_alias="RATE_LIMITS")
    """How often a client may do something, by name, where it is not the default (JSON)."""
    metrics_token: SecretStr | None = Field(None, min_length=16, validation_alias="METRICS_TOKEN")
    """Who sends it as a bearer token may read /readiness and /metrics from another machine."""

    @model_validator(mode="after")
    def _cors_needs_origins(self) -> Self:
        if self.enable_cors and not self.cors_origins:
            raise ValueError(
                "ENABLE_CORS needs CORS_ORIGINS: the addresses of the sites that may call"
            )
        return self
