"""The widget of a column follows its values: what they all are, whatever type the column has."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from proto_ddf.generator.planning.column_profile import ColumnProfile, read_profiles
from proto_ddf.generator.planning.widgets import plan_field
from proto_ddf.generator.spec import FieldSpec, Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, TableInfo


class OneColumn:
    """A source of one table with one column."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def rows(self, table: str, batch: int = 10_000) -> Any:
        for start in range(0, len(self._values), batch):
            yield [(value,) for value in self._values[start : start + batch]]


def profiled(column: ColumnInfo, values: Sequence[Any]) -> ColumnProfile:
    table = TableInfo(name="t", columns=(column,), row_count=len(values))
    source: Any = OneColumn(values)
    return read_profiles(source, [table])["t"][column.name]


def planned(name: str, kind: ColumnType, values: Sequence[Any], **given: Any) -> FieldSpec:
    column = ColumnInfo(name=name, type=kind, **given)
    profile = profiled(column, values)
    return plan_field(column, "v", related=False, generated=False, profile=profile)


TEXT, WHOLE, REAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.FLOAT
MOMENT = ColumnType.DATETIME
DAYS = [datetime(2024, 5, day) for day in range(1, 29)]
PNG, SVG = b"\x89PNG\r\n\x1a\n...", b"<svg xmlns='http://www.w3.org/2000/svg'>"
UUIDS = [f"123e4567-e89b-12d3-a456-4266141740{n:02}" for n in range(30)]


@pytest.mark.parametrize(
    ("name", "kind", "values", "widget"),
    [
        ("x", MOMENT, DAYS, Widget.DATE),
        ("x", MOMENT, [*DAYS, datetime(2024, 5, 1, 10)], Widget.DATETIME),
        ("x", MOMENT, [*DAYS, "unknown"], Widget.DATE),
        ("x", MOMENT, [datetime(2024, 5, 1, tzinfo=UTC)] * 9, Widget.DATETIME),
        ("x", MOMENT, [datetime(1950 + n, 1, 1) for n in range(9)], Widget.YEAR),
        ("x", MOMENT, [datetime(2024, 1, 1)] * 9, Widget.DATE),
        ("x", ColumnType.DATE, [date(1950 + n, 1, 1) for n in range(9)], Widget.YEAR),
        ("x", ColumnType.DATE, [date(1950 + n, 1, 2) for n in range(9)], Widget.DATE),
        ("x", TEXT, ["2024-05-01", "2024-05-02"], Widget.DATE),
        ("x", TEXT, ["2024-05-01", "soon"], Widget.TEXT),
        ("x", TEXT, ["2024-05-01 10:00", "2024-05-02T11:30:05Z"], Widget.DATETIME),
        ("x", TEXT, ["10:00", "11:30:05"], Widget.TIME),
        ("x", TEXT, ["a@example.org", "b@example.org"], Widget.EMAIL),
        ("x", TEXT, ["https://example.org", "http://example.org/a?b"], Widget.URL),
        ("x", TEXT, ["https://example.org/a.png", "https://example.org/b.JPG?w=9"], Widget.IMAGE),
        ("photo", TEXT, ["https://example.org/1", "https://example.org/2"], Widget.IMAGE),
        ("x", TEXT, ["https://example.org/a.svg", "https://example.org/b.svg"], Widget.URL),
        ("x", TEXT, ["+49 30 1234567", "+44 (0)20 7946 0000"], Widget.PHONE),
        ("x", TEXT, ["030 1234567", "020 79460000"], Widget.TEXT),
        ("home_phone", TEXT, ["030 1234567", "020 79460000"], Widget.PHONE),
        ("phone", TEXT, ["red", "black"], Widget.TEXT),
        ("email", TEXT, ["weekly", "never"], Widget.TEXT),
        ("x", TEXT, UUIDS, Widget.UUID),
        ("x", TEXT, ["#fff", "#3b82f6"], Widget.COLOR),
        ("color", TEXT, ["red", "blue"], Widget.TEXT),
        ("x", TEXT, ['{"a": 1}', "[]"], Widget.JSON),
        ("x", TEXT, ["48.137, 11.575", "52.52,13.405"], Widget.COORDINATES),
        ("x", TEXT, ["short", "word " * 40], Widget.TEXTAREA),
        ("founded", WHOLE, [1899, 1954, 2010], Widget.YEAR),
        ("FormedIn", WHOLE, [1899, 1954, 2010], Widget.YEAR),
        ("birth_year", WHOLE, [1899, 1954, 2010], Widget.YEAR),
        ("Geburtsjahr", WHOLE, [1899, 1954, 2010], Widget.YEAR),
        ("capacity", WHOLE, [1899, 1954, 2010], Widget.INTEGER),
        ("distance_covered", WHOLE, [899, 1954, 2010], Widget.INTEGER),
        ("years_worked", WHOLE, [1, 2, 30], Widget.INTEGER),
        ("discount", REAL, [0.0, 0.1, 1.0], Widget.PERCENT),
        ("vat_rate", ColumnType.DECIMAL, [Decimal("0.19"), Decimal("0.07")], Widget.PERCENT),
        ("discount", REAL, [0.0, 5.0, 15.0], Widget.NUMBER),
        ("discount", REAL, [0.0, 0.0], Widget.NUMBER),
        ("exchange_rate", REAL, [0.85, 0.91], Widget.NUMBER),
        ("x", REAL, [0.1, 0.2], Widget.NUMBER),
        ("StartLat", REAL, [48.1, 52.5], Widget.COORDINATES),
        ("lat", REAL, [481.1, 52.5], Widget.NUMBER),
        ("asking_price", WHOLE, [250_000, 310_000], Widget.MONEY),
        ("market_value_eur", WHOLE, [250_000, 310_000], Widget.MONEY),
        ("amount_g", REAL, [250.5, 310.0], Widget.NUMBER),
        ("amount", REAL, [250.5, 310.0], Widget.MONEY),
        ("price_per_kg", REAL, [2.5, 3.1], Widget.MONEY),
        ("x", ColumnType.BINARY, [PNG, b"\xff\xd8\xff\xe0"], Widget.IMAGE),
        ("x", ColumnType.BINARY, [SVG, SVG], Widget.READONLY),
        ("x", ColumnType.BINARY, [b"PK\x03\x04"], Widget.READONLY),
    ],
)
def test_the_widget_follows_the_values(
    name: str, kind: ColumnType, values: Sequence[Any], widget: Widget
) -> None:
    assert planned(name, kind, values).widget is widget


