"""The widget of a column of numbers: money, a share, a year, a place, or just a number."""

from proto_ddf.generator.planning import column_words
from proto_ddf.generator.planning.column_profile import ColumnProfile
from proto_ddf.generator.planning.column_words import name_matches, words_of
from proto_ddf.generator.spec import Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

_YEARS = (1000, 2200)
_RECENT_YEARS = (1600, 2100)
"""For a name that does not say "year"."""


def number_widget(column: ColumnInfo, profile: ColumnProfile | None) -> Widget:
    if column.type is ColumnType.INTEGER:
        if _is_year(column, profile):
            return Widget.YEAR
        return Widget.MONEY if is_money(column) else Widget.INTEGER
    if _is_share(column, profile):
        return Widget.PERCENT
    if _is_coordinate(column, profile):
        return Widget.COORDINATES
    return Widget.MONEY if is_money(column) else Widget.NUMBER


def is_money(column: ColumnInfo) -> bool:
    """Whether a column is an amount of money: by its name, or as a decimal with two places whose name does not exclude
    it."""
    words = words_of(column.name)
    if not words or name_matches(column.name, column_words.NO_MONEY):
        return False
    has_currency = name_matches(column.name, column_words.CURRENCY)
    if not has_currency and len(words) > 1 and name_matches(words[-1], column_words.UNIT):
        return name_matches(column.name, column_words.MONEY) and "per" in words
    if has_currency or name_matches(column.name, column_words.MONEY):
        return True
    if column.type is ColumnType.INTEGER:
        return False
    return name_matches(column.name, column_words.SUMS) or (
        column.type is ColumnType.DECIMAL and column.scale in (None, 2)
    )


def _is_year(column: ColumnInfo, profile: ColumnProfile | None) -> bool:
    named = name_matches(column.name, column_words.YEAR)
    if profile is None or profile.least is None or profile.most is None:
        return named
    if named:
        return _YEARS[0] <= profile.least and profile.most <= _YEARS[1]
    return (
        name_matches(column.name, column_words.FOUNDED)
        and _RECENT_YEARS[0] <= profile.least
        and profile.most <= _RECENT_YEARS[1]
    )


def _is_share(column: ColumnInfo, profile: ColumnProfile | None) -> bool:
    """Only by values: a rate may as well be written as 15."""
    return (
        profile is not None
        and profile.least is not None
        and profile.most is not None
        and profile.least >= 0
        and profile.most <= 1
        and profile.fractional
        and name_matches(column.name, column_words.SHARE)
        and not name_matches(column.name, r"exchange|fx|conversion")
    )


def _is_coordinate(column: ColumnInfo, profile: ColumnProfile | None) -> bool:
    for words, most in ((column_words.LATITUDE, 90), (column_words.LONGITUDE, 180)):
        if name_matches(column.name, words):
            if profile is None or profile.least is None or profile.most is None:
                return True
            return -most <= profile.least and profile.most <= most
    return False
