"""What PostgreSQL could not do, in words for a person. Its codes: PostgreSQL docs, appendix A."""

import re
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .broken_rules import fields_called, fields_of_key, rule_of
from .errors import (
    DISK_FULL,
    IN_USE,
    LOCKED,
    READ_ONLY,
    REFERS_TO_NOTHING,
    REQUIRED,
    TABLE_CHANGED,
    TOO_SLOW,
    DataError,
    Problem,
    at_fields,
    refused,
    taken,
    unexpected,
)
from .server_problems import (
    AWAY,
    CHANGED_MEANWHILE,
    LOGIN_REFUSED,
    NO_RIGHT,
    NO_SUCH_DATABASE,
    NOT_ENCRYPTED,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_MANY,
    WRONG_TYPE,
    without_driver,
)
from .views import TableView

_BY_CODE = {
    **dict.fromkeys(("25006",), READ_ONLY),
    **dict.fromkeys(("40001", "40P01"), CHANGED_MEANWHILE),
    **dict.fromkeys(("55P03",), LOCKED),
    **dict.fromkeys(("57014",), TOO_SLOW),
    **dict.fromkeys(("42P01", "42703", "42883", "3F000", "0A000"), TABLE_CHANGED),
    **dict.fromkeys(("53100",), DISK_FULL),
    **dict.fromkeys(("53300",), TOO_MANY),
    **dict.fromkeys(("42501",), NO_RIGHT),
    **dict.fromkeys(("28000", "28P01"), LOGIN_REFUSED),
    **dict.fromkeys(("3D000",), NO_SUCH_DATABASE),
    **dict.fromkeys(("57P01", "57P02", "57P03", "57P05"), AWAY),
}
_BY_TEXT = (
    ("password authentication failed", LOGIN_REFUSED),
    ("no password supplied", LOGIN_REFUSED),
    ("no pg_hba.conf entry", LOGIN_REFUSED),
    ("SSL", NOT_ENCRYPTED),
    ("certificate", NOT_ENCRYPTED),
    ("too many", TOO_MANY),
    ("remaining connection slots", TOO_MANY),
    ("role ", LOGIN_REFUSED),
    ("database ", NO_SUCH_DATABASE),
)
"""While connecting the driver has no code."""
_WRONG_VALUES = {
    "22001": TOO_LONG,
    "22003": OUT_OF_RANGE,
    **dict.fromkeys(("22P02", "22007", "22008", "22021", "22P05", "22023", "22030"), WRONG_TYPE),
}


def explain(
    error: sa.exc.SQLAlchemyError, view: TableView | None = None, deleting: bool = False
) -> DataError:
    """The error of the database as a DataError; `view` is the table that was being changed."""
    original = getattr(error, "orig", None)
    if original is None:
        return without_driver(error)
    code = getattr(original, "sqlstate", None) or ""
    if code in _BY_CODE:
        return DataError(_BY_CODE[code])
    if view is not None and code.startswith("23"):
        return _broken_rule(code, original.diag, view, deleting)
    if view is not None and code in _WRONG_VALUES:
        return at_fields(_fields_with(code, str(original), error, view), _WRONG_VALUES[code])
    if isinstance(error, sa.exc.OperationalError) and not code:
        return DataError(_unreached(str(original)))
    if code.startswith("08"):
        return DataError(AWAY)
    return unexpected(str(original))


def _unreached(text: str) -> Problem:
    said = text.rpartition("FATAL:")[2].strip() if "FATAL:" in text else text
    return next(
        (problem for part, problem in _BY_TEXT if said.startswith(part) or f" {part}" in said), AWAY
    )


def _broken_rule(code: str, said: Any, view: TableView, deleting: bool) -> DataError:
    name = said.constraint_name or ""
    if code == "23502":
        return at_fields(fields_called(view, [said.column_name]), REQUIRED)
    if code in ("23505", "23P01"):
        return taken(fields_of_key(view, name))
    if code == "23503":
        return DataError(IN_USE if deleting else REFERS_TO_NOTHING)
    if code == "23514":
        return refused(*rule_of(view, name))
    return unexpected(said.message_primary or code)


def _fields_with(code: str, said: str, error: sa.exc.SQLAlchemyError, view: TableView) -> list[str]:
    """The fields that a wrong value is in. PostgreSQL names no column: it quotes the value, or says how long it
    may be, or nothing at all."""
    given = getattr(error, "params", None)
    if not isinstance(given, dict):
        return []
    values: dict[str, Any] = {each.name: given.get(each.name) for each in view.asked}
    length = re.search(r"\((\d+)\)", said)
    if code == "22001" and length:
        longer = {name for name, text in values.items() if len(str(text)) > int(length[1])}
        return [each.name for each in view.asked if each.name in longer and not each.is_number]
    quoted = [name for name, value in values.items() if value and f'"{value}"' in said]
    if quoted or code != "22003":
        return quoted
    large = [name for name, value in values.items() if _is_large(value)]
    return large if len(large) == 1 else []


def _is_large(value: Any) -> bool:
    """Beyond the smallest of PostgreSQL's whole numbers."""
    return isinstance(value, int | float | Decimal) and abs(float(value)) > 32_767
