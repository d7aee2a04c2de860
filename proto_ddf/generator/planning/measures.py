"""What the numbers, dates and texts of a table are good for in a key figure or a chart.

A number is summed (money that is paid, quantities), averaged (prices, ratings, what has a unit), or neither (years,
numbers that name something). Names of columns are read in English, German, French and Spanish.
"""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from proto_ddf.generator.planning.column_profile import ColumnProfile, TableProfile
from proto_ddf.generator.planning.column_words import name_matches
from proto_ddf.generator.planning.measure_words import (
    ATTRIBUTE,
    AVERAGED,
    BIRTH,
    MAIN_DATE,
    NAMES_SOMETHING,
    NO_CATEGORY,
    PAID,
    PRICE,
    QUANTITY,
    RATING,
    SHARE,
    SIDE_DATE,
    UNIT,
    WEAK_CATEGORY,
)
from proto_ddf.generator.spec import FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType

_DATES = (ColumnType.DATE, ColumnType.DATETIME)
_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_DATE_WIDGETS = ("date", "datetime", "year")
"""Values of widgets: those that show a date."""
_NEARLY_ALL = 0.95
"""The share of the most frequent value from which a column is nearly constant."""
MEASUREMENTS = 3
"""A table with so many numbers and without categories holds measurements."""


class Measure(StrEnum):
    COUNT = "count"
    SUM = "sum"
    AVERAGE = "avg"


@dataclass(frozen=True)
class Value:
    """A column whose numbers are worth showing."""

    field: FieldSpec
    measure: Measure
    strength: int
    """3: money that is paid; 2: a quantity, a rating or a price; 1: another number with a unit or decimals."""

    @property
    def is_money(self) -> bool:
        return self.field.widget is Widget.MONEY

    @property
    def is_rating(self) -> bool:
        return self.measure is Measure.AVERAGE and name_matches(self.field.column, RATING)


def is_nearly_constant(profile: ColumnProfile | None) -> bool:
    """Whether a column says the same of nearly all rows, or nothing."""
    if profile is None or not profile.rows:
        return False
    most = max(profile.most_common, profile.nulls)
    return profile.distinct < 2 or most >= _NEARLY_ALL * profile.rows


def _is_mostly_empty(profile: ColumnProfile | None) -> bool:
    return profile is not None and profile.nulls * 2 > profile.rows


def data_fields(table: TableSpec) -> list[FieldSpec]:
    """The visible columns that are part of no relation and are not the key on their own."""
    key = table.primary_key if len(table.primary_key) == 1 else []
    keys = {*key, *(name for each in table.relations for name in each.columns)}
    return [field for field in table.fields if field.column not in keys and not field.hidden]


def values_of(table: TableSpec, profile: TableProfile) -> list[Value]:
    """The columns to sum or to average, the most telling first."""
    is_event = main_date(table, profile) is not None and bool(table.relations)
    found = [
        replace(value, strength=1) if _is_mostly_empty(profile.get(field.column)) else value
        for field in data_fields(table)
        if not is_nearly_constant(profile.get(field.column))
        if (value := _value(field, is_event))
    ]
    if len(found) >= MEASUREMENTS and not categories_of(table, profile):
        found = [replace(value, strength=max(value.strength, 2)) for value in found]
    return _most_telling_first(found)


def _most_telling_first(values: list[Value]) -> list[Value]:
    """Columns that end alike ("home goals", "away goals") are parts of a whole, and come after others."""
    last_words = Counter(value.field.label.split()[-1] for value in values)

    def telling(value: Value) -> tuple[int, bool, bool]:
        is_whole = last_words[value.field.label.split()[-1]] == 1
        is_total = name_matches(value.field.column, r"total|amount|gross|revenue|montant")
        return value.strength, is_total, is_whole

    return sorted(values, key=telling, reverse=True)


