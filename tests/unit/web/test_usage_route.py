"""POST /api/usage: only what is valid is stored, and nothing while events are switched off."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from proto_ddf.db.engine import session
from proto_ddf.db.tables import UsageEventRecord
from proto_ddf.settings import get_settings
from proto_ddf.web.usage_route import MOST_BYTES, MOST_EVENTS, usage_routes


def event(number: int = 1) -> dict[str, Any]:
    return {"id": f"{number:032x}", "page": "/apps", "category": "page", "action": "view"}


def post(content: bytes) -> int:
    async def run() -> int:
        transport = httpx.ASGITransport(app=Starlette(routes=usage_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.post("/api/usage", content=content)).status_code

    return asyncio.run(run())


def stored() -> int:
    with session() as opened:
        return len(opened.exec(select(UsageEventRecord)).all())


def test_valid_events_are_stored(database: Path) -> None:
    assert post(json.dumps([event(n) for n in range(MOST_EVENTS)]).encode()) == 204
    assert stored() == MOST_EVENTS


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b"[1]", 400),
        (json.dumps([{**event(), "user": "ann"}]).encode(), 400),
        (json.dumps([event(1), {**event(2), "page": 7}]).encode(), 400),
        (json.dumps([event(n) for n in range(MOST_EVENTS + 1)]).encode(), 413),
        (b" " * (MOST_BYTES + 1), 413),
    ],
    ids=["empty", "object", "number", "extra", "one-wrong", "too-many", "too-large"],
)
def test_anything_else_is_refused_as_a_whole(database: Path, content: bytes, status: int) -> None:
    assert post(content) == status
    assert stored() == 0


def test_nothing_is_stored_while_events_are_switched_off(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USAGE_EVENTS", "false")
    get_settings.cache_clear()
    assert post(json.dumps([event()]).encode()) == 403
    assert stored() == 0
