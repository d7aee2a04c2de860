"""The settings of calls to external systems: retries, timeouts, circuit breakers, fault injection."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode

SYSTEMS = ("source", "package_registry", "app", "usage_events", "notify", "codegen")
"""The kinds of target, each with its own settings."""
Milliseconds = Annotated[int, Field(ge=1, le=86_400_000)]


def parsed_json(given: Any) -> Any:
    """The value of a variable in JSON format.

    Raises:
        PydanticCustomError: it is not JSON.
    """
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError as error:
        words = "not valid JSON: {reason}"
        raise PydanticCustomError("not_json", words, {"reason": str(error)}) from error


class SystemSettings(BaseModel):
    """The settings of one system that differ from those of all systems; None means no difference."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_retries: int | None = Field(None, ge=0, le=100)
    """Attempts after the first."""
    retry_delay_ms: Milliseconds | None = None
    max_retry_delay_ms: Milliseconds | None = None
    retry_jitter_ms: int | None = Field(None, ge=0, le=60_000)
    """A random time up to this value is added to each wait."""
    connect_timeout_ms: Milliseconds | None = None
    read_timeout_ms: Milliseconds | None = None
    attempt_timeout_ms: Milliseconds | None = None
    """For one attempt as a whole; by default the sum of the two above."""
    deadline_ms: Milliseconds | None = None
    """For a call with all its attempts and waits."""
    circuit_breaker_enabled: bool | None = None
    circuit_breaker_threshold: int | None = Field(None, ge=1, le=10_000)
    """Consecutive failures that open it."""
    circuit_breaker_success_threshold: int | None = Field(None, ge=1, le=10_000)
    """Consecutive successful probes that close it."""
    circuit_breaker_reset_timeout_ms: Milliseconds | None = None
    max_concurrent: int | None = Field(None, ge=1, le=100_000)
    """Concurrent calls of one target."""
    max_queue: int | None = Field(None, ge=0, le=100_000)
    """Further calls that may wait."""
    rate_calls: int | None = Field(None, ge=1, le=1_000_000)
    rate_seconds: float | None = Field(None, gt=0, le=86_400)
    """At most `rate_calls` in `rate_seconds`."""
    retry_budget_tokens: float | None = Field(None, gt=0, le=1000)
    retry_budget_ratio: float | None = Field(None, gt=0, le=10)
    """Tokens that a successful attempt puts back into the budget; a failed attempt takes 1."""

    adaptive: bool | None = None
    """Waits and attempts adapt to the recent success rate."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.rate_calls is None) is not (self.rate_seconds is None):
            raise ValueError("rate_calls and rate_seconds must be given together")
        return self


class NetworkSettings(BaseSettings):
    """Part of `Settings`. Times are in milliseconds unless the name says seconds."""

    enable_retry: bool = Field(True, validation_alias="ENABLE_RETRY")
    """Whether failed calls are retried, and what failed is repaired without a person."""
    network_default_max_retries: int = Field(
        3, ge=0, le=100, validation_alias="NETWORK_DEFAULT_MAX_RETRIES"
    )
    network_default_retry_delay_ms: Milliseconds = Field(
        500, validation_alias="NETWORK_DEFAULT_RETRY_DELAY_MS"
    )
    network_max_retry_delay_ms: Milliseconds = Field(
        8000, validation_alias="NETWORK_MAX_RETRY_DELAY_MS"
    )
    network_retry_jitter_ms: int = Field(
        100, ge=0, le=60_000, validation_alias="NETWORK_RETRY_JITTER_MS"
    )
    network_default_connect_timeout_ms: Milliseconds = Field(
        5000, validation_alias="NETWORK_DEFAULT_CONNECT_TIMEOUT_MS"
    )
    network_default_read_timeout_ms: Milliseconds = Field(
        30_000, validation_alias="NETWORK_DEFAULT_READ_TIMEOUT_MS"
    )
    network_circuit_breaker_enabled: bool = Field(
        True,
        validation_alias=AliasChoices(
            "NETWORK_CIRCUIT_BREAKER_ENABLED", "ENABLE_CIRCUIT_BREAKER", "CIRCUIT_BREAKER_ENABLED"
        ),
    )
    network_circuit_breaker_threshold: int = Field(
        5,
        ge=1,
        le=10_000,
        validation_alias=AliasChoices(
            "NETWORK_CIRCUIT_BREAKER_THRESHOLD", "CIRCUIT_BREAKER_THRESHOLD"
        ),
    )
    network_circuit_breaker_reset_timeout_ms: Milliseconds = Field(
        30_000,
        validation_alias=AliasChoices(
            "NETWORK_CIRCUIT_BREAKER_RESET_TIMEOUT_MS", "CIRCUIT_BREAKER_RESET_TIMEOUT_MS"
        ),
    )
    network_error_alert_threshold: int = Field(
        10, ge=1, le=100_000, validation_alias="NETWORK_ERROR_ALERT_THRESHOLD"
    )
    """Network errors of one target within `network_error_window_seconds` that raise an alert."""
    network_error_window_seconds: int = Field(
        300, ge=1, le=86_400, validation_alias="NETWORK_ERROR_WINDOW_SECONDS"
    )
    network_systems: Annotated[Mapping[str, SystemSettings], NoDecode] = Field(
        {}, validation_alias="NETWORK_SYSTEMS"
    )
    """JSON: {"source": {"max_retries": 5}, ...}."""
    resilience_profile: Literal["development", "production"] | None = Field(
        None, validation_alias="RESILIENCE_PROFILE"
    )
    """A named profile of retries, used where no NETWORK_ variable is set."""
    faults_enabled: bool = Field(False, validation_alias="FAULTS_ENABLED")
    """Allows fault injection."""

    @field_validator("network_systems", mode="before")
    @classmethod
    def _parsed(cls, given: Any) -> Any:
        systems = parsed_json(given or "{}")
        if isinstance(systems, dict):
            for name in systems:
                if name not in SYSTEMS:
                    raise ValueError(f"there is no system {name!r}, only {', '.join(SYSTEMS)}")
        return systems

    @model_validator(mode="after")
    def _delays_in_order(self) -> Self:
        """The maximum delay is not less than the first delay, for all systems and for each one."""
        first = self._unless_from_profile("network_default_retry_delay_ms")
        longest = self._unless_from_profile("network_max_retry_delay_ms")
        if first and longest and longest < first:
            raise ValueError(
                f"NETWORK_MAX_RETRY_DELAY_MS ({longest}) must not be less than "
                f"NETWORK_DEFAULT_RETRY_DELAY_MS ({first})"
            )
        for name, system in self.network_systems.items():
            own_first = system.retry_delay_ms or first
            own_longest = system.max_retry_delay_ms or longest
            if own_first and own_longest and own_longest < own_first:
                raise ValueError(
                    f"NETWORK_SYSTEMS.{name}: max_retry_delay_ms ({own_longest}) must not be less "
                    f"than retry_delay_ms ({own_first})"
                )
        return self

    def _unless_from_profile(self, name: str) -> int | None:
        """The value of a delay; None if it comes from the profile."""
        if self.resilience_profile and name not in self.model_fields_set:
            return None
        value: int = getattr(self, name)
        return value
