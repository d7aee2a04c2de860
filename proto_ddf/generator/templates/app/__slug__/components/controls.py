"""Which control a form has for a field, by its widget and its kind."""

from dataclasses import dataclass

from ..form_values import shape_of, type_of
from ..formats import YES_NO
from ..views import Field, Kind, TableView


@dataclass(frozen=True)
class Control:
    """What the page knows of a field that its form asks for."""

    name: str
    label: str
    shape: str
    """"picker", "switch", "select", "textarea" or "input"."""
    type: str
    """Of an input: "text", "date" ..."""
    mode: str
    """The keyboard that a phone shows for it."""
    options: list[tuple[str, str]]
    """Value and text of what a select offers."""
    required: bool
    optional: bool
    """A picker offers to choose none."""
    max_length: str
    """The most characters that its column takes; empty where there is no such limit."""
    help: str


def control_of(view: TableView, field: Field) -> Control:
    """How the form asks for the field."""
    options = [(each, each) for each in field.choices]
    return Control(
        name=field.name,
        label=field.label,
        shape=shape_of(view, field),
        type=type_of(field),
        mode=_keyboard(field),
        options=list(YES_NO.items()) if field.kind is Kind.BOOLEAN else options,
        required=field.required,
        optional=field.nullable and not field.required,
        max_length=str(field.max_length or ""),
        help=_help(field),
    )


def _keyboard(field: Field) -> str:
    if not field.is_number:
        return "text"
    return "numeric" if field.kind is Kind.INTEGER else "decimal"


def _help(field: Field) -> str:
    """What the field demands, in words."""
    if field.is_number and field.minimum is not None and field.maximum is not None:
        return f"Between {field.minimum:g} and {field.maximum:g}"
    if field.is_number and field.minimum is not None:
        return f"At least {field.minimum:g}"
    if field.is_number and field.maximum is not None:
        return f"At most {field.maximum:g}"
    if field.zoned:
        return "In the time zone of the database"
    if field.unique:
        return "Must be unique"
    if field.kind is Kind.TEXT and field.max_length and not field.choices:
        return f"Up to {field.max_length} characters"
    return ""
