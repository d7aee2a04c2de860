"""Validates a form's texts and converts them to values."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from math import isinf
from types import MappingProxyType
from typing import Any
from uuid import UUID

from .errors import CHECK_FIELDS, DataError
from .notation import has_form, moved, stored_moment
from .stored import DECIMALS_ARE_FLOATS, LARGEST_WHOLE
from .views import Field, Kind, Widget

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")
_COLOR = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.I)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_STRIPPED = {
    *(Widget.EMAIL, Widget.URL, Widget.IMAGE, Widget.COLOR, Widget.UUID),
    *(Widget.DATE, Widget.YEAR, Widget.DATETIME, Widget.TIME, Widget.SWITCH),
}


def validated(
    form: dict[str, str],
    fields: Sequence[Field],
    creating: bool,
    like: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The typed values of the fields; `like` as in `parse`, by field. Raises DataError with all fields that are
    invalid."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = form.get(field.name, "")
        if field.kind is not Kind.TEXT or field.widget in _STRIPPED:
            text = text.strip()
        is_empty = text == "" or (field.required and text.strip() == "")
        try:
            if not is_empty:
                values[field.name] = parse(field, text, like.get(field.name))
            elif field.nullable or field.required or not creating:
                values[field.name] = _empty(field)
        except ValueError as error:
            wrong[field.name] = str(error)
    if wrong:
        raise DataError(CHECK_FIELDS, wrong)
    return values


def _empty(field: Field) -> Any:
    if field.required or (not field.nullable and field.kind is not Kind.TEXT):
        raise ValueError("This field is required.")
    return None if field.nullable else ""


def parse(field: Field, text: str, like: str | None = None) -> Any:
    """The text as a value of the field's type. `like`: a stored text, whose form a moment gets that is stored as text.

    Raises ValueError with a message for a person.
    """
    if field.flags:
        return _parsed_stored_flag(field, text)
    if has_form(field):
        return _of_fitting_length(field, stored_moment(field, text, like))
    if field.choices and text not in field.choices:
        raise ValueError("Choose one of the values in the list.")
    if field.is_number:
        return _parsed_number(field, text)
    match field.kind:
        case Kind.BOOLEAN:
            return _parsed_flag(text)
        case Kind.DATE | Kind.DATETIME if field.widget is Widget.YEAR and _YEAR.fullmatch(text):
            return parse(replace(field, widget=Widget.DATE), f"{text}-01-01")
        case Kind.DATE:
            return _parsed(date.fromisoformat, text, "Enter a date, like 2024-12-31.")
        case Kind.DATETIME:
            return _parsed(datetime.fromisoformat, text, "Enter a date and a time.")
        case Kind.TIME:
            return _parsed(time.fromisoformat, text, "Enter a time, like 13:45.")
        case Kind.JSON:
            _parsed(json.loads, text, "Enter valid JSON.")
            return text
        case _:
            return _parsed_text(field, text)


def _parsed_stored_flag(field: Field, text: str) -> str | int | Decimal:
    """Yes or no as the source writes it."""
    yes, no = field.flags
    if text not in field.flags:
        text = yes if _parsed_flag(text) else no
    if field.kind is Kind.TEXT:
        return text
    return int(text) if field.kind is Kind.INTEGER else Decimal(text)


def _parsed_flag(text: str) -> bool:
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise ValueError("Enter yes or no.")


def _parsed(read: Callable[[str], Any], text: str, message: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise ValueError(message) from None


def _of_fitting_length(field: Field, text: str) -> str:
    if field.max_length is not None and len(text) > field.max_length:
        over = len(text) - field.max_length
        raise ValueError(f"At most {field.max_length} characters; this is {over} too many.")
    return text


def _parsed_text(field: Field, text: str) -> str:
    _of_fitting_length(field, text)
    if field.widget is Widget.EMAIL and not _EMAIL.fullmatch(text):
        raise ValueError("Enter an email address, like name@example.com.")
    if field.widget in (Widget.URL, Widget.IMAGE) and not _URL.fullmatch(text):
        raise ValueError("Enter an address that starts with http:// or https://.")
    if field.widget is Widget.COLOR and not _COLOR.fullmatch(text):
        raise ValueError("Enter a colour, like #3b82f6.")
    if field.widget is Widget.UUID and not _is_uuid(text):
        raise ValueError("Enter a UUID, like 123e4567-e89b-12d3-a456-426614174000.")
    if field.widget is Widget.JSON:
        _parsed(json.loads, text, "Enter valid JSON.")
    return text


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _parsed_number(field: Field, text: str) -> int | float | Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("Enter a number.") from None
    if "_" in text:  # accepted by Python only
        raise ValueError("Enter a number.")
    if not number.is_finite():
        raise ValueError("Enter a number.")
    if field.widget is Widget.PERCENT:
        number = moved(number, -2)
    if field.minimum is not None and number < Decimal(str(field.minimum)):
        raise ValueError(f"At least {field.as_shown(field.minimum):g}.")
    if field.maximum is not None and number > Decimal(str(field.maximum)):
        raise ValueError(f"At most {field.as_shown(field.maximum):g}.")
    if field.kind is Kind.INTEGER:
        if number != number.to_integral_value():
            raise ValueError("Enter a whole number.")
        if LARGEST_WHOLE is not None and abs(number) > LARGEST_WHOLE:
            raise ValueError("This number is too large.")
        return int(number)
    if field.kind is Kind.FLOAT:
        return _finite(number)
    return _fitting_decimal(field, number)


def _finite(number: Decimal) -> float:
    value = float(number)
    if isinf(value):
        raise ValueError("This number is too large.")
    return value


def _fitting_decimal(field: Field, number: Decimal) -> Decimal:
    scale = field.scale
    exponent = number.normalize().as_tuple().exponent
    if scale is not None and isinstance(exponent, int) and -exponent > scale:
        places = scale - 2 * (field.widget is Widget.PERCENT)
        raise ValueError(f"At most {places} decimals." if places > 0 else "Enter a whole number.")
    if field.precision is not None:
        whole = field.precision - (scale or 0)
        if abs(number) >= Decimal(10) ** whole:
            raise ValueError(f"At most {whole} digits before the decimal point.")
    is_kept = abs(number) < 2**63 and number == number.to_integral_value()
    if DECIMALS_ARE_FLOATS and not is_kept and Decimal(repr(float(number))) != number:
        raise ValueError("This number has more digits than the database can store.")
    return number
