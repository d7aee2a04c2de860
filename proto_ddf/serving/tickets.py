"""Tickets: by a redirect with one, Proto-DDF tells an app who comes and with which rights.

A ticket is signed with a key that only Proto-DDF and this app have, names the app that it is for, holds for a minute,
and is used once.
"""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from typing import Literal

Rights = Literal["viewer", "editor"]
KEY_VARIABLE = "PROTO_DDF_TICKET_KEY"
"""The variable in which an app's process gets its key."""
LIFETIME_SECONDS = 60.0
CLOCK_SECONDS = 5.0
"""How far a ticket may come from the future: a clock may have been set back."""
LONGEST = 2_000


@dataclass(frozen=True)
class Ticket:
    app: str
    """The slug of the app that it is for."""
    user: str
    rights: Rights
    issued_at: float = field(default_factory=time.time)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def signed(self, key: str) -> str:
        content = urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        return f"{content}.{_signature(key, content)}"


def probe_pass(key: str) -> str:
    """What Proto-DDF's health probes of the app show instead of a session."""
    return _signature(key, "probe")


def is_probe_pass(text: str, key: str) -> bool:
    return _same(text, probe_pass(key))


class TicketReader:
    """Reads the tickets for one app. It accepts each one once, and none that is older than itself: those may have been
    used in an earlier process."""

    def __init__(self, app: str, key: str) -> None:
        self._app, self._key = app, key
        self._began = time.time()
        self._used: dict[str, float] = {}
        """When they were issued, by their ids."""

    def read(self, text: str) -> Ticket | None:
        """None if the ticket is not valid (any more)."""
        content, _, signature = text[:LONGEST].partition(".")
        if not _same(signature, _signature(self._key, content)):
            return None
        ticket = Ticket(**json.loads(urlsafe_b64decode(content)))
        now = time.time()
        oldest = max(self._began, now - LIFETIME_SECONDS)
        is_current = oldest <= ticket.issued_at <= now + CLOCK_SECONDS
        if ticket.app != self._app or not is_current or ticket.id in self._used:
            return None
        self._used = {each: issued for each, issued in self._used.items() if issued >= oldest}
        self._used[ticket.id] = ticket.issued_at
        return ticket


def _signature(key: str, content: str) -> str:
    return hmac.digest(key.encode(), content.encode("utf-8", "surrogatepass"), "sha256").hex()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())