def _value(field: FieldSpec, is_event: bool) -> Value | None:
    if field.type not in _NUMBERS or field.unique or field.choices:
        return None
    name = field.column
    names_something = name_matches(name, NAMES_SOMETHING)
    if field.widget is Widget.MONEY and name.lower() != "value":
        is_named = name_matches(name, f"{PAID}|{PRICE}")
        return _money(field, is_event) if is_named or not names_something else None
    if field.widget not in (Widget.INTEGER, Widget.NUMBER, Widget.MONEY) and (
        field.widget.value != "percent"
    ):
        return None
    if name_matches(name, SHARE) or field.widget.value == "percent":
        return Value(field, Measure.AVERAGE, 1)
    if name_matches(name, QUANTITY):
        return Value(field, Measure.SUM, 2)
    if names_something:
        return None
    if name_matches(name, f"{RATING}|{AVERAGED}"):
        return Value(field, Measure.AVERAGE, 2)
    if field.type is not ColumnType.INTEGER or name_matches(name, f"{ATTRIBUTE}|{UNIT}"):
        return Value(field, Measure.AVERAGE, 1)
    return None


def _money(field: FieldSpec, is_event: bool) -> Value:
    """A price is summed only where it was paid: in a table of events."""
    if name_matches(field.column, PAID) and not name_matches(field.column, r"unit|per"):
        return Value(field, Measure.SUM, 3)
    if not name_matches(field.column, PRICE):
        return Value(field, Measure.SUM, 2)
    if (
        is_event
        and name_matches(field.column, r"price|prix|precio|\w*preis")
        and not name_matches(field.column, r"unit|per|list|asking")
    ):
        return Value(field, Measure.SUM, 3)
    return Value(field, Measure.AVERAGE, 2)


def main_date(table: TableSpec, profile: TableProfile) -> FieldSpec | None:
    """The date at which what a row stands for took place."""
    keys = set(table.primary_key)
    related = {name for each in table.relations for name in each.columns}
    dates = [
        field
        for field in table.fields
        if is_date(field) and not field.hidden and field.column not in related
        if (field.column not in keys or len(keys) > 1) and not name_matches(field.column, BIRTH)
        if _has_range(profile.get(field.column))
    ]
    return max(dates, key=_date_rank, default=None)


def is_date(field: FieldSpec) -> bool:
    if field.type in _DATES:
        return True
    return field.type is ColumnType.TEXT and field.widget.value in _DATE_WIDGETS


def _has_range(profile: ColumnProfile | None) -> bool:
    if profile is None or not profile.rows:
        return True
    return not is_nearly_constant(profile) and profile.nulls * 2 <= profile.rows


def _date_rank(field: FieldSpec) -> int:
    is_side = name_matches(field.column, SIDE_DATE)
    return name_matches(field.column, MAIN_DATE) - 2 * is_side


def categories_of(table: TableSpec, profile: TableProfile) -> list[FieldSpec]:
    """The own columns that group the rows, the most telling first."""
    groups = [field for field in data_fields(table) if _groups(field, profile.get(field.column))]
    return sorted(groups, key=_category_rank)


def _category_rank(field: FieldSpec) -> tuple[bool, bool]:
    return is_flag(field), name_matches(field.column, WEAK_CATEGORY)


def is_flag(field: FieldSpec) -> bool:
    return field.type is ColumnType.BOOLEAN or field.widget is Widget.SWITCH


def _groups(field: FieldSpec, profile: ColumnProfile | None) -> bool:
    if field.unique or name_matches(field.column, NO_CATEGORY) or is_nearly_constant(profile):
        return False
    known = profile is not None and profile.rows > 0
    if is_flag(field):
        return not known or (profile is not None and profile.distinct == 2)
    if field.type is not ColumnType.TEXT or field.widget not in (Widget.TEXT, Widget.SELECT):
        return False
    if known and profile is not None:
        return profile.is_category
    return field.choices is not None and len(field.choices) <= 12
