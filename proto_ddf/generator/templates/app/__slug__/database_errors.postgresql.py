"""Turns errors of PostgreSQL into messages for people. Error codes: PostgreSQL docs, appendix A."""

import re
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from . import errors, server_problems
from .errors import DataError, Problem
from .table_constraints import fields_called, fields_of_key, rule_of
from .views import TableView

_BY_CODE = {
    **dict.fromkeys(("25006",), errors.READ_ONLY),
    **dict.fromkeys(("40001", "40P01"), server_problems.CHANGED_MEANWHILE),
    **dict.fromkeys(("55P03",), errors.LOCKED),
    **dict.fromkeys(("57014",), errors.TOO_SLOW),
    **dict.fromkeys(("42P01", "42703", "3F000"), errors.TABLE_CHANGED),
    **dict.fromkeys(("53100",), errors.DISK_FULL),
    **dict.fromkeys(("53300",), server_problems.TOO_MANY),
    **dict.fromkeys(("42501",), server_problems.NO_RIGHT),
    **dict.fromkeys(("28000", "28P01"), server_problems.LOGIN_REFUSED),
    **dict.fromkeys(("3D000",), server_problems.NO_SUCH_DATABASE),
    **dict.fromkeys(("57P01", "57P02", "57P03", "57P05"), server_problems.UNREACHABLE),
}
_BY_TEXT = (
    ("password authentication failed", server_problems.LOGIN_REFUSED),
    ("no password supplied", server_problems.LOGIN_REFUSED),
    ("no pg_hba.conf entry", server_problems.LOGIN_REFUSED),
    ("SSL", server_problems.NOT_ENCRYPTED),
    ("certificate", server_problems.NOT_ENCRYPTED),
    ("too many", server_problems.TOO_MANY),
    ("remaining connection slots", server_problems.TOO_MANY),
    ("role ", server_problems.LOGIN_REFUSED),
    ("database ", server_problems.NO_SUCH_DATABASE),
)
"""The driver gives no code for errors while connecting."""
_WRONG_VALUES = {
    "22001": server_problems.TOO_LONG,
    "22003": server_problems.OUT_OF_RANGE,
    **dict.fromkeys(
        ("22P02", "22007", "22008", "22021", "22P05", "22023", "22030"), server_problems.WRONG_TYPE
    ),
}


def explain(
    error: sa.exc.SQLAlchemyError, view: TableView | None = None, deleting: bool = False
) -> DataError:
    """The database's error as a DataError; `view` is the table of the change, if there was one."""
    original = getattr(error, "orig", None)
    if original is None:
        return server_problems.without_driver(error)
    code = getattr(original, "sqlstate", None) or ""
    if isinstance(error, sa.exc.OperationalError) and not code:
        return DataError(_unreached(str(original)))
    if code.startswith("08"):
        return DataError(server_problems.UNREACHABLE)
    diagnostics = original.diag
    words = diagnostics.message_primary or str(original)
    within = "function" in (diagnostics.context or "")
    if code in _BY_CODE and _POLICY not in words and (not within or code[:2] in _OF_THE_SERVER):
        return DataError(_BY_CODE[code])
    if view is None:
        return errors.no_value(words) if code[:2] == "22" else errors.unexpected(words)
    if within:
        return errors.refused_by_database(words, deleting, diagnostics.message_hint or "")
    if code.startswith("23"):
        return _broken_rule(code, diagnostics, error, view, deleting)
    if code in _WRONG_VALUES:
        fields = _fields_with(code, str(original), error, view)
        return (
            errors.at_fields(fields, _WRONG_VALUES[code])
            if fields
            else errors.refused_by_database(words, deleting)
        )
    return errors.refused_by_database(words, deleting, diagnostics.message_hint or "")


_POLICY = "row-level security"
_OF_THE_SERVER = ("40", "53", "55", "57")
"""Classes of codes that have the same meaning inside a function, such as a trigger's. Others may be about another table
there."""


def code_of(error: sa.exc.SQLAlchemyError) -> str:
    """What to log about an error: its SQLSTATE and name, and the objects it is about, without values."""
    original = getattr(error, "orig", None)
    diagnostics = getattr(original, "diag", None)
    parts = [getattr(original, "sqlstate", None) or "no code", type(original or error).__name__]
    for name in ("table_name", "column_name", "constraint_name", "datatype_name"):
        if about := getattr(diagnostics, name, None):
            parts.append(f"{name.removesuffix('_name')} {about}")
    if diagnostics is not None and diagnostics.message_primary and not diagnostics.context:
        parts.append(errors.without_values(diagnostics.message_primary))
    return ", ".join(parts)


def _unreached(text: str) -> Problem:
    message = text.rpartition("FATAL:")[2].strip() if "FATAL:" in text else text
    return next(
        (
            problem
            for part, problem in _BY_TEXT
            if message.startswith(part) or f" {part}" in message
        ),
        server_problems.UNREACHABLE,
    )


def _broken_rule(
    code: str, diagnostics: Any, error: sa.exc.SQLAlchemyError, view: TableView, deleting: bool
) -> DataError:
    name, words = diagnostics.constraint_name or "", diagnostics.message_primary or code
    if code == "23502" and (fields := fields_called(view, [diagnostics.column_name])):
        return errors.at_fields(fields, errors.REQUIRED)
    if code == "23505":
        return errors.duplicate_values(fields_of_key(view, name))
    if code == "23P01":
        return errors.at_fields(fields_of_key(view, name), f"Another row is in the way: {words}.")
    if code in ("23001", "23503"):
        return DataError(errors.IN_USE if deleting else errors.REFERS_TO_NOTHING)
    if diagnostics.datatype_name:  # a domain, which may be the type of several columns
        changed = _changed(error, view)
        return errors.at_fields(
            list(changed) if len(changed) == 1 else [], f"The database says: {words}."
        )
    if code == "23514" and name:
        return errors.refused_by_constraint(*rule_of(view, name))
    return errors.refused_by_database(words, deleting)


def _fields_with(
    code: str, message: str, error: sa.exc.SQLAlchemyError, view: TableView
) -> list[str]:
    """The fields with an invalid value. PostgreSQL does not name the column: it quotes the value, or gives the allowed
    length, or neither."""
    values = _changed(error, view)
    length = re.search(r"\((\d+)\)", message)
    if code == "22001" and length:
        longer = {name for name, text in values.items() if len(str(text)) > int(length[1])}
        return [
            each.name for each in view.form_fields if each.name in longer and not each.is_number
        ]
    quoted = [name for name, value in values.items() if value and f'"{value}"' in message]
    if quoted or code != "22003":
        return quoted
    large = [name for name, value in values.items() if _is_large(value)]
    return large if len(large) == 1 else []


def _changed(error: sa.exc.SQLAlchemyError, view: TableView) -> dict[str, Any]:
    """The values of the change, by field."""
    given = getattr(error, "params", None)
    given = given if isinstance(given, dict) else {}
    return {each.name: given[each.name] for each in view.form_fields if each.name in given}


def _is_large(value: Any) -> bool:
    """Whether a number is outside of smallint, PostgreSQL's smallest whole numbers."""
    return isinstance(value, int | float | Decimal) and abs(float(value)) > 32_767
