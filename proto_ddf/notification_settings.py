"""The settings of notifications: the channels that the environment configures."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings

from proto_ddf.port_numbers import Port

LINEAR_API = "https://api.linear.app/graphql"
Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class NotificationSettings(BaseSettings):
    """Part of `Settings`. Further channels are set up on the page /settings/notifications."""

    enable_notifications: bool = Field(True, validation_alias="ENABLE_NOTIFICATIONS")
    notification_base_url: Text = Field("", validation_alias="NOTIFICATION_BASE_URL")
    """Where people reach Proto-DDF, for links in messages; by default http://HOST:PORT."""
    notification_slack_webhook: SecretStr | None = Field(
        None, validation_alias="NOTIFICATION_SLACK_WEBHOOK"
    )
    """The URL of an incoming webhook."""
    notification_email_smtp_host: Text = Field("", validation_alias="NOTIFICATION_EMAIL_SMTP_HOST")
    notification_email_smtp_port: Port = Field(587, validation_alias="NOTIFICATION_EMAIL_SMTP_PORT")
    notification_email_smtp_security: Literal["starttls", "tls", "none"] | None = Field(
        None, validation_alias="NOTIFICATION_EMAIL_SMTP_SECURITY"
    )
    """By default "tls" on port 465, otherwise "starttls"."""
    notification_email_smtp_user: Text = Field("", validation_alias="NOTIFICATION_EMAIL_SMTP_USER")
    notification_email_smtp_pass: SecretStr | None = Field(
        None, validation_alias="NOTIFICATION_EMAIL_SMTP_PASS"
    )
    notification_email_from: Text = Field("", validation_alias="NOTIFICATION_EMAIL_FROM")
    """By default the user of the mail server."""
    notification_email_to: Text = Field("", validation_alias="NOTIFICATION_EMAIL_TO")
    """Addresses, with commas between."""
    linear_api_key: SecretStr | None = Field(None, validation_alias="LINEAR_API_KEY")
    linear_team_id: Text = Field("", validation_alias="LINEAR_TEAM_ID")
    linear_api_url: Text = Field(LINEAR_API, validation_alias="LINEAR_API_URL")
    notification_webhook_url: SecretStr | None = Field(
        None, validation_alias="NOTIFICATION_WEBHOOK_URL"
    )
    notification_webhook_secret: SecretStr | None = Field(
        None, validation_alias="NOTIFICATION_WEBHOOK_SECRET"
    )
    """Signs the body of each message."""

    @model_validator(mode="after")
    def _channels_are_complete(self) -> Self:
        if self.notification_email_smtp_host and not self.notification_email_to:
            raise ValueError("NOTIFICATION_EMAIL_SMTP_HOST needs NOTIFICATION_EMAIL_TO")
        sender = self.notification_email_from or self.notification_email_smtp_user
        if self.notification_email_smtp_host and not sender:
            raise ValueError("NOTIFICATION_EMAIL_SMTP_HOST needs NOTIFICATION_EMAIL_FROM")
        return self
