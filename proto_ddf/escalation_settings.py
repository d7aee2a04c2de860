"""The settings of escalation and of Codegen, an external service that repairs code."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
Attempts = Annotated[int, Field(ge=1, le=1_000_000)]


def _check_url(url: str) -> str:
    """The API key is sent to this address, so it must be encrypted, except on this machine."""
    parts = urlsplit(url)
    on_this_machine = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
        raise ValueError("it must begin with https:// and name a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("it may have no user, password, query or fragment")
    return url.rstrip("/")


class EscalationSettings(BaseSettings):
    """Part of `Settings`."""

    enable_escalation: bool = Field(True, validation_alias="ENABLE_ESCALATION")
    escalation_codegen_after: Attempts = Field(2, validation_alias="ESCALATION_CODEGEN_AFTER")
    """Failed recoveries and tries of one incident after which Codegen is asked."""
    escalation_manual_after: Attempts = Field(5, validation_alias="ESCALATION_MANUAL_AFTER")
    """After so many a person is asked."""
    escalation_reset_after: Attempts = Field(10, validation_alias="ESCALATION_RESET_AFTER")
    """After so many the person is offered the system reset."""
    enable_codegen: bool = Field(True, validation_alias="ENABLE_CODEGEN")
    codegen_api_url: Annotated[str, AfterValidator(_check_url)] = Field(
        "https://api.codegen.com", validation_alias="CODEGEN_API_URL"
    )
    codegen_api_key: SecretStr | None = Field(None, validation_alias="CODEGEN_API_KEY")
    codegen_org_id: int | None = Field(None, ge=1, validation_alias="CODEGEN_ORG_ID")
    codegen_deadline_seconds: float = Field(
        3600.0, gt=0, le=604_800, validation_alias="CODEGEN_DEADLINE_SECONDS"
    )
    """How long Codegen may work on one fix."""

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        if not (
            self.escalation_codegen_after
            <= self.escalation_manual_after
            <= self.escalation_reset_after
        ):
            raise ValueError(
                "ESCALATION_CODEGEN_AFTER, ESCALATION_MANUAL_AFTER and ESCALATION_RESET_AFTER must be in this order: "
                f"they are {self.escalation_codegen_after}, {self.escalation_manual_after} and "
                f"{self.escalation_reset_after}"
            )
        return self
