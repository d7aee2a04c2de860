"""Figures in words: times, durations, shares and the names of things, as reports write them."""

from collections.abc import Sequence
from datetime import datetime

from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.monitoring.analytics.results import Direction, ErrorPoint
from proto_ddf.monitoring.reports.document import Bar, Chart

NONE = "—"
DIRECTIONS: dict[Direction, str] = {
    "rising": "rising",
    "falling": "falling",
    "steady": "no clear trend",
    "unknown": "too few hours or days to tell",
}
DISCARDED = {
    "queue_full": "not stored: too many waited",
    "too_fast": "not stored: too many a second",
    "not_storable": "not stored: could not be written",
    "body_low_disk": "stored without details: little free space",
    "body_queue_full": "stored without details: too many waited",
    "body_removed": "details removed to save space",
    "removed_by_age": "removed because of their age",
    "removed_by_number": "removed because there were too many",
}


def moment(at: datetime) -> str:
    """ "2026-06-15 12:34:56"."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def duration(seconds: float | None) -> str:
    """ "0.8 s", "1 min 05 s", "2 h 03 min", "3 d 04 h"; a dash for None."""
    if seconds is None:
        return NONE
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, second = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {second:02} s"
    hours, minute = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minute:02} min"
    return f"{hours // 24} d {hours % 24:02} h"


def number(value: float) -> str:
    """ "12,345" or "0.42"."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


def percent(share: float | None) -> str:
    """ "97.5 %"; a dash for None."""
    return NONE if share is None else f"{share * 100:.1f} %"


def change(share: float | None) -> str:
    """ "+50 %"; a dash for None."""
    return NONE if share is None else f"{share * 100:+,.0f} %"


def code_title(code: str) -> str:
    """ "Disk is full (disk_space_low)"."""
    known = CATALOGUE.get(code)
    return f"{known.title} ({code})" if known else code


def kind_title(kind: str) -> str:
    """ "Generate app" for the kind of operation generate_app."""
    return kind.replace("_", " ").capitalize()


def or_unknown(name: str) -> str:
    return name or "not known"


def error_chart(points: Sequence[ErrorPoint], grain: str) -> Chart:
    """Errors per hour or day."""
    highest = max((point.errors for point in points), default=0)
    labels = [
        f"{point.at:%Y-%m-%d %H:%M}" if grain == "hour" else f"{point.at:%Y-%m-%d}"
        for point in points
    ]
    bars = [
        Bar(
            f"{label}: {number(point.errors)} errors",
            100 * point.errors / highest if highest else 0,
        )
        for point, label in zip(points, labels, strict=True)
    ]
    return Chart(f"Errors per {grain}", labels[0], labels[-1], number(highest), bars)
