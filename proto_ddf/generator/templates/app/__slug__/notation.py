"""How people read and type values, where the source writes them otherwise: a share as percent, "Y" as yes, a date-time
at midnight as a date. Both directions are exact. What does not fit its field is shown as it is stored."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from .stored import MOMENTS_ARE_TEXTS
from .views import Field, Kind, Widget

MOST_DIGITS = 1_000
"""Before and after the decimal point."""
_MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
_DATE = re.compile(rf"(\d{{4}}-\d\d-\d\d)({_MIDNIGHT})", re.ASCII)
_YEAR = re.compile(rf"(\d{{4}})((?:-01-01{_MIDNIGHT})?)", re.ASCII)
_CLOCK = re.compile(
    r"(?P<minutes>\d\d:\d\d)(?:(?P<seconds>:\d\d)(?:\.(?P<fraction>\d+))?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_MOMENTS = (Widget.DATE, Widget.YEAR, Widget.DATETIME, Widget.TIME)


def shown_text(field: Field, text: str) -> str | None:
    """A stored text as its control shows it: "true" or "false" for a flag. None: it does not fit its field."""
    if field.flags:
        return dict(zip(field.flags, ("true", "false"), strict=True)).get(text)
    if field.widget is Widget.PERCENT and field.is_number:
        return percent_text(text)
    pattern = _shortened(field)
    if pattern is None:
        return text
    found = pattern.fullmatch(text)
    return found[1] if found and _exists(found[1]) else None


def percent_text(text: str) -> str | None:
    """A number as percent, with all of its digits; None if it is no finite number, or would have too many."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_written = number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS
    return f"{moved(number, 2):f}" if is_written else None


def moved(number: Decimal, places: int) -> Decimal:
    """The number with its decimal point moved to the right; Python's own ways would round it to 28 digits."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return Decimal((sign, digits, exponent + places))


def _shortened(field: Field) -> re.Pattern[str] | None:
    """What the stored values look like whose first part is shown; None if all of a value is shown."""
    if field.widget is Widget.YEAR and field.kind in (Kind.DATE, Kind.DATETIME, Kind.TEXT):
        return _YEAR
    if field.widget is Widget.DATE and field.kind in (Kind.DATETIME, Kind.TEXT):
        return _DATE
    return None


def _exists(day: str) -> bool:
    """Whether a day or a year is in the calendar: some databases may hold 0000-00-00."""
    try:
        date.fromisoformat(f"{day}-01-01" if len(day) == 4 else day)
    except ValueError:
        return False
    return True


def has_form(field: Field) -> bool:
    """Whether a moment is stored as text, in one of several forms, so that a new one is written like the others."""
    if field.widget not in _MOMENTS:
        return False
    return field.kind is Kind.TEXT or (MOMENTS_ARE_TEXTS and _shortened(field) is not None)


def stored_moment(field: Field, typed: str, like: str | None) -> str:
    """The text to store for a day, a year or a time as typed, in the form of another stored value.

    Raises ValueError with a message for a person.
    """
    if pattern := _shortened(field):
        found = pattern.fullmatch(typed)
        if found and _exists(found[1]):
            other = pattern.fullmatch(like or "")
            return found[1] + (other[2] if other else _usual_rest(field))
    try:
        return _time_like(typed, like) if field.widget is Widget.TIME else _moment_like(typed, like)
    except ValueError:
        raise ValueError(_ENTER[field.widget]) from None


_ENTER = {
    Widget.DATE: "Enter a date, like 2024-12-31.",
    Widget.YEAR: "Enter a year, like 1987.",
    Widget.DATETIME: "Enter a date and a time.",
    Widget.TIME: "Enter a time, like 13:45.",
}


def _usual_rest(field: Field) -> str:
    """What follows the shown part of a value in a column without other values."""
    day = "-01-01" if field.widget is Widget.YEAR and field.kind is not Kind.TEXT else ""
    return day + (" 00:00:00" if field.kind is Kind.DATETIME else "")


def _moment_like(typed: str, like: str | None) -> str:
    day = datetime.fromisoformat(typed).date().isoformat()
    if typed == day:
        return day
    return day + ((like or "")[10:11] or " ") + _time_like(typed[11:], (like or "")[11:])


def _time_like(typed: str, like: str | None) -> str:
    """The time with seconds, fraction and zone as another one has them, and never less than what was typed."""
    found, other = _CLOCK.fullmatch(typed), _CLOCK.fullmatch(like or "")
    if found is None:
        raise ValueError("no time")
    time.fromisoformat(found["minutes"] + (found["seconds"] or ""))
    seconds, fraction = found["seconds"] or ":00", found["fraction"] or ""
    digits = len(other["fraction"] or "") if other else 0
    clock = found["minutes"]
    if other is None or other["seconds"] or seconds != ":00" or fraction.strip("0"):
        clock += seconds
    if digits or fraction.strip("0"):
        clock += "." + fraction.ljust(digits, "0")
    return clock + (found["zone"] or (other["zone"] if other else "") or "")
