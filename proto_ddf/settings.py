"""All settings of Proto-DDF, typed, read from the environment or a `.env` file."""

import binascii
import os
from base64 import urlsafe_b64decode
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from proto_ddf.access_settings import AccessSettings
from proto_ddf.alert_settings import AlertSettings
from proto_ddf.escalation_settings import EscalationSettings
from proto_ddf.network_settings import NetworkSettings, parsed_json
from proto_ddf.notification_settings import NotificationSettings
from proto_ddf.port_numbers import (
    BLOCKED_PORTS,
    FIRST_APP_PORT,
    LAST_APP_PORT,
    SERVER_PORT,
    Port,
    UnprivilegedPort,
)
from proto_ddf.server_settings import ServerSettings
from proto_ddf.serving.hosts import Host, reached_at

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
Seconds = Annotated[float, Field(gt=0, le=86_400)]
PROJECT_ROOT = Path(__file__).resolve().parent.parent


def _check_key(key: SecretStr) -> SecretStr:
    """Check the format of a Fernet key (https://github.com/fernet/spec)."""
    try:
        size = len(urlsafe_b64decode(key.get_secret_value()))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        raise ValueError(
            "it must be 32 random bytes in URL-safe Base64; python -m proto_ddf.vault new-key makes such a key"
        )
    return key


SecretKey = Annotated[SecretStr, AfterValidator(_check_key)]


def _check_port(port: int) -> int:
    if port in BLOCKED_PORTS:
        raise ValueError("browsers refuse to open this port, choose another")
    return port


def _check_level(level: str) -> str:
    if level.upper() not in LOG_LEVELS:
        raise ValueError(f"it may be one of {', '.join(LOG_LEVELS)}")
    return level.upper()


