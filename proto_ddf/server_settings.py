"""The settings of Proto-DDF's own server: what it accepts, and for how long it waits."""

import ipaddress
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from proto_ddf.client_settings import ClientSettings
from proto_ddf.serving.settings import DEFAULT_RATES, ServingSettings


def _check_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("it must be an IP address, such as 127.0.0.1 or 0.0.0.0") from None


IPAddress = Annotated[str, AfterValidator(_check_address)]


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
    body_limit_mb: Annotated[int, Field(ge=1, le=10_000)] = Field(
        10, validation_alias="BODY_LIMIT_MB"
    )
    """Megabytes of the body of a request; uploads have MAX_UPLOAD_MB."""
    max_upload_mb: int = Field(500, ge=1, le=1_000_000, validation_alias="MAX_UPLOAD_MB")
    tls_cert: Path | None = Field(None, validation_alias="TLS_CERT")
    tls_key: Path | None = Field(None, validation_alias="TLS_KEY")
    """PEM files of the certificate, with its chain, and of its private key."""
    apps_host: IPAddress = Field("127.0.0.1", validation_alias="APPS_HOST")
    """The address on which apps that need sign-in listen. The others listen on this machine alone."""
    app_memory_mb: Annotated[int, Field(ge=256, le=1_000_000)] = Field(
        1024, validation_alias="APP_MEMORY_MB"
    )
    """Megabytes that the process of an app may write to."""
    app_open_files: Annotated[int, Field(ge=128, le=1_000_000)] = Field(
        2048, validation_alias="APP_OPEN_FILES"
    )
    """Descriptors that the process of an app may have open, its connections among them."""

    @model_validator(mode="after")
    def _certificate_is_whole(self) -> Self:
        if (self.tls_cert is None) is not (self.tls_key is None):
            raise ValueError("TLS_CERT and TLS_KEY: either both or none must be given")
        if self.tls_cert and self.tls_key:
            for name, path in (("TLS_CERT", self.tls_cert), ("TLS_KEY", self.tls_key)):
                _check_readable(name, path)
            _check_certificate(self.tls_cert, self.tls_key)
        return self

    @property
    def scheme(self) -> str:
        """That of addresses of Proto-DDF, and of apps that need sign-in."""
        return "https" if self.tls_cert else "http"

    def serving(self) -> ServingSettings:
        """How an app without sign-in is served: on this machine alone, so without TLS."""
        return ServingSettings(
            max_connections=self.max_connections,
            request_timeout_ms=self.request_timeout_ms,
            body_limit_mb=self.body_limit_mb,
            upload_limit_mb=self.max_upload_mb,
            memory_mb=self.app_memory_mb,
            open_files=self.app_open_files,
            rates={**DEFAULT_RATES, **self.rate_limits},
            trusted_proxies=self.trusted_proxies,
        )

    def serving_with_sign_in(self) -> ServingSettings:
        """How an app that needs sign-in is served: with TLS if Proto-DDF has it."""
        return replace(
            self.serving(),
            tls_cert=str(self.tls_cert.absolute()) if self.tls_cert else None,
            tls_key=str(self.tls_key.absolute()) if self.tls_key else None,
        )

    def own_serving(self) -> ServingSettings:
        """How Proto-DDF itself is served."""
        return replace(
            self.serving_with_sign_in(),
            memory_mb=None,
            open_files=None,
            is_own_server=True,
            public_url=self.public_url or "",
            cors_origins=self.cors_origins if self.enable_cors else [],
        )


def _check_readable(name: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: {path} cannot be read: {error.strerror}") from error


def _check_certificate(certificate: Path, key: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")  # without one it would be asked for
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or str(error)
        raise ValueError(
            f"TLS_CERT and TLS_KEY do not work together: {reason}. They must be PEM files, of a certificate and of "
            "its key without a passphrase"
        ) from error
