"""Column -> form field: its widget by type, name and values, and what the form requires."""

import re

from proto_ddf.generator.labels import label_for, relation_label
from proto_ddf.generator.planning.column_profile import ColumnProfile
from proto_ddf.generator.spec import FieldSpec, Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

LONG_LIMIT = 255
"""A text column that allows more characters gets a text area."""
LONGEST_CHOICE = 40
"""Characters; longer values are not offered as choices."""

_MONEY = r"price|amount|total|subtotal|cost|revenue|salary|wage|fee|balance|budget|payment|tax"
_NOT_MONEY = r"rate|ratio|percent|pct|lat|latitude|lon|lng|longitude|weight|quantity|qty|score"
_OPEN_ENDED = (
    r"country|city|town|region|state|province|name|title|manufacturer|brand|timezone|tzone"
)
"""Texts that may get new values at any time, even if there are only a few now."""
_LONG = r"description|notes?|comments?|body|bio|content|summary|remarks?|message|details"

_BY_TYPE: dict[ColumnType, tuple[Widget, ...]] = {
    ColumnType.INTEGER: (Widget.INTEGER, Widget.NUMBER, Widget.MONEY),
    ColumnType.DECIMAL: (Widget.NUMBER, Widget.MONEY),
    ColumnType.FLOAT: (Widget.NUMBER, Widget.MONEY),
    ColumnType.BOOLEAN: (Widget.SWITCH,),
    ColumnType.DATE: (Widget.DATE,),
    ColumnType.DATETIME: (Widget.DATETIME,),
    ColumnType.TIME: (Widget.TIME,),
    ColumnType.TEXT: (Widget.TEXT, Widget.TEXTAREA, Widget.EMAIL, Widget.URL),
    ColumnType.JSON: (Widget.TEXTAREA,),
    ColumnType.BINARY: (),
}


def allowed_widgets(field: FieldSpec, *, related: bool) -> tuple[Widget, ...]:
    """The widgets that a field can have, the default one first. `related`: it refers to another table on its own."""
    if field.generated or field.type is ColumnType.BINARY:
        return (Widget.READONLY,)
    first = (Widget.RELATION,) if related else ()
    chosen = (Widget.SELECT,) if field.choices else ()
    return (*first, *chosen, *_BY_TYPE[field.type], Widget.READONLY)


def plan_field(
    column: ColumnInfo,
    name: str,
    *,
    related: bool,
    generated: bool,
    profile: ColumnProfile | None,
) -> FieldSpec:
    """The field of a column. `name` is its identifier; `related` as in `allowed_widgets`."""
    choices = None if related or generated else _choices(column, profile)
    hidden = column.type is ColumnType.BINARY
    must_have_value = not column.nullable and column.default is None and not generated
    return FieldSpec(
        column=column.name,
        name=name,
        label=relation_label(column.name) if related else label_for(column.name),
        type=column.type,
        db_type=column.db_type,
        widget=_widget(column, related, generated, choices, profile),
        required=must_have_value and not hidden,
        hidden=hidden,
        nullable=column.nullable,
        primary_key=column.primary_key,
        generated=generated,
        unique=column.unique,
        max_length=column.max_length,
        precision=column.precision,
        scale=column.scale,
        minimum=column.minimum,
        maximum=column.maximum,
        choices=choices,
    )


def default_widget(field: FieldSpec) -> Widget:
    """The widget of a field that does not refer to another table, from its type and name."""
    column = ColumnInfo(
        name=field.column, type=field.type, max_length=field.max_length, scale=field.scale
    )
    return _widget(column, False, field.generated, field.choices, None)


def _widget(
    column: ColumnInfo,
    related: bool,
    generated: bool,
    choices: list[str] | None,
    profile: ColumnProfile | None,
) -> Widget:
    if generated or column.type is ColumnType.BINARY:
        return Widget.READONLY
    if related:
        return Widget.RELATION
    if choices:
        return Widget.SELECT
    if column.type is ColumnType.TEXT:
        return _text_widget(column, profile)
    return Widget.MONEY if is_money(column) else _BY_TYPE[column.type][0]


def _text_widget(column: ColumnInfo, profile: ColumnProfile | None) -> Widget:
    if name_matches(column.name, r"e?mail|email address"):
        return Widget.EMAIL
    if name_matches(column.name, r"url|uri|website|homepage|link"):
        return Widget.URL
    long_name = column.max_length is None and name_matches(column.name, _LONG)
    long_values = profile is not None and profile.long_text
    if long_name or long_values or (column.max_length or 0) > LONG_LIMIT:
        return Widget.TEXTAREA
    return Widget.TEXT


def is_money(column: ColumnInfo) -> bool:
    """Whether a column is an amount of money: by its name, or as a decimal with two places whose name does not exclude
    it."""
    if column.type not in (ColumnType.DECIMAL, ColumnType.FLOAT):
        return False
    if name_matches(column.name, _NOT_MONEY):
        return False
    two_places = column.type is ColumnType.DECIMAL and column.scale in (None, 2)
    return two_places or name_matches(column.name, _MONEY)


def name_matches(column: str, words: str) -> bool:
    """Whether one word of the column's name matches `words`, a regular expression."""
    return any(re.fullmatch(words, word) for word in label_for(column).lower().split())


def _choices(column: ColumnInfo, profile: ColumnProfile | None) -> list[str] | None:
    """Declared choices, or the values of a text column with few distinct ones. The latter only if all rows were read,
    because a select allows no other value."""
    if column.choices:
        return list(column.choices)
    if column.type is not ColumnType.TEXT or column.unique or column.primary_key or profile is None:
        return None
    if name_matches(column.name, _OPEN_ENDED):
        return None
    if not profile.complete or not profile.is_category or profile.values is None:
        return None
    values = sorted(str(value) for value in profile.values)
    fits = all(value.strip() and len(value) <= LONGEST_CHOICE for value in values)
    return values if fits else None
