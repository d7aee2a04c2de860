"""What the usage events of a time say: by page, action, failure and day."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import case, func
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import UsageEventRecord as Event
from proto_ddf.db.tables import utc_now

PAGE, ACTION, FAILURE = "page", "action", "failure"
"""Categories of the events that the pages record by themselves."""
DONE = "done"
"""The label of an action that had its effect."""
WEEK = timedelta(days=7)
_MOST_ROWS = 100


class PageUsage(BaseModel):
    page: str
    views: int
    seconds: float | None
    """How long it was shown, on average."""
    failures: int


class ActionUsage(BaseModel):
    action: str
    count: int
    not_done: int
    """How many had no effect, because they were refused or too late."""
    seconds: float | None
    """From the click to the answer, on average."""


class FailureUsage(BaseModel):
    kind: str
    target: str
    count: int
    last: str


class DayUsage(BaseModel):
    day: str
    views: int
    actions: int
    failures: int


class Usage(BaseModel):
    pages: list[PageUsage] = []
    actions: list[ActionUsage] = []
    failures: list[FailureUsage] = []
    days: list[DayUsage] = []


def read_usage() -> Usage:
    """The usage of the last week; of each list the most frequent, and of the days the newest first."""
    category, value, number = col(Event.category), col(Event.value), func.count()
    recent = col(Event.at) >= utc_now() - WEEK

    def of(wanted: str) -> Any:
        return func.sum(case((category == wanted, 1), else_=0))

    seconds = func.avg(value) / 1000
    view_seconds = func.avg(case((category == PAGE, value))) / 1000
    day = func.date(Event.at)
    pages = (
        select(Event.page, of(PAGE), view_seconds, of(FAILURE))
        .where(recent)
        .group_by(col(Event.page))
        .order_by(of(PAGE).desc(), col(Event.page))
    )
    not_done = func.sum(case((col(Event.label) != DONE, 1), else_=0))
    actions = (
        select(Event.action, number, not_done, seconds)
        .where(recent, category == ACTION)
        .group_by(col(Event.action))
        .order_by(number.desc(), col(Event.action))
    )
    failures = (
        select(Event.action, Event.label, number, func.max(Event.at))
        .where(recent, category == FAILURE)
        .group_by(col(Event.action), col(Event.label))
        .order_by(number.desc(), col(Event.action), col(Event.label))
    )
    days = (
        select(day, of(PAGE), of(ACTION), of(FAILURE))
        .where(recent)
        .group_by(day)
        .order_by(day.desc())
    )
    with session() as opened:
        return Usage(
            pages=[
                PageUsage(page=page, views=views, seconds=shown, failures=failed)
                for page, views, shown, failed in opened.exec(pages.limit(_MOST_ROWS))
            ],
            actions=[
                ActionUsage(action=action, count=total, not_done=missed, seconds=took)
                for action, total, missed, took in opened.exec(actions.limit(_MOST_ROWS))
            ],
            failures=[
                FailureUsage(kind=kind, target=target, count=total, last=last.isoformat())
                for kind, target, total, last in opened.exec(failures.limit(_MOST_ROWS))
            ],
            days=[
                DayUsage(day=str(date), views=views, actions=acted, failures=failed)
                for date, views, acted, failed in opened.exec(days.limit(_MOST_ROWS))
            ],
        )
