"""Stores usage events, each once."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col

from proto_ddf.db.tables import UsageEventRecord, utc_now
from proto_ddf.db.writing import write

MOST_KEPT = 200_000
_WORDS = frozenset(
    [
        "accounts",
        "apps",
        "audit",
        "errors",
        "generate",
        "new",
        "notifications",
        "operations",
        "outbox",
        "reports",
        "resilience",
        "sessions",
        "settings",
        "sources",
        "usage",
    ]
)
"""The parts of addresses that are no ids."""
_MOST_PARTS = 4

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,60}$")]
"""Not free text, which could name a person."""


class UsageEvent(BaseModel):
    """As a browser sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[0-9a-f-]{32,36}$")
    page: str = Field(max_length=2000)
    """The path of the address."""
    category: Name
    action: Name
    label: Name | Annotated[str, Field(max_length=0)] = ""
    value: float | None = Field(None, ge=0, le=1e9, allow_inf_nan=False)


def page_of(path: str) -> str:
    """The address of a page without the ids and names in it, of which there are only a few."""
    parts = [part for part in re.split(r"[/?#]", path) if part][:_MOST_PARTS]
    return "/" + "/".join(part if part in _WORDS else ":id" for part in parts)


def record(events: Sequence[UsageEvent]) -> None:
    """Store events; those that are stored already stay as they are."""
    now = utc_now()
    rows = [{**each.model_dump(), "page": page_of(each.page), "at": now} for each in events]
    if rows:
        write(
            lambda opened: opened.execute(insert(UsageEventRecord).on_conflict_do_nothing(), rows),
            uses_reserve=False,
        )


def prune(before: datetime, most: int = MOST_KEPT) -> int:
    """Remove events from before that time, and the oldest of more than `most`. Returns how many."""

    def remove(opened: Session) -> int:
        at = col(UsageEventRecord.at)
        first_kept = opened.scalar(select(at).order_by(at.desc()).offset(max(most - 1, 0)).limit(1))
        limit = max(before, first_kept) if first_kept else before
        done: Any = opened.execute(delete(UsageEventRecord).where(at < limit))
        return int(done.rowcount)

    return write(remove)
