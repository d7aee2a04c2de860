"""All other services, by a URL of Apprise (https://github.com/caronc/apprise/wiki)."""

import contextlib
import re
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from proto_ddf import redaction
from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.notify.channels.kind import ChannelKind, Limits, Values
from proto_ddf.notify.channels.outcomes import MayHaveArrivedError
from proto_ddf.notify.message import Message
from proto_ddf.sources.protocol import FormField
from proto_ddf.sources.servers.addresses import resolve

_SHORTEST_TOKEN = 8
_TYPES = {"critical": "failure", "high": "warning", "normal": "info", "low": "info"}


class AppriseConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1)
    """A reference into the vault: such URLs hold tokens."""


def check(values: Values, limits: Limits) -> None:
    _service(values, limits)


def send(values: Values, message: Message, limits: Limits) -> str:
    taken = _service(values, limits).notify(
        title=message.title,
        body=message.body or message.title,
        notify_type=_TYPES[message.priority],
    )
    if not taken:
        raise MayHaveArrivedError(
            "Apprise says that it did not work, and not why. It may have arrived", "Apprise"
        )
    return ""


def _hide_parts(url: str) -> None:
    """Redact what may be a token, as services show parts of the URL in addresses of their own. Host names stay."""
    for part in re.split(r"[/:@?&=,]+", url.partition("://")[2]):
        if len(part) >= _SHORTEST_TOKEN and "." not in part and part != "localhost":
            redaction.hide(part)


def _service(values: Values, limits: Limits) -> Any:
    """The service of the URL. Raises ValidationError, as `resolve` too."""
    apprise = import_module("apprise")  # only now: it takes long, and few need it
    _hide_parts(values["url"])
    service = apprise.Apprise.instantiate(values["url"].strip(), suppress_exceptions=True)
    if service is None:
        raise ValidationError("It is no URL that Apprise knows.", "url", "***")
    host, port = getattr(service, "host", None), getattr(service, "port", None)
    if host:
        with contextlib.suppress(IntegrationError):  # of many services it is no host, but a token
            resolve(str(host), int(port or 443), limits.connect)
    return service


KIND = ChannelKind(
    name="apprise",
    label="Apprise",
    icon="bell-ring",
    promise="Once, without a second attempt: Apprise does not say why something failed, so a message that failed may "
    "have arrived. After a crash of Proto-DDF a message may come twice.",
    has_key=False,
    config_model=AppriseConfig,
    form=(
        FormField(
            "url",
            "Apprise URL",
            "secret",
            "Such as discord://… or tgram://…, for any service that Apprise knows. Kept encrypted, and never shown again.",
        ),
    ),
    check=check,
    send=send,
)
