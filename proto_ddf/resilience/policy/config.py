"""The configuration of a system's policy, merged from several sources.

For each value the first source that has one is used: the argument, NETWORK_SYSTEMS, the NETWORK_ variable if it was
set, RESILIENCE_PROFILE, the defaults of the system (SYSTEM_DEFAULTS), and the default of the NETWORK_ variable.
Without ENABLE_RETRY there are no retries, whatever these say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from proto_ddf.network_settings import NetworkSettings, SystemSettings
from proto_ddf.resilience.breaker import SlidingWindow
from proto_ddf.resilience.retry import PROFILES, RetryConfig
from proto_ddf.resilience.retry.jitter import additive
from proto_ddf.settings import get_settings

SYSTEM_DEFAULTS: Mapping[str, SystemSettings] = MappingProxyType(
    {
        # A person waits for the answer. There are few calls a minute, so the retry budget allows retries until half
        # of the attempts fail.
        "source": SystemSettings(
            max_retries=4,
            connect_timeout_ms=5_000,
            read_timeout_ms=25_000,
            deadline_ms=60_000,
            # More than the attempts of one call, so that a person can correct the cause and try again at once.
            circuit_breaker_threshold=10,
            max_concurrent=8,
            max_queue=32,
            retry_budget_tokens=20,
            retry_budget_ratio=1.0,
        ),
        # An installation takes long, and the installer has timeouts of its own.
        "package_registry": SystemSettings(
            max_retries=2,
            retry_delay_ms=1_000,
            attempt_timeout_ms=900_000,
            max_concurrent=4,
            max_queue=32,
            retry_budget_ratio=1.0,
            adaptive=True,
        ),
        # Health checks of apps, which come again soon. A short reset timeout shows early that an app answers again.
        "app": SystemSettings(
            connect_timeout_ms=1_000,
            read_timeout_ms=4_000,
            circuit_breaker_reset_timeout_ms=5_000,
        ),
        # Nobody waits for the answer, and the service limits the rate of calls: few retries, far apart.
        "codegen": SystemSettings(
            max_retries=3,
            retry_delay_ms=1_000,
            max_retry_delay_ms=30_000,
            connect_timeout_ms=10_000,
            read_timeout_ms=60_000,
            circuit_breaker_reset_timeout_ms=60_000,
            retry_budget_ratio=1.0,
        ),
        # A lost event does no harm.
        "usage_events": SystemSettings(
            circuit_breaker_threshold=3,
            circuit_breaker_reset_timeout_ms=60_000,
            deadline_ms=10_000,
            adaptive=True,
        ),
        # Channels of notifications, whose queue sends again what was not taken. Nobody waits for an answer.
        "notify": SystemSettings(
            connect_timeout_ms=5_000,
            read_timeout_ms=15_000,
            circuit_breaker_reset_timeout_ms=60_000,
        ),
    }
)
_NEVER_RETRIED = frozenset({"app", "notify"})
"""Systems whose calls are repeated anyway. They retry only if their own entry in NETWORK_SYSTEMS says so."""

_GLOBAL_SETTINGS = {
    "max_retries": "network_default_max_retries",
    "retry_delay_ms": "network_default_retry_delay_ms",
    "max_retry_delay_ms": "network_max_retry_delay_ms",
    "retry_jitter_ms": "network_retry_jitter_ms",
    "connect_timeout_ms": "network_default_connect_timeout_ms",
    "read_timeout_ms": "network_default_read_timeout_ms",
    "circuit_breaker_enabled": "network_circuit_breaker_enabled",
    "circuit_breaker_threshold": "network_circuit_breaker_threshold",
    "circuit_breaker_reset_timeout_ms": "network_circuit_breaker_reset_timeout_ms",
}
"""For each setting of one system, the setting for all systems that is used without it."""


@dataclass(frozen=True)
class PolicyConfig:
    """The values of one policy. All times are in seconds; None switches a part off."""

    retry: RetryConfig = field(default_factory=RetryConfig)
    deadline: float | None = None
    """For a call with all its attempts and waits."""
    attempt_timeout: float | None = None
    connect_timeout: float = 5.0
    """For drivers, like `read_timeout`."""
    read_timeout: float = 30.0
    breaker: bool = True
    """Whether there is a circuit breaker."""
    failure_threshold: int = 5
    success_threshold: int = 3
    reset_timeout: float = 30.0
    probe_timeout: float = 30.0
    window: SlidingWindow | None = None
    """Opens the breaker by rates instead of by consecutive failures."""
    max_concurrent: int | None = None
    """Concurrent calls of one target."""
    max_queue: int = 0
    rate: tuple[int, float] | None = None
    """Calls of the system, and the seconds they are for."""
    budget: tuple[float, float] | None = (10.0, 0.1)
    """Tokens of the retry budget, and the part of a token that a success puts back."""
    adaptive: bool = False
    """Waits and attempts adapt to the recent success rate."""

    def describe(self) -> tuple[tuple[str, str], ...]:
        """Names and values to show to people."""
        return tuple(_retries(self.retry)) + tuple(_limits(self))


def policy_config(
    system: str,
    given: SystemSettings | None = None,
    *,
    window: SlidingWindow | None = None,
    settings: NetworkSettings | None = None,
) -> PolicyConfig:
    """The configuration of a system's policy; `given` overrides its settings."""
    settings = settings or get_settings()
    merged = _merged(system, given, settings)
    connect, read = merged["connect_timeout_ms"], merged["read_timeout_ms"]
    attempt = merged.get("attempt_timeout_ms", connect + read) / 1000
    deadline = merged.get("deadline_ms")
    rate = merged.get("rate_calls")
    return PolicyConfig(
        retry=_retry(merged),
        deadline=None if deadline is None else deadline / 1000,
        attempt_timeout=attempt,
        connect_timeout=connect / 1000,
        read_timeout=read / 1000,
        breaker=merged["circuit_breaker_enabled"],
        failure_threshold=merged["circuit_breaker_threshold"],
        success_threshold=merged.get("circuit_breaker_success_threshold", 3),
        reset_timeout=merged["circuit_breaker_reset_timeout_ms"] / 1000,
        probe_timeout=max(PolicyConfig.probe_timeout, attempt),
        window=window,
        max_concurrent=merged.get("max_concurrent"),
        max_queue=merged.get("max_queue", 0),
        rate=None if rate is None else (rate, merged["rate_seconds"]),
        budget=(merged.get("retry_budget_tokens", 10.0), merged.get("retry_budget_ratio", 0.1)),
        adaptive=merged.get("adaptive", False),
    )


