"""Column -> form field: its widget by type, name and values, and what the form requires."""

from proto_ddf.generator.labels import label_for, relation_label
from proto_ddf.generator.planning.column_profile import ColumnProfile
from proto_ddf.generator.planning.column_words import name_matches
from proto_ddf.generator.planning.flags import flags_of
from proto_ddf.generator.planning.number_widgets import number_widget
from proto_ddf.generator.planning.text_widgets import NEARLY_ALL, text_widget
from proto_ddf.generator.planning.value_kinds import ValueKind
from proto_ddf.generator.spec import FieldSpec, Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

LONGEST_CHOICE = 40
"""Characters; longer values are not offered as choices."""
FEWEST_YEARS = 3
"""Different years, from which on days that all are 1 January are years."""

_OPEN_ENDED = (
    r"country|city|town|region|state|province|name|title|manufacturer|brand|timezone|tzone"
)
"""Texts that may get new values at any time, even if there are only a few now."""

_WHOLE = (Widget.INTEGER, Widget.NUMBER, Widget.MONEY, Widget.YEAR)
_REAL = (Widget.NUMBER, Widget.MONEY, Widget.PERCENT, Widget.COORDINATES)
_BY_TYPE: dict[ColumnType, tuple[Widget, ...]] = {
    ColumnType.INTEGER: _WHOLE,
    ColumnType.DECIMAL: _REAL,
    ColumnType.FLOAT: _REAL,
    ColumnType.BOOLEAN: (Widget.SWITCH,),
    ColumnType.DATE: (Widget.DATE, Widget.YEAR),
    ColumnType.DATETIME: (Widget.DATETIME, Widget.DATE, Widget.YEAR),
    ColumnType.TIME: (Widget.TIME,),
    ColumnType.TEXT: (
        *(Widget.TEXT, Widget.TEXTAREA, Widget.EMAIL, Widget.URL, Widget.PHONE, Widget.IMAGE),
        *(Widget.DATE, Widget.DATETIME, Widget.TIME, Widget.YEAR, Widget.COLOR, Widget.UUID),
        *(Widget.COORDINATES, Widget.JSON),
    ),
    ColumnType.JSON: (Widget.JSON, Widget.TEXTAREA),
    ColumnType.BINARY: (Widget.IMAGE,),
}


def allowed_widgets(field: FieldSpec, *, related: bool) -> tuple[Widget, ...]:
    """The widgets that a field can have. `related`: it refers to another table on its own."""
    if field.generated:
        return (Widget.READONLY,)
    first = (Widget.RELATION,) if related else ()
    flag = (Widget.SWITCH,) if field.flags else ()
    chosen = (Widget.SELECT,) if field.choices else ()
    return (*first, *flag, *chosen, *_of_type(field), Widget.READONLY)


def _of_type(field: FieldSpec) -> tuple[Widget, ...]:
    has_zone = field.type is ColumnType.DATETIME and "with time zone" in field.db_type
    return (Widget.DATETIME,) if has_zone else _BY_TYPE[field.type]


def plan_field(
    column: ColumnInfo,
    name: str,
    *,
    related: bool,
    generated: bool,
    profile: ColumnProfile | None,
) -> FieldSpec:
    """The field of a column. `name` is its identifier; `related` as in `allowed_widgets`."""
    plain = related or generated
    flags = None if plain else flags_of(column, profile)
    choices = None if plain else _choices(column, profile)
    widget = _widget(column, related, generated, flags, choices, profile)
    hidden = column.type is ColumnType.BINARY and widget is not Widget.IMAGE
    must_have_value = not column.nullable and column.default is None and not generated
    return FieldSpec(
        column=column.name,
        name=name,
        label=relation_label(column.name) if related else label_for(column.name),
        type=column.type,
        db_type=column.db_type,
        widget=widget,
        required=must_have_value and column.type is not ColumnType.BINARY,
        hidden=hidden,
        nullable=column.nullable,
        primary_key=column.primary_key,
        generated=generated,
        unique=column.unique,
        max_length=column.max_length,
        precision=column.precision,
        scale=column.scale,
        decimals=profile.decimals if profile and column.scale is None else None,
        minimum=column.minimum,
        maximum=column.maximum,
        choices=choices,
        flags=flags,
    )


def default_widget(field: FieldSpec) -> Widget:
    """The widget of a field that does not refer to another table, from its type and name."""
    column = ColumnInfo(
        name=field.column, type=field.type, max_length=field.max_length, scale=field.scale
    )
    return _widget(column, False, field.generated, field.flags, field.choices, None)


def _widget(
    column: ColumnInfo,
    related: bool,
    generated: bool,
    flags: tuple[str, str] | None,
    choices: list[str] | None,
    profile: ColumnProfile | None,
) -> Widget:
    if generated:
        return Widget.READONLY
    if related:
        return Widget.RELATION
    if flags:
        return Widget.SWITCH
    if column.choices:
        return Widget.SELECT
    return _by_values(column, choices, profile)


def _by_values(
    column: ColumnInfo, choices: list[str] | None, profile: ColumnProfile | None
) -> Widget:
    match column.type:
        case ColumnType.TEXT:
            widget = text_widget(column, profile)
            return Widget.SELECT if choices and widget in _PLAIN_TEXTS else widget
        case ColumnType.INTEGER | ColumnType.DECIMAL | ColumnType.FLOAT:
            return number_widget(column, profile)
        case ColumnType.DATE | ColumnType.DATETIME:
            return _moment_widget(column, profile)
        case ColumnType.BINARY:
            is_image = profile is not None and profile.are(ValueKind.IMAGE, NEARLY_ALL)
            return Widget.IMAGE if is_image else Widget.READONLY
    return _BY_TYPE[column.type][0]


_PLAIN_TEXTS = {Widget.TEXT, Widget.TEXTAREA}


def _moment_widget(column: ColumnInfo, profile: ColumnProfile | None) -> Widget:
    if profile and profile.distinct >= FEWEST_YEARS and profile.are(ValueKind.NEW_YEAR):
        return Widget.YEAR
    if profile and profile.are(ValueKind.DATE):
        return Widget.DATE
    return _BY_TYPE[column.type][0]


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
