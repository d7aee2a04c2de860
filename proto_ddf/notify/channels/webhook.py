"""Any server that takes JSON by HTTP."""

import hashlib
import hmac
import json

from pydantic import BaseModel, ConfigDict, Field

from proto_ddf.notify.channels.http import check_answer, check_url, hide_path, post
from proto_ddf.notify.channels.kind import ChannelKind, Limits, Values
from proto_ddf.notify.message import Message
from proto_ddf.sources.protocol import FormField

SIGNATURE_HEADER = "X-Proto-DDF-Signature"


class WebhookConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1)
    """A reference into the vault: paths of such URLs often hold a token."""
    secret: str = ""
    """A reference into the vault; empty: messages are not signed."""


def check(values: Values, limits: Limits) -> None:
    check_url(values["url"], "url", limits)


def send(values: Values, message: Message, limits: Limits) -> str:
    hide_path(values["url"])
    body = json.dumps(
        {
            "id": message.id,
            "reason": message.reason,
            "priority": message.priority,
            "title": message.title,
            "text": message.text,
            "link": message.link,
            "incident_id": message.incident_id,
        },
        ensure_ascii=False,
    ).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
    if secret := values.get("secret"):
        headers[SIGNATURE_HEADER] = f"sha256={signature(secret, body)}"
    check_answer(post(values["url"], "url", body, headers, limits), "The webhook")
    return ""


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


KIND = ChannelKind(
    name="webhook",
    label="Webhook",
    icon="webhook",
    promise="Sent until it is taken, always with the same Idempotency-Key: a receiver that heeds it never handles a "
    "message twice.",
    has_key=True,
    config_model=WebhookConfig,
    form=(
        FormField(
            "url",
            "URL",
            "secret",
            "Gets each message as JSON, by POST. Kept encrypted, and never shown again.",
        ),
        FormField(
            "secret",
            "Signing secret",
            "secret",
            f"Signs each message: {SIGNATURE_HEADER} is the HMAC-SHA256 of the body.",
            required=False,
        ),
    ),
    check=check,
    send=send,
)
