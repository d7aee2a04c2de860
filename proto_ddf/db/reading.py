"""Reads records so that one that cannot be read does not keep the others from being read."""

from typing import Any, TypeVar

from sqlmodel.sql.expression import SelectOfScalar

from proto_ddf.db.engine import session

_T = TypeVar("_T")
UNREADABLE = (LookupError, ValueError, TypeError)
"""What is raised for a value that is no JSON, no time, or none of an enumeration, such as one of a later release."""


def read_each(query: SelectOfScalar[_T], key: Any) -> tuple[list[_T], dict[Any, Exception]]:
    """The records that the query finds, and why others cannot be read, by the column `key` of theirs."""
    with session() as opened:
        try:
            return list(opened.exec(query).all()), {}
        except UNREADABLE:
            keys = opened.execute(query.with_only_columns(key)).scalars().all()
        found: list[_T] = []
        failures: dict[Any, Exception] = {}
        for each in keys:
            try:
                found += opened.exec(query.where(key == each)).all()
            except UNREADABLE as error:
                failures[each] = error
        return found, failures
