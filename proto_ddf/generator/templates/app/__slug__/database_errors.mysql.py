"""Turns errors of MySQL or MariaDB into messages for people. Error numbers: MySQL error reference; MariaDB docs."""

import re
from typing import Any

import sqlalchemy as sa

from . import errors, server_problems
from .errors import DataError
from .table_constraints import fields_of_key, rule_of
from .views import TableView

_BY_NUMBER = {
    **dict.fromkeys((1290, 1792, 1836), errors.READ_ONLY),
    **dict.fromkeys((1213, 1020), server_problems.CHANGED_MEANWHILE),
    **dict.fromkeys((1205, 3572), errors.LOCKED),
    **dict.fromkeys((1969, 3024, 1317), errors.TOO_SLOW),
    **dict.fromkeys((1146, 1054, 1356), errors.TABLE_CHANGED),
    **dict.fromkeys((1021, 1114, 3), errors.DISK_FULL),
    **dict.fromkeys((1040, 1203, 1226), server_problems.TOO_MANY),
    **dict.fromkeys((1142, 1143, 1370), server_problems.NO_RIGHT),
    **dict.fromkeys((1044, 1045, 1130, 1698, 4151), server_problems.LOGIN_REFUSED),
    **dict.fromkeys((1049,), server_problems.NO_SUCH_DATABASE),
    **dict.fromkeys(
        (0, 1053, 1080, 1152, 1158, 1159, 1160, 1161, 1927), server_problems.UNREACHABLE
    ),
    **dict.fromkeys((2002, 2003, 2006, 2013, 2014, 2055, 4031), server_problems.UNREACHABLE),
}
_WRONG_VALUES = {
    1406: server_problems.TOO_LONG,
    1264: server_problems.OUT_OF_RANGE,
    1690: server_problems.OUT_OF_RANGE,
    **dict.fromkeys((1265, 1292, 1366, 1367, 1411, 1525, 3140), server_problems.WRONG_TYPE),
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
        return server_problems.without_driver(error)
    number, text = _message_of(original)
    if number == 2026 or (number == 2003 and "SSL" in text):
        return DataError(server_problems.NOT_ENCRYPTED)
    if number in _BY_NUMBER:
        return DataError(_BY_NUMBER[number])
    if view is not None:
        return _refused_change(number, text, view, deleting)
    is_of_value = number in _WRONG_VALUES or number in _OTHER_LETTERS
    return errors.no_value(text) if is_of_value else errors.unexpected(text)


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
    return ", ".join(parts if number in _RAISED else [*parts, errors.without_values(text)])


def _refused_change(number: int, text: str, view: TableView, deleting: bool) -> DataError:
    if number in (1048, 1364) and (fields := _fields_quoted(text, view)):
        return errors.at_fields(fields, errors.REQUIRED)
    if number in (1062, 1586):
        index = re.findall(r"'([^']*)'$", text)
        return errors.duplicate_values(
            fields_of_key(view, index[0].rpartition(".")[2]) if index else []
        )
    if number in (1216, 1217, 1451, 1452):
        return DataError(errors.IN_USE if deleting else errors.REFERS_TO_NOTHING)
    if number in (3819, 4025):
        rule = re.findall(r"[`'.]([^`'.]+)[`']", text)
        return errors.refused_by_constraint(*rule_of(view, rule[0] if rule else ""))
    if number in _WRONG_VALUES and (fields := _fields_quoted(text, view)):
        return errors.at_fields(fields, _WRONG_VALUES[number])
    return errors.refused_by_database(text, deleting)


def _fields_quoted(text: str, view: TableView) -> list[str]:
    """The field whose column is quoted last in the message; a quoted value may come before it."""
    columns = {view.column(each.name).name: each.name for each in view.fields}
    for quoted in reversed(re.findall(r"[`'.]([^`'.]+)[`']", text)):
        if quoted in columns:
            return [columns[quoted]]
    return []
