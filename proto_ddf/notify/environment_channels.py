"""The channels that the environment sets up."""

from collections.abc import Iterator, Mapping
from typing import Any

from proto_ddf import redaction
from proto_ddf.notify.channel import FROM_ENVIRONMENT, Channel
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.settings import Settings


def of_environment(settings: Settings) -> Iterator[Channel]:
    """The channels that the environment sets up. Their secrets are redacted from now on."""
    secret = {
        name: value.get_secret_value() if value else ""
        for name, value in (
            ("slack", settings.notification_slack_webhook),
            ("password", settings.notification_email_smtp_pass),
            ("linear", settings.linear_api_key),
            ("url", settings.notification_webhook_url),
            ("signing", settings.notification_webhook_secret),
        )
    }
    for text in secret.values():
        redaction.hide(text)
    if secret["slack"]:
        yield _environment_channel("slack", {"webhook": secret["slack"]})
    if settings.notification_email_smtp_host:
        port = settings.notification_email_smtp_port
        user = settings.notification_email_smtp_user
        config = {
            "host": settings.notification_email_smtp_host,
            "port": port,
            "security": settings.notification_email_smtp_security
            or ("tls" if port == 465 else "starttls"),
            "user": user,
            "password": secret["password"],
            "sender": settings.notification_email_from or user,
            "recipients": settings.notification_email_to,
        }
        yield _environment_channel("email", config)
    if secret["linear"] and settings.linear_team_id:
        given = {"api_key": secret["linear"], "team_id": settings.linear_team_id}
        yield _environment_channel("linear", given)
    if secret["url"]:
        yield _environment_channel("webhook", {"url": secret["url"], "secret": secret["signing"]})


def _environment_channel(kind: str, config: Mapping[str, Any]) -> Channel:
    name = f"{KINDS[kind].label} (environment)"
    return Channel(f"{FROM_ENVIRONMENT}{kind}", KINDS[kind], name, config)
