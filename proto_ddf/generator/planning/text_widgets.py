"""The widget of a column of texts, by what its values are and, where they do not say it, by its name."""

from proto_ddf.generator.planning import column_words
from proto_ddf.generator.planning.column_profile import ColumnProfile
from proto_ddf.generator.planning.column_words import name_matches
from proto_ddf.generator.planning.value_kinds import ValueKind
from proto_ddf.generator.spec import Widget
from proto_ddf.sources.schema.model import ColumnInfo

LONG_LIMIT = 255
"""A text column that allows more characters gets a text area."""
NEARLY_ALL = 0.95
"""The share of a column's values; the others are shown as they are."""
MOST = 0.5
"""The share of the values that must fit where the name says the same."""

_LONG = r"description|notes?|comments?|body|bio|content|summary|remarks?|message|details"
_ALL = (
    (ValueKind.UUID, Widget.UUID),
    (ValueKind.COLOR, Widget.COLOR),
    (ValueKind.JSON, Widget.JSON),
    (ValueKind.COORDINATES, Widget.COORDINATES),
    (ValueKind.DATE, Widget.DATE),
    (ValueKind.DATETIME, Widget.DATETIME),
    (ValueKind.TIME, Widget.TIME),
)
"""Forms for these accept nothing else, so all values must fit."""
_NEARLY_ALL = (
    (ValueKind.EMAIL, Widget.EMAIL),
    (ValueKind.IMAGE_URL, Widget.IMAGE),
    (ValueKind.INTERNATIONAL_PHONE, Widget.PHONE),
)
_NAMED = (
    (column_words.EMAIL, ValueKind.EMAIL, Widget.EMAIL),
    (column_words.IMAGE, ValueKind.URL, Widget.IMAGE),
    (column_words.URL, ValueKind.URL, Widget.URL),
    (column_words.PHONE, ValueKind.PHONE, Widget.PHONE),
)


def text_widget(column: ColumnInfo, profile: ColumnProfile | None) -> Widget:
    if profile is None or not profile.longest:
        return _by_name(column)
    for kind, widget in _ALL:
        if profile.are(kind):
            return widget
    for kind, widget in _NEARLY_ALL:
        if profile.are(kind, NEARLY_ALL):
            return widget
    for words, kind, widget in _NAMED:
        if name_matches(column.name, words) and profile.are(kind, MOST):
            return widget
    if profile.are(ValueKind.URL, NEARLY_ALL):
        return Widget.URL
    return _long_or_short(column, long_values=profile.long_text)


def _by_name(column: ColumnInfo) -> Widget:
    """Of a column without values, or whose values were not read."""
    if column.db_type.lower() in ("uuid", "uniqueidentifier"):
        return Widget.UUID
    for words, _, widget in _NAMED:
        if widget is not Widget.IMAGE and name_matches(column.name, words):
            return widget
    return _long_or_short(column, long_values=False)


def _long_or_short(column: ColumnInfo, *, long_values: bool) -> Widget:
    long_name = column.max_length is None and name_matches(column.name, _LONG)
    is_long = long_name or long_values or (column.max_length or 0) > LONG_LIMIT
    return Widget.TEXTAREA if is_long else Widget.TEXT