def _merged(system: str, given: SystemSettings | None, settings: NetworkSettings) -> dict[str, Any]:
    """The value of each setting, merged from the lowest to the highest precedence."""
    global_values = {
        name: getattr(settings, variable) for name, variable in _GLOBAL_SETTINGS.items()
    }
    explicit = {
        n: global_values[n] for n, v in _GLOBAL_SETTINGS.items() if v in settings.model_fields_set
    }
    merged = {
        **global_values,
        **_given_values(SYSTEM_DEFAULTS.get(system)),
        **_profile(settings.resilience_profile),
        **explicit,
        **({"max_retries": 0} if system in _NEVER_RETRIED else {}),
        **_given_values(settings.network_systems.get(system)),
        **_given_values(given),
        **({} if settings.enable_retry else {"max_retries": 0}),
    }
    # The two may come from different sources and contradict each other.
    if merged["max_retry_delay_ms"] < merged["retry_delay_ms"]:
        merged["max_retry_delay_ms"] = merged["retry_delay_ms"]
    return merged


def _given_values(system: SystemSettings | None) -> dict[str, Any]:
    return system.model_dump(exclude_none=True) if system else {}


def _profile(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    profile = PROFILES[name]
    return {
        "max_retries": profile.max_attempts - 1,
        "retry_delay_ms": profile.initial_delay * 1000,
        "max_retry_delay_ms": profile.max_delay * 1000,
        "retry_jitter_ms": None,  # None: the profile's jitter is used
        "profile": profile,
    }


def _retry(merged: Mapping[str, Any]) -> RetryConfig:
    profile: RetryConfig = merged.get("profile", RetryConfig())
    jitter = merged["retry_jitter_ms"]
    return RetryConfig(
        max_attempts=merged["max_retries"] + 1,
        initial_delay=merged["retry_delay_ms"] / 1000,
        max_delay=merged["max_retry_delay_ms"] / 1000,
        backoff_factor=profile.backoff_factor,
        jitter=profile.jitter if jitter is None else additive(jitter / 1000),
    )


def _retries(retry: RetryConfig) -> Iterator[tuple[str, str]]:
    if retry.max_attempts == 1:
        yield "Retries", "none"
        return
    yield "Retries", f"up to {retry.max_attempts - 1}"
    yield "Wait before a retry", f"from {retry.initial_delay:g} s up to {retry.max_delay:g} s"


def _limits(config: PolicyConfig) -> Iterator[tuple[str, str]]:
    if config.deadline is not None:
        yield "Time limit of a call", f"{config.deadline:g} s for all attempts"
    if config.attempt_timeout is not None:
        yield "Timeout of an attempt", f"{config.attempt_timeout:g} s"
    if not config.breaker:
        yield "Circuit breaker", "switched off"
    elif config.window is None:
        yield "Opens after", f"{config.failure_threshold} consecutive failures"
    if config.breaker:
        yield "Stays open for", f"{config.reset_timeout:g} s"
        yield "Closes after", f"{config.success_threshold} successful calls"
    if config.max_concurrent is not None:
        yield "Concurrent calls", f"{config.max_concurrent}, and {config.max_queue} in the queue"
    if config.rate is not None:
        yield "Rate limit", f"{config.rate[0]} calls in {config.rate[1]:g} s"
