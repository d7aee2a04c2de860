"""Validates a form's texts and converts them to values."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Any

from .errors import CHECK_FIELDS, DataError
from .stored import DECIMALS_ARE_FLOATS, LARGEST_WHOLE
from .views import Field, Kind, Widget

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def validated(form: dict[str, str], fields: Sequence[Field], creating: bool) -> dict[str, Any]:
    """The typed values of the fields. Raises DataError with all fields that are invalid."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = form.get(field.name, "")
        if field.kind is not Kind.TEXT or field.widget in (Widget.EMAIL, Widget.URL):
            text = text.strip()
        is_empty = text == "" or (field.required and text.strip() == "")
        try:
            if not is_empty:
                values[field.name] = parse(field, text)
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


def parse(field: Field, text: str) -> Any:
    """The text as a value of the field's type. Raises ValueError with a message for a person."""
    if field.choices and text not in field.choices:
        raise ValueError("Choose one of the values in the list.")
    if field.is_number:
        return _parsed_number(field, text)
    match field.kind:
        case Kind.BOOLEAN:
            return _parsed_flag(text)
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


def _parsed_text(field: Field, text: str) -> str:
    if field.max_length is not None and len(text) > field.max_length:
        over = len(text) - field.max_length
        raise ValueError(f"At most {field.max_length} characters; this is {over} too many.")
    if field.widget is Widget.EMAIL and not _EMAIL.fullmatch(text):
        raise ValueError("Enter an email address, like name@example.com.")
    if field.widget is Widget.URL and not _URL.fullmatch(text):
        raise ValueError("Enter an address that starts with http:// or https://.")
    return text


def _parsed_number(field: Field, text: str) -> int | float | Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("Enter a number.") from None
    if "_" in text:  # accepted by Python only
        raise ValueError("Enter a number.")
    if not number.is_finite():
        raise ValueError("Enter a number.")
    if field.minimum is not None and number < Decimal(str(field.minimum)):
        raise ValueError(f"At least {field.minimum:g}.")
    if field.maximum is not None and number > Decimal(str(field.maximum)):
        raise ValueError(f"At most {field.maximum:g}.")
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
        raise ValueError(f"At most {scale} decimals." if scale else "Enter a whole number.")
    if field.precision is not None:
        whole = field.precision - (scale or 0)
        if abs(number) >= Decimal(10) ** whole:
            raise ValueError(f"At most {whole} digits before the decimal point.")
    is_kept = abs(number) < 2**63 and number == number.to_integral_value()
    if DECIMALS_ARE_FLOATS and not is_kept and Decimal(repr(float(number))) != number:
        raise ValueError("This number has more digits than the database can store.")
    return number
