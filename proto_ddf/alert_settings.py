"""The settings of alerts: when each fires, and which channels it is sent to. docs/alerts.md describes the rules."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from proto_ddf.network_settings import parsed_json

AlertRule = Literal[
    "disk_low",
    "crash_loop",
    "breaker_trip",
    "network_errors",
    "recovery_failed",
    "failing_operations",
    "slow_operations",
    "critical_errors",
    "high_error_rate",
]
ALERT_RULES: tuple[AlertRule, ...] = get_args(AlertRule)
"""Where several have one cause, the first that fires stands for it."""
Window = Annotated[int, Field(ge=1, le=86_400)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]


class AlertSettings(BaseSettings):
    """Part of `Settings`. The rule `network_errors` has its own in `NetworkSettings`."""

    alert_rules_off: Annotated[tuple[AlertRule, ...], NoDecode] = Field(
        (), validation_alias="ALERT_RULES_OFF"
    )
    """JSON: the rules that are switched off."""
    alert_channels: Annotated[Mapping[AlertRule, tuple[str, ...]], NoDecode] = Field(
        {}, validation_alias="ALERT_CHANNELS"
    )
    """JSON: {"disk_low": ["Operators"], ...}, the notification channels by name or id; others are sent to all."""
    alert_disk_free_mb: Number = Field(500, validation_alias="ALERT_DISK_FREE_MB")
    """Less free space fires `disk_low`."""
    alert_crash_loop_crashes: Number = Field(3, validation_alias="ALERT_CRASH_LOOP_CRASHES")
    """Crashes in a row that fire `crash_loop`."""
    alert_breaker_open_seconds: int = Field(
        30, ge=0, le=86_400, validation_alias="ALERT_BREAKER_OPEN_SECONDS"
    )
    """A circuit that is open for so long fires `breaker_trip`."""
    alert_recovery_failures: Number = Field(1, validation_alias="ALERT_RECOVERY_FAILURES")
    """Failed repairs of one app or source that fire `recovery_failed`."""
    alert_recovery_window_seconds: Window = Field(
        86_400, validation_alias="ALERT_RECOVERY_WINDOW_SECONDS"
    )
    alert_degradation_runs: Number = Field(10, validation_alias="ALERT_DEGRADATION_RUNS")
    """Runs of a kind of operation, now and in the period before, without which the two are not compared."""
    alert_degradation_hours: int = Field(
        1, ge=1, le=168, validation_alias="ALERT_DEGRADATION_HOURS"
    )
    """The present hour and so many before are compared with 24 times as many before these."""
    alert_failing_points: float = Field(30, gt=0, le=100, validation_alias="ALERT_FAILING_POINTS")
    """Percentage points by which the success rate falls that fire `failing_operations`."""
    alert_slow_times: float = Field(2, gt=1, le=1000, validation_alias="ALERT_SLOW_TIMES")
    """How many times as long as before fires `slow_operations`."""
    alert_critical_errors: Number = Field(4, validation_alias="ALERT_CRITICAL_ERRORS")
    alert_critical_window_seconds: Window = Field(
        300, validation_alias="ALERT_CRITICAL_WINDOW_SECONDS"
    )
    """So many critical errors within this time fire `critical_errors`."""
    alert_error_rate: Number = Field(30, validation_alias="ALERT_ERROR_RATE")
    alert_error_rate_window_seconds: Window = Field(
        300, validation_alias="ALERT_ERROR_RATE_WINDOW_SECONDS"
    )
    """So many other errors within this time fire `high_error_rate`."""

    @field_validator("alert_rules_off", "alert_channels", mode="before")
    @classmethod
    def _parsed_alert_setting(cls, given: Any) -> Any:
        return parsed_json(given)
