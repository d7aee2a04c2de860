"""CHECK constraints as the catalogues of PostgreSQL and MySQL write them, read into bounds and choices."""

import re
from collections import Counter
from collections.abc import Sequence

from proto_ddf.sources.checks import read_checks, with_bounds
from proto_ddf.sources.schema import ColumnInfo

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
"""How PostgreSQL writes what was typed plainly (ruleutils.c), and the plain way."""


def with_checks(columns: Sequence[ColumnInfo], clauses: Sequence[str]) -> tuple[ColumnInfo, ...]:
    """The columns with the bounds and choices that CHECK clauses of their table demand. Of columns whose names
    differ in case alone none is given any."""
    checks = read_checks(" ".join(map(_plainly, clauses))) if clauses else {}
    if not checks:
        return tuple(columns)
    named = Counter(column.name.lower() for column in columns)
    alone = {name: bounds for name, bounds in checks.items() if named[name] == 1}
    return tuple(
        with_bounds(column, alone[column.name.lower()]) if column.name.lower() in alone else column
        for column in columns
    )


def _plainly(clause: str) -> str:
    for spelling, plain in _SPELLINGS if "::" in clause or "length" in clause.lower() else ():
        clause = spelling.sub(plain, clause)
    return clause