class Settings(
    NetworkSettings,
    NotificationSettings,
    AlertSettings,
    EscalationSettings,
    ServerSettings,
    AccessSettings,
):
    """The current settings. An invalid value raises pydantic's ValidationError with the name of the variable."""

    # Field names are not accepted as variables: HOME would become the home folder.
    model_config = SettingsConfigDict(
        env_file=PROJECT_ROOT / ".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(PROJECT_ROOT / ".proto-ddf", validation_alias="PROTO_DDF_HOME")
    """The folder of all files that Proto-DDF writes."""
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: Annotated[Port, AfterValidator(_check_port)] = Field(SERVER_PORT, validation_alias="PORT")
    allowed_folders: Annotated[list[Path], NoDecode, BeforeValidator(parsed_json)] = Field(
        [], validation_alias="ALLOWED_FOLDERS"
    )
    """Folders that file sources may read from, besides uploads and samples (JSON list)."""
    allow_private_hosts: bool = Field(True, validation_alias="ALLOW_PRIVATE_HOSTS")
    """Whether database servers may be on this machine or in private networks."""
    port_range_start: UnprivilegedPort = Field(FIRST_APP_PORT, validation_alias="PORT_RANGE_START")
    port_range_end: UnprivilegedPort = Field(LAST_APP_PORT, validation_alias="PORT_RANGE_END")
    """Last port of the range, included."""
    error_notice_seconds: Seconds = Field(5.0, validation_alias="ERROR_NOTICE_SECONDS")
    """How long a callout without Try Again stays."""
    error_retry_seconds: Seconds = Field(30.0, validation_alias="ERROR_RETRY_SECONDS")
    """How long a callout stays after its Try Again has become active."""
    source_check_seconds: Seconds = Field(30.0, validation_alias="SOURCE_CHECK_SECONDS")
    """Between two health checks of a source while a page shows it; otherwise ten times as long."""
    keep_operations: int = Field(1000, ge=1, le=1_000_000_000, validation_alias="KEEP_OPERATIONS")
    """How many operations are kept; older ones are deleted after they have finished."""
    keep_log_days: int = Field(30, ge=1, le=36_500, validation_alias="KEEP_LOG_DAYS")
    """How long the logs of finished operations are kept, and errors that cannot be tried again."""
    usage_events: bool = Field(True, validation_alias="USAGE_EVENTS")
    """Whether pages record which of them are opened, what is done there, how long it takes and what fails."""
    keep_errors: int = Field(100_000, ge=100, le=1_000_000_000, validation_alias="KEEP_ERRORS")
    """How many errors are kept, besides those of operations that can still be tried again."""
    keep_error_mb: int = Field(256, ge=1, le=1_000_000, validation_alias="KEEP_ERROR_MB")
    """Megabytes that their contexts and logs may take; those of the oldest errors are removed first."""
    report_schedule: Literal["none", "daily", "weekly"] = Field(
        "none", validation_alias="REPORT_SCHEDULE"
    )
    """When a report on errors is made by itself: each day, or each Monday, at 06:00 local time."""
    error_handling_environment: Literal["development", "staging", "production"] = Field(
        "production", validation_alias="ERROR_HANDLING_ENVIRONMENT"
    )
    """Which parts of error handling are switched on where no ENABLE_ setting says so."""
    recovery_attempts: int = Field(4, ge=0, le=100, validation_alias="RECOVERY_ATTEMPTS")
    """Repairs of an app or source for one incident, within the window below."""
    recovery_window_seconds: Seconds = Field(3600.0, validation_alias="RECOVERY_WINDOW_SECONDS")
    log_level: Annotated[str, AfterValidator(_check_level)] = Field(
        "INFO", validation_alias="LOG_LEVEL"
    )
    secret_key: SecretKey | None = Field(None, validation_alias="PROTO_DDF_SECRET_KEY")
    """The Fernet key of stored secrets; without it a key is stored in the home folder."""
    previous_secret_key: SecretKey | None = Field(
        None, validation_alias="PROTO_DDF_PREVIOUS_SECRET_KEY"
    )
    """The key that encrypted secrets before `secret_key`; needed until the rotation."""

    @model_validator(mode="after")
    def _previous_key_needs_key(self) -> Self:
        if self.secret_key is None and self.previous_secret_key is not None:
            raise ValueError("PROTO_DDF_PREVIOUS_SECRET_KEY needs PROTO_DDF_SECRET_KEY")
        return self

    @model_validator(mode="after")
    def _range_has_a_pair_of_ports(self) -> Self:
        if self.port_range_end < self.port_range_start:
            raise ValueError(
                f"PORT_RANGE_END ({self.port_range_end}) must not be less than PORT_RANGE_START "
                f"({self.port_range_start}): there are no ports from {self.port_range_start} to {self.port_range_end}"
            )
        ports = range(self.port_range_start, self.port_range_end + 1)
        if sum(port not in BLOCKED_PORTS for port in ports) < 2:
            raise ValueError(
                "PORT_RANGE_START and PORT_RANGE_END: an app needs two ports that browsers open, and there are no two "
                f"from {self.port_range_start} to {self.port_range_end}"
            )
        return self

    @property
    def address(self) -> str:
        """Where people open Proto-DDF."""
        if self.public_url:
            return self.public_url
        host = Host(reached_at(self.host), self.port)
        return f"{self.scheme}://{host.in_address}:{host.port}"

    @property
    def database_path(self) -> Path:
        return self.home / "proto_ddf.db"

    @property
    def operations_path(self) -> Path:
        return self.home / "operations.db"

    @property
    def apps_folder(self) -> Path:
        return self.home / "apps"

    @property
    def uploads_folder(self) -> Path:
        return self.home / "uploads"

    @property
    def samples_folder(self) -> Path:
        return self.home / "samples"

    @property
    def logs_folder(self) -> Path:
        return self.home / "logs"

    @property
    def reports_folder(self) -> Path:
        return self.home / "reports"

    def prepare_home(self) -> None:
        """Create the home folder and its parts, readable by the owner alone.

        Raises:
            OSError: a folder cannot be created.
        """
        folders = (
            self.apps_folder,
            self.uploads_folder,
            self.samples_folder,
            self.logs_folder,
            self.reports_folder,
        )
        for folder in (self.home, *folders):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@lru_cache
def get_settings() -> Settings:
    """The settings of this process. Tests call `get_settings.cache_clear()` to read them again."""
    return Settings()


def variable_name(field: str) -> str:
    """The variable of a field, as written in the environment or `.env`; its first name if it is in neither."""
    alias = Settings.model_fields[field].validation_alias
    names = (
        [str(name) for name in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]
    )
    file = Settings.model_config.get("env_file")
    for there in (os.environ, dotenv_values(str(file)) if file else {}):
        for name in names:
            if name in there:
                return name
            for written in there:
                if written.upper() == name:
                    return written
    return names[0]
