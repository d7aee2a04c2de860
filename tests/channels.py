"""Channels of tests, and what was queued for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import DeliveryRecord
from proto_ddf.notify import connected
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.notification import Notification
from tests.servers import linear_api, mail_server

SIGNING = "signing secret 7391"


class Clock:
    """A time that only the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def webhook(url: str, name: str = "Hook", secret: str = SIGNING) -> Channel:
    config = {"url": vault.store(url), "secret": vault.store(secret)}
    return saved("webhook", name, config)


def slack(url: str, name: str = "Slack") -> Channel:
    return saved("slack", name, {"webhook": vault.store(url)})


def apprise(url: str, name: str = "Apprise") -> Channel:
    return saved("apprise", name, {"url": vault.store(url)})


def linear(key: str = linear_api.KEY, team: str = linear_api.TEAM, name: str = "Linear") -> Channel:
    return saved("linear", name, {"api_key": vault.store(key), "team_id": team})


def email(port: int, name: str = "Mail", **others: Any) -> Channel:
    config = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "user": mail_server.USER,
        "password": vault.store(others.pop("password", mail_server.PASSWORD)),
        "sender": "Proto-DDF <proto@example.com>",
        "recipients": "ann@example.com, Bob <bob@example.com>",
    }
    return saved("email", name, config | others)


def saved(kind: str, name: str, config: dict[str, Any]) -> Channel:
    channel = connected.find(connected.save("", kind, name, config))
    assert channel is not None
    return channel


def urgent(title: str = "It broke", **others: Any) -> Notification:
    return Notification(reason="alert", priority="high", title=title, **others)


def ordinary(title: str = "It broke", **others: Any) -> Notification:
    return Notification(reason="alert", title=title, **others)


def deliveries() -> list[DeliveryRecord]:
    """All, the oldest first."""
    with session() as opened:
        query = select(DeliveryRecord).order_by(DeliveryRecord.created_at, DeliveryRecord.title)
        return list(opened.exec(query).all())


def states() -> list[str]:
    return [record.state.value for record in deliveries()]
