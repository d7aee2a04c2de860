"""The time that is analysed, and the buckets of the roll-ups in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from proto_ddf.errors import ValidationError
from proto_ddf.monitoring.rollups import bucket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST = timedelta(days=90)
"""Roll-ups by the hour are kept for so long."""
DAYS_BY_HOUR = timedelta(days=7)
"""Curves of longer ranges have a point for each day."""
LONGEST_FROM_HOUR = timedelta(days=30)
"""Longer ranges begin at midnight, UTC."""
_WRITTEN = re.compile(r"(?P<number>[1-9]\d{0,3})(?P<unit>[hd])")


@dataclass(frozen=True)
class Span:
    """Buckets of one grain, from `begin` up to and without `end`."""

    grain: Literal["hour", "day"]
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class TimeRange:
    """From `begin`, which is on the hour, up to `end`. Both are UTC. The hour in which it ends counts as a whole."""

    begin: datetime
    end: datetime

    @property
    def grain(self) -> Literal["hour", "day"]:
        """Of its curves."""
        return "hour" if self._length <= DAYS_BY_HOUR + HOUR else "day"

    @property
    def until(self) -> datetime:
        """The end of its last hour."""
        return _round_up(self.end, "hour")

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()

    @property
    def before(self) -> "TimeRange":
        """The range of the same length before it, in whole hours."""
        return TimeRange(self.begin - self._length, self.begin)

    def spans(self) -> list[Span]:
        """The fewest buckets that fill it: hours up to the first midnight, days, and the hours since the last."""
        first, last = _round_up(self.begin, "day"), bucket(self.end, "day")
        if first >= last:
            return [Span("hour", self.begin, self.end)]
        spans = (
            Span("hour", self.begin, first),
            Span("day", first, last),
            Span("hour", last, self.end),
        )
        return [span for span in spans if span.begin < span.end]

    def curve_spans(self) -> list[Span]:
        """The buckets that its curves are made of."""
        if self.grain == "hour":
            return [Span("hour", self.begin, self.end)]
        return self.spans()

    def buckets(self) -> Iterator[datetime]:
        """When the buckets of its curves begin. The first and the last day may be in it only in part."""
        step = HOUR if self.grain == "hour" else DAY
        at = bucket(self.begin, self.grain)
        while at < self.end:
            yield at
            at += step

    @property
    def _length(self) -> timedelta:
        return self.until - self.begin


def read_range(written: str, end: datetime) -> TimeRange:
    """The hours or days before `end`, such as 1h, 24h, 7d or 30d, rounded outwards to whole hours.

    Raises:
        ValidationError: field "time_range", if it is not written so or is longer than 90 days.
    """
    found = _WRITTEN.fullmatch(written.strip())
    length = int(found["number"]) * (HOUR if found["unit"] == "h" else DAY) if found else None
    if length is None or length > LONGEST:
        raise ValidationError(
            "The range must be hours or days, such as 24h or 7d, and at most 90 days.",
            field="time_range",
            value=written,
            code="invalid_value",
        )
    return TimeRange(bucket(end - length, "day" if length > LONGEST_FROM_HOUR else "hour"), end)


def _round_up(at: datetime, grain: Literal["hour", "day"]) -> datetime:
    begin = bucket(at, grain)
    return begin if begin == at else begin + (HOUR if grain == "hour" else DAY)
