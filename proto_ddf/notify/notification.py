"""One notification."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from proto_ddf.redaction import scrub_text

Reason = Literal[
    "new",
    "regressed",
    "escalating",
    "escalated",
    "alert",
    "alert_over",
    "recovery_failed",
    "digest",
    "report",
    "test",
]
Priority = Literal["low", "normal", "high", "critical"]

LONGEST_TITLE = 200
LONGEST_TEXT = 2000
_TRACEBACK = re.compile(
    r"^[ \t]*(?:Traceback \(most recent call last\):|File \"[^\"\n]+\", line \d+).*",
    re.MULTILINE | re.DOTALL,
)


class Notification(BaseModel):
    """What is told to people. Title, text and link are kept without secrets, and without tracebacks."""

    model_config = ConfigDict(frozen=True)

    incident_id: str | None = None
    reason: Reason
    priority: Priority = "normal"
    """High and critical ones are sent at once, the others together with those of the same minute."""
    title: str
    text: str = ""
    link: str = ""
    """An address, or a path of Proto-DDF's own pages: "/errors/ab12"."""
    key: str = ""
    """Of notifications with the same incident, reason and key each channel sends one. Empty: one for each time that the
    incident came back; without an incident every one is sent."""

    @field_validator("title")
    @classmethod
    def _one_line(cls, title: str) -> str:
        return scrub_text(" ".join(title.split()), LONGEST_TITLE)

    @field_validator("text")
    @classmethod
    def _without_secrets(cls, text: str) -> str:
        # A traceback may quote the values of users.
        return scrub_text(_TRACEBACK.sub("", text).strip(), LONGEST_TEXT)

    @field_validator("link")
    @classmethod
    def _link_without_secrets(cls, link: str) -> str:
        return scrub_text(" ".join(link.split()), LONGEST_TEXT)
