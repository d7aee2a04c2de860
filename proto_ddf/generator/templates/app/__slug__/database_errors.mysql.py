"""Turns errors of MySQL or MariaDB into messages for people. Error numbers: MySQL error reference; MariaDB docs."""

import re
from typing import Any

import sqlalchemy as sa

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
    against_own_rule,
    at_fields,
    no_value,
    refused,
    taken,
    unexpected,
    without_values,
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
from .table_constraints import fields_of_key, rule_of
from .views import TableView

_BY_NUMBER = {
    **dict.fromkeys((1290, 1792, 1836), READ_ONLY),
    **dict.fromkeys((1213, 1020), CHANGED_MEANWHILE),
    **dict.fromkeys((1205, 3572), LOCKED),
    **dict.fromkeys((1969, 3024, 1317), TOO_SLOW),
    **dict.fromkeys((1146, 1054, 1356), TABLE_CHANGED),
    **dict.fromkeys((1021, 1114, 3), DISK_FULL),
    **dict.fromkeys((1040, 1203, 1226), TOO_MANY),
    **dict.fromkeys((1142, 1143, 1370), NO_RIGHT),
    **dict.fromkeys((1044, 1045, 1130, 1698, 4151), LOGIN_REFUSED),
    **dict.fromkeys((1049,), NO_SUCH_DATABASE),
    **dict.fromkeys((0, 1053, 1080, 1152, 1158, 1159, 1160, 1161, 1927), AWAY),
    **dict.fromkeys((2002, 2003, 2006, 2013, 2014, 2055, 4031), AWAY),
}
_WRONG_VALUES = {
    1406: TOO_LONG,
    1264: OUT_OF_RANGE,
    1690: OUT_OF_RANGE,
    **dict.fromkeys((1265, 1292, 1366, 1367, 1411, 1525, 3140), WRONG_TYPE),
}
_OTHER_LETTERS = (1267, 1270, 1271)
"""The text has characters that the column's character set lacks."""
_RAISED = (1643, 1644, 1645)
"""Raised by SIGNAL in a trigger or a function; the message may contain values."""


def explain(
    error: sa.exc.SQLAlchemyError, view: TableView | None = None, deleting: bool = False
) -> DataError:
    """The database's error as a DataError; `view` is the table of the change, if there was one."""
    original = getattr(error, "orig", None)
    if original is None:
        return without_driver(error)
    number, text = _message_of(original)
    if number == 2026 or (number == 2003 and "SSL" in text):
        return DataError(NOT_ENCRYPTED)
    if number in _BY_NUMBER:
        return DataError(_BY_NUMBER[number])
    if view is not None:
        return _refused_change(number, text, view, deleting)
    is_of_value = number in _WRONG_VALUES or number in _OTHER_LETTERS
    return no_value(text) if is_of_value else unexpected(text)


def _message_of(original: Any) -> tuple[int, str]:
    """The number of the error (or 0) and the server's message."""
    number = original.args[0] if original.args and isinstance(original.args[0], int) else 0
    return number, str(original.args[1]) if len(original.args) > 1 else str(original)


def code_of(error: sa.exc.SQLAlchemyError) -> str:
    """What to log about an error: its number and kind, without values."""
    original = getattr(error, "orig", None)
    if original is None:
        return type(error).__name__
    number, text = _message_of(original)
    parts = [str(number), type(original).__name__]
    return ", ".join(parts if number in _RAISED else [*parts, without_values(text)])


def _refused_change(number: int, text: str, view: TableView, deleting: bool) -> DataError:
    if number in (1048, 1364) and (fields := _fields_quoted(text, view)):
        return at_fields(fields, REQUIRED)
    if number in (1062, 1586):
        index = re.findall(r"'([^']*)'$", text)
        return taken(fields_of_key(view, index[0].rpartition(".")[2]) if index else [])
    if number in (1216, 1217, 1451, 1452):
        return DataError(IN_USE if deleting else REFERS_TO_NOTHING)
    if number in (3819, 4025):
        rule = re.findall(r"[`'.]([^`'.]+)[`']", text)
        return refused(*rule_of(view, rule[0] if rule else ""))
    if number in _WRONG_VALUES and (fields := _fields_quoted(text, view)):
        return at_fields(fields, _WRONG_VALUES[number])
    return against_own_rule(text, deleting)


def _fields_quoted(text: str, view: TableView) -> list[str]:
    """The field whose column is quoted last in the message; a quoted value may come before it."""
    columns = {view.column(each.name).name: each.name for each in view.fields}
    for quoted in reversed(re.findall(r"[`'.]([^`'.]+)[`']", text)):
        if quoted in columns:
            return [columns[quoted]]
    return []
