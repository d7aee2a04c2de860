import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.sources.schema.check_constraints import Bounds, read_checks


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("c >= 0", Bounds(minimum=0)),
        ("c > 0", Bounds(minimum=0, above=True)),
        ("0 <= c", Bounds(minimum=0)),
        ("10 > c", Bounds(maximum=10, below=True)),
        ("c BETWEEN 1 AND 5", Bounds(minimum=1, maximum=5)),
        ("c between -1.5 and +2.5", Bounds(minimum=-1.5, maximum=2.5)),
        ("c >= 1 AND c <= 99", Bounds(minimum=1, maximum=99)),
        ("(c >= 1) AND ((c <= 99))", Bounds(minimum=1, maximum=99)),
        ("c IS NULL OR c >= 0", Bounds(minimum=0)),
        ("c IN ('a', 'it''s', 'b,c')", Bounds(choices=("a", "it's", "b,c"))),
        ("c IN (1, 2, 3)", Bounds(choices=("1", "2", "3"))),
        ('"c" >= 3', Bounds(minimum=3)),
        ("[c] >= 3", Bounds(minimum=3)),
        ("`c` >= 3", Bounds(minimum=3)),
        ("length(c) <= 20", Bounds(max_length=20)),
        ("length(c) < 20", Bounds(max_length=19)),
        ("length(c) BETWEEN 2 AND 8", Bounds(max_length=8)),
        ("c >= 0 /* not; negative */ -- really\n", Bounds(minimum=0)),
    ],
)
def test_simple_checks_are_understood(check: str, expected: Bounds) -> None:
    assert read_checks(f"CREATE TABLE t (C INTEGER CHECK ({check}), d TEXT)") == {"c": expected}


@pytest.mark.parametrize(
    "check",
    [
        "c > 0 OR d > 0",
        "c > d",
        "c NOT IN ('a')",
        "c IN (SELECT x FROM other)",
        "c <> 0",
        "c + 1 > 3",
        "c LIKE '%@%'",
        "NOT c >= 5",
        "c >= 5 IS FALSE",
        "CASE WHEN c > 1 AND c < 3 THEN 1 ELSE 0 END",
        "c >= 1e999",
    ],
)
def test_other_checks_are_left_to_the_database(check: str) -> None:
    found = read_checks(f"CREATE TABLE t (c INTEGER CHECK ({check}))")
    assert all(bounds == Bounds() for bounds in found.values())


def test_the_narrowest_of_several_bounds_counts() -> None:
    sql = "CREATE TABLE t (c INTEGER CHECK (c >= 0) CHECK (c >= 5), CHECK (c > 2))"
    assert read_checks(sql)["c"] == Bounds(minimum=5)


def test_a_check_in_a_string_or_comment_is_none() -> None:
    sql = "CREATE TABLE t (a TEXT DEFAULT 'CHECK (a >= 1)', -- CHECK (b >= 1)\n b INTEGER)"
    assert read_checks(sql) == {}


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("cCHEK ()'\"`[]<>=,-12.ANDORBETWEEN\n"), max_size=80))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    read_checks(f"CREATE TABLE t (c CHECK {text}")
