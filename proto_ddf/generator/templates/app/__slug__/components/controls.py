"""Chooses the control of a form for a field, by its widget and its kind."""

from dataclasses import dataclass

from ..form_values import shape_of, type_of
from ..formats import YES_NO
from ..views import Field, Kind, TableView, Widget


@dataclass(frozen=True)
class Control:
    """The properties of a form's control that do not depend on the row."""

    name: str
    label: str
    shape: str
    """ "picker", "switch", "select", "textarea" or "input"."""
    type: str
    """The type of an input: "text", "date" ..."""
    mode: str
    """The keyboard that a phone shows."""
    options: list[tuple[str, str]]
    """Value and text of each option of a select."""
    required: bool
    optional: bool
    """Whether a picker has the option to choose no row."""
    max_length: str
    """The maximum length of its column's values; empty if there is no limit."""
    help: str


def control_of(view: TableView, field: Field) -> Control:
    options = [(each, each) for each in field.choices]
    return Control(
        name=field.name,
        label=field.typed_label,
        shape=shape_of(view, field),
        type=type_of(field),
        mode=_keyboard(field),
        options=list(YES_NO.items()) if field.is_flag else options,
        required=field.required,
        optional=field.nullable and not field.required,
        max_length=str(field.max_length or ""),
        help=_help(field),
    )


def _keyboard(field: Field) -> str:
    if field.widget is Widget.YEAR:
        return "numeric"
    if not field.is_number:
        return {Widget.PHONE: "tel", Widget.IMAGE: "url"}.get(field.widget, "text")
    if field.widget is Widget.PERCENT:
        return "decimal"
    return "numeric" if field.kind is Kind.INTEGER else "decimal"


def _limits(field: Field) -> str:
    least = None if field.minimum is None else f"{field.as_shown(field.minimum):g}"
    most = None if field.maximum is None else f"{field.as_shown(field.maximum):g}"
    if least and most:
        return f"Between {least} and {most}"
    return f"At least {least}" if least else f"At most {most}" if most else ""


def _help(field: Field) -> str:
    """The requirements of the field as text."""
    if field.is_number and not field.flags and (limits := _limits(field)):
        return limits
    if field.has_time_zone:
        return "In the time zone of the database"
    if field.unique:
        return "Must be unique"
    if field.kind is Kind.TEXT and field.max_length and not field.choices:
        return f"Up to {field.max_length} characters"
    return ""
