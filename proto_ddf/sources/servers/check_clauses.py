"""Reads bounds and choices from CHECK constraints as the catalogues of PostgreSQL and MySQL write them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce

from proto_ddf.sources.schema.check_constraints import Bounds, read_checks, with_bounds
from proto_ddf.sources.schema.model import ColumnInfo

_STRING = r"'(?:[^']|'')*'"
_TYPE = r"(?:::(?:\"[^\"]+\"|[a-z]+(?: [a-z]+)*)(?:\(\d+(?:,\d+)?\))?(?:\[\])?)"
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\((-?\d+(?:\.\d+)?)\){_TYPE}"), r"\1"),  # (0)::numeric
    (
        re.compile(
            r"'(-?\d+(?:\.\d+)?)'::(?:integer|smallint|bigint|numeric|real|double precision)"
        ),
        r"\1",
    ),
    (re.compile(rf"({_STRING}){_TYPE}"), r"\1"),  # 'a'::text
    (re.compile(rf"\((\w+|\"[^\"]+\")\){_TYPE}"), r"\1"),  # (status)::text
    (re.compile(rf"= ANY \(\(ARRAY\[([^\]]*)\]\){_TYPE}\)"), r"IN (\1)"),
    (re.compile(r"= ANY \(ARRAY\[([^\]]*)\]\)"), r"IN (\1)"),
    (re.compile(r"\bchar(?:acter)?_length\(", re.IGNORECASE), "length("),
)
"""How PostgreSQL writes an expression (ruleutils.c), and its simple spelling."""


def with_checks(columns: Sequence[ColumnInfo], clauses: Sequence[str]) -> tuple[ColumnInfo, ...]:
    """The columns with the bounds and choices that the CHECK clauses of their table require. Columns whose names differ
    only in case get none."""
    demanded = [each for each in map(_demands, clauses) if each]
    if not demanded:
        return tuple(columns)
    named = Counter(column.name.lower() for column in columns)
    return tuple(
        reduce(with_bounds, _of(column.name.lower(), demanded), column)
        if named[column.name.lower()] == 1
        else column
        for column in columns
    )


def _of(name: str, demanded: Iterable[Mapping[str, Bounds]]) -> list[Bounds]:
    return [each[name] for each in demanded if name in each]


@lru_cache(maxsize=10_000)
def _demands(clause: str) -> Mapping[str, Bounds]:
    """Bounds by column name in lower case. Cached, since a schema is read often with the same clauses."""
    return read_checks(_plainly(clause))


def _plainly(clause: str) -> str:
    for spelling, plain in _SPELLINGS if "::" in clause or "length" in clause.lower() else ():
        clause = spelling.sub(plain, clause)
    return clause
