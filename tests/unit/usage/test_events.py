"""What is stored of usage events, and what the page says of them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import UsageEventRecord, utc_now
from proto_ddf.usage.events import UsageEvent, page_of, prune, record
from proto_ddf.usage.views import read_usage


def event(number: int, page: str = "/apps", **more: Any) -> UsageEvent:
    values = {"category": "page", "action": "view", **more}
    return UsageEvent(id=f"{number:032x}", page=page, **values)


def stored() -> list[UsageEventRecord]:
    with session() as opened:
        return list(opened.exec(select(UsageEventRecord).order_by(col(UsageEventRecord.id))))


@given(st.text() | st.from_regex(r"(/[a-z]{1,12}){0,6}[?#]?.{0,9}", fullmatch=True))
def test_a_page_has_no_id_or_name_of_its_address(path: str) -> None:
    assert re.fullmatch(r"/|(/(:id|[a-z]+)){1,4}", page_of(path))


def test_pages_are_told_apart_by_their_kind() -> None:
    assert page_of("/") == "/"
    assert page_of("/sources/1f3e") == "/sources/:id"
    assert page_of("/apps/ann-smith?tab=1#x") == "/apps/:id/:id/:id"
    assert page_of("/settings/notifications/") == "/settings/notifications"


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "two words"},
        {"action": ""},
        {"label": "ann@example.org"},
        {"label": "x" * 61},
        {"value": -1},
        {"value": float("nan")},
        {"user": "ann"},
    ],
    ids=str,
)
def test_free_text_and_whatever_else_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event(1, **wrong)


def test_an_event_that_is_sent_twice_is_stored_once(database: Path) -> None:
    record([event(1), event(2)])
    record([event(2, page="/errors"), event(3)])
    record([])
    assert [each.page for each in stored()] == ["/apps"] * 3


def test_old_events_and_the_oldest_of_too_many_are_removed(database: Path) -> None:
    record([event(n) for n in range(6)])
    now = utc_now()
    with session() as opened:
        for each in opened.exec(select(UsageEventRecord)):
            each.at = now - timedelta(days=int(each.id, 16))
            opened.add(each)
        opened.commit()
    assert prune(now - timedelta(days=4, hours=1)) == 1
    assert prune(now - timedelta(days=9), most=3) == 2
    assert [int(each.id, 16) for each in stored()] == [0, 1, 2]
    assert prune(now - timedelta(days=9), most=3) == 0


def test_the_page_says_what_was_opened_done_and_failed(database: Path) -> None:
    record(
        [
            event(1, "/apps/one", value=1000),
            event(2, "/apps/two", value=3000),
            event(3, "/"),
            event(4, "/apps/one", category="action", action="act", label="done", value=500),
            event(5, "/apps/one", category="action", action="act", label="refused", value=1500),
            event(6, "/apps/one", category="failure", action="timeout", label="api.apps"),
            event(7, category="own", action="something"),
        ]
    )
    usage = read_usage()
    shown = {each.page: (each.views, each.seconds, each.failures) for each in usage.pages}
    assert shown == {"/apps/:id": (2, 2.0, 1), "/": (1, None, 0), "/apps": (0, None, 0)}
    [action] = usage.actions
    assert (action.action, action.count, action.not_done, action.seconds) == ("act", 2, 1, 1.0)
    [failure] = usage.failures
    assert (failure.kind, failure.target, failure.count) == ("timeout", "api.apps", 1)
    [day] = usage.days
    assert (day.views, day.actions, day.failures) == (3, 2, 1)
    assert day.day == utc_now().date().isoformat()
