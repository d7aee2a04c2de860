from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType
from proto_ddf.sources.sqlite.types import converter, parse_declared, type_of_storage


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("INTEGER", ColumnType.INTEGER),
        ("unsigned big int", ColumnType.INTEGER),
        ("TINYINT(1)", ColumnType.BOOLEAN),
        ("tinyint(4)", ColumnType.INTEGER),
        ("Boolean", ColumnType.BOOLEAN),
        ("VARCHAR(40)", ColumnType.TEXT),
        ("NATIVE CHARACTER(70)", ColumnType.TEXT),
        ("DECIMAL(10, 2)", ColumnType.DECIMAL),
        ("money", ColumnType.DECIMAL),
        ("DOUBLE PRECISION", ColumnType.FLOAT),
        ("date", ColumnType.DATE),
        ("TIMESTAMP WITH TIME ZONE", ColumnType.DATETIME),
        ("TIME", ColumnType.TIME),
        ("jsonb", ColumnType.JSON),
        ("BLOB", ColumnType.BINARY),
        ("", None),
        ("WOBBLE", None),
    ],
)
def test_declared_types_are_understood(declared: str, expected: ColumnType | None) -> None:
    assert parse_declared(declared).type is expected


def test_lengths_precision_and_scale_are_read() -> None:
    assert parse_declared("varchar( 40 )").max_length == 40
    numeric = parse_declared("NUMERIC(12, 3)")
    assert (numeric.precision, numeric.scale) == (12, 3)
    assert parse_declared("NUMERIC(12)").scale == 0
    assert parse_declared("INTEGER(11)").max_length is None


@settings(deadline=None)
@given(st.text())
def test_any_text_is_accepted_as_a_declared_type(declared: str) -> None:
    assert parse_declared(declared).type in {None, *ColumnType}


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ({"integer", "null"}, ColumnType.INTEGER),
        ({"integer", "real"}, ColumnType.FLOAT),
        ({"blob"}, ColumnType.BINARY),
        ({"integer", "text"}, ColumnType.TEXT),
        ({"null"}, ColumnType.TEXT),
        (set(), ColumnType.TEXT),
    ],
)
def test_the_values_tell_the_type_where_none_is_declared(
    classes: set[str], expected: ColumnType
) -> None:
    assert type_of_storage(classes) is expected


@pytest.mark.parametrize(
    ("column", "stored", "expected"),
    [
        (ColumnInfo(name="c", type=ColumnType.BOOLEAN), 1, True),
        (ColumnInfo(name="c", type=ColumnType.BOOLEAN), 7, 7),
        (ColumnInfo(name="c", type=ColumnType.BOOLEAN), "yes", "yes"),
        (ColumnInfo(name="c", type=ColumnType.DATE), "2024-02-29", date(2024, 2, 29)),
        (ColumnInfo(name="c", type=ColumnType.DATE), "tomorrow", "tomorrow"),
        (ColumnInfo(name="c", type=ColumnType.DATE), 20240229, 20240229),
        (
            ColumnInfo(name="c", type=ColumnType.DATETIME),
            "2024-02-29 08:30:00",
            datetime(2024, 2, 29, 8, 30),
        ),
        (ColumnInfo(name="c", type=ColumnType.TIME), "08:30", time(8, 30)),
        (ColumnInfo(name="c", type=ColumnType.DECIMAL, scale=2), 19.9, Decimal("19.90")),
        (ColumnInfo(name="c", type=ColumnType.DECIMAL, scale=2), 19.999, Decimal("19.999")),
        (ColumnInfo(name="c", type=ColumnType.DECIMAL, scale=2), "n/a", "n/a"),
        (ColumnInfo(name="c", type=ColumnType.DECIMAL), float("inf"), Decimal("inf")),
    ],
)
def test_values_become_the_columns_type_where_they_fit(
    column: ColumnInfo, stored: object, expected: object
) -> None:
    convert = converter(column)
    assert convert is not None
    converted = convert(stored)
    assert (converted, type(converted)) == (expected, type(expected))


@settings(deadline=None)
@given(
    st.sampled_from(list(ColumnType)),
    st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.binary()),
)
def test_no_value_makes_a_conversion_fail(kind: ColumnType, value: object) -> None:
    convert = converter(ColumnInfo(name="c", type=kind, scale=2))
    if convert:
        convert(value)
