"""Which parts of error handling are switched on, by environment and by setting."""

from dataclasses import dataclass, replace
from typing import Literal

from proto_ddf.settings import get_settings

Environment = Literal["development", "staging", "production"]


@dataclass(frozen=True)
class ErrorHandlingConfig:
    retry: bool = True
    """Repairs are started, after which the failed operation goes on by itself."""
    circuit_breaker: bool = True
    escalation: bool = True
    codegen: bool = True
    notifications: bool = True


_ENVIRONMENTS: dict[Environment, ErrorHandlingConfig] = {
    # Whoever develops sees the errors, and nobody else should hear of them.
    "development": ErrorHandlingConfig(escalation=False, codegen=False, notifications=False),
    # As production, but nothing is paid for.
    "staging": ErrorHandlingConfig(codegen=False),
    "production": ErrorHandlingConfig(),
}
_SETTINGS = {
    "retry": "enable_retry",
    "circuit_breaker": "network_circuit_breaker_enabled",
    "escalation": "enable_escalation",
    "codegen": "enable_codegen",
    "notifications": "enable_notifications",
}
"""The setting of each part."""


def get_environment_config(environment: Environment) -> ErrorHandlingConfig:
    """The parts that are switched on in an environment, unless a setting says otherwise.

    Raises:
        ValueError: there is no such environment.
    """
    try:
        return _ENVIRONMENTS[environment]
    except KeyError:
        names = ", ".join(_ENVIRONMENTS)
        raise ValueError(f"there is no environment {environment!r}, only {names}") from None


def current_config() -> ErrorHandlingConfig:
    """That of the environment in the setting ERROR_HANDLING_ENVIRONMENT, changed by the settings that were given."""
    settings = get_settings()
    given = {
        part: getattr(settings, name)
        for part, name in _SETTINGS.items()
        if name in settings.model_fields_set
    }
    return replace(get_environment_config(settings.error_handling_environment), **given)
