"""The settings of who may come in."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

SignInMode = Literal["false", "token", "accounts"]


class AccessSettings(BaseSettings):
    """Part of `Settings`."""

    enable_auth: Annotated[
        SignInMode, BeforeValidator(lambda given: str(given).strip().lower())
    ] = Field("false", validation_alias="ENABLE_AUTH")
    """false: everybody who reaches the server, which is this machine only; token: whoever opened the printed link;
    accounts: people with an account."""
    session_idle_hours: float = Field(168.0, gt=0, le=8760, validation_alias="SESSION_IDLE_HOURS")
    """A session ends after that time without a request or event."""
    session_days: float = Field(30.0, gt=0, le=365, validation_alias="SESSION_DAYS")
    """A session ends that long after the sign-in."""
    max_session_sockets: int = Field(100, ge=1, le=100_000, validation_alias="MAX_SESSION_SOCKETS")
    """How many open tabs a session may have."""
    app_session_seconds: float = Field(
        300.0, ge=5, le=86_400, validation_alias="APP_SESSION_SECONDS"
    )
    """How soon an app notices that somebody signed out of Proto-DDF or got another role: so long it lets people in
    without asking."""
    keep_audit_days: int = Field(365, ge=1, le=36_500, validation_alias="KEEP_AUDIT_DAYS")