@pytest.mark.parametrize(
    ("name", "kind", "values", "flags"),
    [
        ("x", WHOLE, [0, 1, 1, None], ("1", "0")),
        ("x", ColumnType.DECIMAL, [Decimal(0), Decimal(1)], ("1", "0")),
        ("x", TEXT, ["Y", "N", "Y"], ("Y", "N")),
        ("x", TEXT, ["f", "t"], ("t", "f")),
        ("x", TEXT, ["True", "False"], ("True", "False")),
        ("x", TEXT, ["ja", "nein"], ("ja", "nein")),
        ("is_new", WHOLE, [1, 1], ("1", "0")),
        ("is_new", TEXT, ["Y", "Y"], ("Y", "N")),
        ("x", WHOLE, [1, 1], None),
        ("x", WHOLE, [0, 1, 2], None),
        ("x", WHOLE, [0, 2], None),
        ("x", TEXT, ["Y", "N", "maybe"], None),
        ("x", TEXT, ["y", "Y"], None),
        ("x", TEXT, ["F", "M"], None),
        ("goals", WHOLE, [0, 1, 1], None),
        ("quantity", WHOLE, [0, 1, 1], None),
        ("has_pets", WHOLE, [0, 1, 1], ("1", "0")),
    ],
)
def test_two_values_are_yes_and_no(
    name: str, kind: ColumnType, values: Sequence[Any], flags: tuple[str, str] | None
) -> None:
    field = planned(name, kind, values, **({"scale": 0} if kind is ColumnType.DECIMAL else {}))
    assert field.flags == flags
    assert (field.widget is Widget.SWITCH) == (flags is not None)


def test_a_key_is_no_flag() -> None:
    assert planned("x", WHOLE, [0, 1], primary_key=True).flags is None
    assert planned("x", TEXT, ["Y", "N"], unique=True).flags is None


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1.5, 2.25, 3.0], 2),
        ([1.0, 2.0], 0),
        ([1 / 3], None),
        ([1e-9], None),
        ([1e22], 0),
        ([1.5, "n/a"], 1),
        ([], 0),
    ],
)
def test_all_numbers_of_a_column_have_the_decimals_of_the_longest(
    values: Sequence[Any], decimals: int | None
) -> None:
    assert planned("x", REAL, values).decimals == decimals


def test_a_declared_scale_says_the_decimals() -> None:
    field = planned("x", ColumnType.DECIMAL, [Decimal("1.5")], scale=3)
    assert (field.scale, field.decimals) == (3, None)


def test_a_picture_is_never_required() -> None:
    """A form cannot give one, so that it could not be hidden either."""
    assert not planned("x", ColumnType.BINARY, [PNG], nullable=False).required


def test_the_shown_picture_of_a_binary_column_is_not_hidden() -> None:
    assert not planned("x", ColumnType.BINARY, [PNG]).hidden
    assert planned("x", ColumnType.BINARY, [b"PK"]).hidden
