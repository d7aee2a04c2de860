"""Slack, by an incoming webhook."""

import json

from pydantic import BaseModel, ConfigDict, Field

from proto_ddf.notify.channels.http import check_answer, check_url, hide_path, post
from proto_ddf.notify.channels.kind import ChannelKind, Limits, Values
from proto_ddf.notify.message import Message
from proto_ddf.sources.protocol import FormField

_LONGEST_WORDS = 100


class SlackConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    webhook: str = Field(min_length=1)
    """A reference into the vault: whoever has the URL can post."""


def check(values: Values, limits: Limits) -> None:
    check_url(values["webhook"], "webhook", limits)


def send(values: Values, message: Message, limits: Limits) -> str:
    hide_path(values["webhook"])
    text = f"*{_escaped(message.title)}*"
    if message.body:
        text = f"{text}\n{_escaped(message.body)}"
    body = json.dumps({"text": text}).encode()
    answer = post(values["webhook"], "webhook", body, {"Content-Type": "application/json"}, limits)
    # Slack says in a word what it refuses: "no_service", "channel_is_archived".
    check_answer(answer, "Slack", answer.text.strip()[:_LONGEST_WORDS])
    return ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


KIND = ChannelKind(
    name="slack",
    label="Slack",
    icon="hash",
    promise="At least once. Slack takes no key, so after a crash of Proto-DDF a message may come twice. Without "
    "an answer from Slack a message is not sent again by itself.",
    has_key=False,
    config_model=SlackConfig,
    form=(
        FormField(
            "webhook",
            "Webhook URL",
            "secret",
            "Of an incoming webhook of your Slack workspace. Kept encrypted, and never shown again.",
        ),
    ),
    check=check,
    send=send,
)
