"""The period that the dashboard shows: which rows it leaves out, and the days, months or years in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, quote

from .filters import Condition
from .views import TableView

DAYS_BACK = {
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    "365": "Last 12 months",
}
"""The periods that end today: number of days and text."""


OTHER_PERIOD = "other"
"""The choice of a period whose days are typed."""
LONGEST_DAY = 10
"""Characters of a day."""


@dataclass(frozen=True)
class ChosenPeriod:
    """What a person chose, as the address of the dashboard says it:
    `/?days=30`, or `/?from=2024-01-01&to=2024-03-31`."""

    choice: str = ""
    """Empty: all time; a number of days until today; or OTHER_PERIOD."""
    start: str = ""
    end: str = ""

    @classmethod
    def read(cls, query: str) -> "ChosenPeriod":
        """The choice in the part of an address behind "?"."""
        own = dict(parse_qsl(query, keep_blank_values=True))
        if own.get("days") in DAYS_BACK:
            return cls(own["days"])
        if "from" in own or "to" in own:
            days = (own.get(each, "")[:LONGEST_DAY] for each in ("from", "to"))
            return cls(OTHER_PERIOD, *days)
        return cls()

    @property
    def address(self) -> str:
        """The address of the dashboard of this period."""
        if self.choice == OTHER_PERIOD:
            return f"/?from={quote(self.start, safe='')}&to={quote(self.end, safe='')}"
        return f"/?days={self.choice}" if self.choice else "/"


@dataclass(frozen=True)
class Period:
    """From one day to another, both included; an empty text is no limit."""

    start: str = ""
    end: str = ""

    @classmethod
    def last(cls, days: int) -> "Period":
        """The last days, with today."""
        today = date.today()
        return cls((today - timedelta(days=days - 1)).isoformat(), today.isoformat())

    @property
    def problem(self) -> str:
        """Why it is not valid, as a message; empty if it is."""
        for text in (self.start, self.end):
            try:
                date.fromisoformat(text or "2000-01-01")
            except ValueError:
                return "Enter a date."
        if self.start and self.end and self.start > self.end:
            return "The first day is after the last one."
        return ""

    def conditions(self, view: TableView) -> tuple[Condition, ...]:
        """The filter of the rows in the period; none if the table has no date."""
        if not view.date or not (self.start or self.end):
            return ()
        return (Condition(view.date, "range", self.start, self.end),)

    def within(self, start: str, end: str) -> "Period":
        """The part of it from one day to another."""
        return Period(max(self.start, start), min(self.end, end) if self.end else end)


ALL_TIME = Period()


def days_of(bucket: str) -> tuple[str, str]:
    """The first and the last day of a bucket: "2024", "2024-03" or "2024-03-05"."""
    if len(bucket) == 10:
        return bucket, bucket
    if len(bucket) == 4:
        return f"{bucket}-01-01", f"{bucket}-12-31"
    return f"{bucket}-01", (_first_day(_next(bucket)) - timedelta(days=1)).isoformat()


def buckets_between(first: str, last: str) -> Iterator[str]:
    """All buckets from one to another, which are written alike."""
    bucket = first
    while bucket <= last:
        yield bucket
        try:
            bucket = _next(bucket)
        except (ValueError, OverflowError):
            return


def _next(bucket: str) -> str:
    if len(bucket) == 10:
        return (date.fromisoformat(bucket) + timedelta(days=1)).isoformat()
    if len(bucket) == 4:
        return f"{int(bucket) + 1:04}"
    return (_first_day(bucket) + timedelta(days=31)).isoformat()[:7]


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
