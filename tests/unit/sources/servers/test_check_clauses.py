"""CHECK constraints as PostgreSQL (`pg_get_constraintdef`) and MariaDB (`CHECK_CLAUSE`) write them."""

from typing import Any

import pytest

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType
from proto_ddf.sources.servers.check_clauses import with_checks
from proto_ddf.sources.servers.mysql.types import parse_declared, plain_strings


def column(name: str = "a", column_type: ColumnType = ColumnType.TEXT, **more: Any) -> ColumnInfo:
    return ColumnInfo(name=name, type=column_type, **more)


@pytest.mark.parametrize(
    ("clause", "column_type", "found"),
    [
        ("CHECK (((a >= 0) AND (a <= 150)))", ColumnType.INTEGER, {"minimum": 0, "maximum": 150}),
        ("CHECK ((a > (0)::numeric))", ColumnType.DECIMAL, {"minimum": 0}),
        ("CHECK ((a > 0))", ColumnType.INTEGER, {"minimum": 1}),
        ("CHECK ((a >= '-5'::integer))", ColumnType.INTEGER, {"minimum": -5}),
        (
            "CHECK (((a >= '-1.5'::numeric) AND (a <= (2)::numeric)))",
            ColumnType.DECIMAL,
            {"minimum": -1.5, "maximum": 2},
        ),
        (
            "CHECK ((a = ANY (ARRAY['p'::text, 'q'::text])))",
            ColumnType.TEXT,
            {"choices": ("p", "q")},
        ),
        (
            "CHECK (((a)::text = ANY ((ARRAY['x'::character varying, 'y''z'::character varying])::text[])))",
            ColumnType.TEXT,
            {"choices": ("x", "y'z")},
        ),
        ("CHECK ((char_length((a)::text) < 4))", ColumnType.TEXT, {"max_length": 3}),
        ("CHECK ((length(a) <= 20))", ColumnType.TEXT, {"max_length": 20}),
        ("CHECK (`a` >= 0 and `a` <= 150)", ColumnType.INTEGER, {"minimum": 0, "maximum": 150}),
        ("CHECK (`a` between 1 and 5)", ColumnType.INTEGER, {"minimum": 1, "maximum": 5}),
        ("CHECK (octet_length(`a`) <= 20)", ColumnType.TEXT, {}),
        ("CHECK ((a <> b))", ColumnType.INTEGER, {}),
        ("CHECK ((NOT (a IN ('x'))))", ColumnType.TEXT, {}),
    ],
)
def test_what_a_clause_demands(clause: str, column_type: ColumnType, found: dict[str, Any]) -> None:
    [result] = with_checks([column(column_type=column_type)], [clause])
    assert result == column(column_type=column_type, **found)


def test_several_clauses_and_what_the_type_says_already() -> None:
    given = [column(column_type=ColumnType.INTEGER, minimum=0), column("b", max_length=5)]
    clauses = ["CHECK ((a <= 9))", "CHECK ((length(b) <= 8))"]
    assert with_checks(given, clauses) == (
        column(column_type=ColumnType.INTEGER, minimum=0, maximum=9),
        column("b", max_length=5),
    )


def test_columns_that_differ_in_case_alone_are_not_mixed_up() -> None:
    given = (column("a", ColumnType.INTEGER), column("A", ColumnType.INTEGER))
    assert with_checks(given, ['CHECK (("A" > 5))']) == given


@pytest.mark.parametrize(
    ("clause", "plain"),
    [
        (r"`a` in ('x','y\'z','b\\s')", r"`a` in ('x','y''z','b\s')"),
        (r"`a` <> 'a''b\n'", "`a` <> 'a''b\n'"),
        ("`a` > 0", "`a` > 0"),
    ],
)
def test_strings_of_mysql_as_the_standard_writes_them(clause: str, plain: str) -> None:
    assert plain_strings(clause) == plain


def test_choices_of_an_enum() -> None:
    found = parse_declared("enum", r"enum('a','b''c','d\\e','f,g)','')", 5, None, None)
    assert (found.type, found.choices) == (ColumnType.TEXT, ("a", "b'c", "d\\e", "f,g)", ""))
