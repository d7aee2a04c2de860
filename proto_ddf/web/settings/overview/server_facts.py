"""The settings of the server as people read them, each with the name of its variable."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import SecretStr

from proto_ddf.settings import Settings, variable_name

_PARTS: dict[str, dict[str, str]] = {
    "Address": {
        "host": "Host",
        "port": "Port",
        "public_url": "Address of a proxy in front",
        "apps_host": "Host of apps that require sign-in",
        "tls_cert": "Certificate",
        "tls_key": "Its private key",
        "trusted_proxies": "Networks of proxies that are trusted",
        "enable_cors": "Pages of other sites may call",
        "cors_origins": "Those sites",
    },
    "Sign-in": {
        "enable_auth": "Who may come in",
        "session_idle_hours": "A session ends unused after (hours)",
        "session_days": "A session ends after (days)",
        "max_session_sockets": "Open tabs of a session",
        "app_session_seconds": "Seconds until an app asks again who is signed in",
        "keep_audit_days": "The audit is kept for (days)",
        "metrics_token": "Token for the metrics",
    },
    "Limits": {
        "max_connections": "Open connections",
        "request_timeout_ms": "Time limit for the head of a request (ms)",
        "body_limit_mb": "Size of a request (MB)",
        "max_upload_mb": "Size of an uploaded file (MB)",
        "app_memory_mb": "Memory of an app (MB)",
        "app_open_files": "Open files of an app",
        "rate_limits": "How often a client may do something",
    },
}


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    variable: str = ""
    """Empty if no variable sets it."""


@dataclass(frozen=True)
class FactGroup:
    title: str
    facts: list[Fact]


def server_facts(settings: Settings) -> list[FactGroup]:
    """It reads the file `.env`: call it in a thread."""
    groups = [
        FactGroup(title, [_fact(settings, field, label) for field, label in fields.items()])
        for title, fields in _PARTS.items()
    ]
    return [*groups, FactGroup("Build", _build())]


def _fact(settings: Settings, field: str, label: str) -> Fact:
    value = settings.serving().rates if field == "rate_limits" else getattr(settings, field)
    return Fact(label, _words(value), variable_name(field))


def _words(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case None | "":
            return "not set"
        case SecretStr():
            return "set"
        case dict():
            return ", ".join(f"{name} {each}" for name, each in value.items())
        case list():
            return ", ".join(map(str, value)) or "none"
        case float():
            return f"{value:g}"
    return str(value)


def _build() -> list[Fact]:
    return [
        Fact("Reflex", version("reflex")),
        Fact("Python", platform.python_version()),
    ]
