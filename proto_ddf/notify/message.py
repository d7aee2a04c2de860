"""Messages: what a channel sends. One is made of one delivery, or of several that are sent together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from proto_ddf.db.tables import DeliveryRecord
from proto_ddf.notify.notification import Priority
from proto_ddf.settings import get_settings

LISTED = 20
"""Notifications that a message lists; of the others it tells the number."""
_PRIORITIES: tuple[Priority, ...] = get_args(Priority)


@dataclass(frozen=True)
class Message:
    """The same deliveries always make the same message, so that one that is sent again with its key is equal."""

    id: str
    """A UUID. Channels that take a key give it to the receiver, who knows by it what came twice."""
    title: str
    """One line."""
    text: str
    link: str
    """An address, or empty."""
    priority: Priority
    reason: str
    incident_id: str
    """Empty if it is about none, or about several."""

    @property
    def body(self) -> str:
        """The text with the link."""
        return "\n\n".join(part for part in (self.text, self.link) if part)


def compose(message_id: str, deliveries: Sequence[DeliveryRecord], remark: str = "") -> Message:
    """The message of these deliveries, in their order, with a remark at its end."""
    first = deliveries[0]
    title, text, link = first.title, first.text, _address(first.link)
    if len(deliveries) > 1:
        title = f"{len(deliveries)} notifications of Proto-DDF"
        text, link = _listed(deliveries), ""
    return Message(
        id=message_id,
        title=title,
        text="\n\n".join(part for part in (text, remark) if part),
        link=link,
        priority=max((_priority(each) for each in deliveries), key=_PRIORITIES.index),
        reason=first.reason if len(deliveries) == 1 else "digest",
        incident_id=first.incident_id if len(deliveries) == 1 else "",
    )


def _listed(deliveries: Sequence[DeliveryRecord]) -> str:
    lines = [
        f"- {' '.join(filter(None, (d.title, _address(d.link))))}" for d in deliveries[:LISTED]
    ]
    if len(deliveries) > LISTED:
        lines.append(f"- and {len(deliveries) - LISTED} more")
    return "\n".join(lines)


def _address(link: str) -> str:
    if not link.startswith("/"):
        return link
    settings = get_settings()
    base = settings.notification_base_url or settings.address
    return f"{base.rstrip('/')}{link}"


def _priority(delivery: DeliveryRecord) -> Priority:
    return next((each for each in _PRIORITIES if each == delivery.priority), "normal")
