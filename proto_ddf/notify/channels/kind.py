"""What a kind of channel is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from proto_ddf.notify.message import Message
from proto_ddf.sources.protocol import FormField

Values = Mapping[str, str]
"""The values of a channel's form, with the secrets themselves."""


@dataclass(frozen=True)
class Limits:
    """Seconds that a call may take."""

    connect: float
    read: float


@dataclass(frozen=True)
class ChannelKind:
    """A kind of channel: its form, what it promises, and how it sends."""

    name: str
    label: str
    icon: str
    """Lucide icon name."""
    promise: str
    """What it can promise, in a sentence for people."""
    has_key: bool
    """Whether receivers know by the message's id what came twice, so that it may be sent again after a doubt."""
    config_model: type[BaseModel]
    """Validates the form. Its secrets are references."""
    form: tuple[FormField, ...]
    check: Callable[[Values, Limits], None]
    """Checks what can be checked without sending. Raises ValidationError or IntegrationError."""
    send: Callable[[Values, Message, Limits], str]
    """Sends a message. Returns what the receiver said besides, for people; mostly nothing. Raises on failure: see
    `outcomes`."""

    def secret_fields(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.form if field.widget == "secret")
