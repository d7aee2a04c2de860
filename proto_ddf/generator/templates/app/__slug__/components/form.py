"""The form of a row: a control for each field, by its widget, with its error below it."""

import reflex as rx

from ..relations import Option
from ..states.row import RowMixin
from ..views import Field, Kind, TableView, Widget
from . import events
from .feedback import callout

_INPUT_TYPES = {
    Widget.EMAIL: "email",
    Widget.URL: "url",
    Widget.DATE: "date",
    Widget.DATETIME: "datetime-local",
    Widget.TIME: "time",
}


def row_form(view: TableView, state: type[RowMixin]) -> rx.Component:
    """The form that creates or changes a row. It keeps what was filled in when saving fails."""
    return rx.el.form(
        callout(problem=state.form_problem, on_retry=state.try_again),
        rx.el.div(*[_field(view, state, field) for field in view.asked], class_name="form-fields"),
        form_actions(saving=state.saving, on_cancel=state.cancel),
        on_submit=state.save,
        no_validate=True,
        key=state.form_version.to_string(),
        class_name="panel padded",
    )


def _field(view: TableView, state: type[RowMixin], field: Field) -> rx.Component:
    field_id = f"field-{field.name}"
    wrong = state.wrong[field.name]
    marks = {
        "id": field_id,
        "aria_describedby": f"{field_id}-note",
        "aria_invalid": rx.cond(wrong, "true", "false"),
    }
    return form_field(
        _control(view, state, field, marks),
        field_id=field_id,
        label=field.label,
        required=field.required,
        wide=_is_wide(field),
        help=_help(field),
        wrong=wrong,
    )


@rx.memo
def form_field(
    children: rx.Var[rx.Component],
    field_id: rx.Var[str],
    label: rx.Var[str],
    required: rx.Var[bool],
    wide: rx.Var[bool],
    help: rx.Var[str],
    wrong: rx.Var[str],
) -> rx.Component:
    """A control under its label, and what is wrong with it, or else what it demands, below."""
    note = field_id + "-note"
    return rx.el.div(
        rx.el.label(
            label,
            rx.cond(required, rx.el.span("required", class_name="required")),
            html_for=field_id,
        ),
        children,
        rx.cond(
            wrong,
            rx.el.p(wrong, id=note, class_name="wrong", role="alert"),
            rx.el.p(help, id=note, class_name="help"),
        ),
        class_name=rx.cond(wide, "form-field wide", "form-field"),
    )


@rx.memo
def form_actions(saving: rx.Var[bool], on_cancel: rx.EventHandler) -> rx.Component:
    """The buttons below a form."""
    return rx.el.div(
        rx.button("Save", type="submit", loading=saving),
        rx.button("Cancel", type="button", on_click=on_cancel, variant="soft", color_scheme="gray"),
        class_name="form-actions",
    )


def _is_wide(field: Field) -> bool:
    return field.widget is Widget.TEXTAREA or field.kind is Kind.JSON


def _help(field: Field) -> str:
    """What the field demands, in words."""
    if field.is_number and field.minimum is not None and field.maximum is not None:
        return f"Between {field.minimum:g} and {field.maximum:g}"
    if field.is_number and field.minimum is not None:
        return f"At least {field.minimum:g}"
    if field.is_number and field.maximum is not None:
        return f"At most {field.maximum:g}"
    if field.unique:
        return "Must be unique"
    if field.kind is Kind.TEXT and field.max_length and not field.choices:
        return f"Up to {field.max_length} characters"
    return ""


def _control(
    view: TableView, state: type[RowMixin], field: Field, marks: dict[str, object]
) -> rx.Component:
    given = state.inputs[field.name]
    if view.relation_of(field.name):
        return _picker(state, field, marks)
    if field.kind is Kind.BOOLEAN:
        return _yes_no(field, given, marks)
    if field.choices:
        return _select([(each, each) for each in field.choices], field, given, marks)
    if _is_wide(field):
        return rx.el.textarea(name=field.name, default_value=given, rows=4, **marks)
    if field.is_number:
        mode = "numeric" if field.kind is Kind.INTEGER else "decimal"
        marks |= {"input_mode": mode, "auto_complete": "off"}
    if field.widget is Widget.DATETIME:
        marks["step"] = 1
    return rx.el.input(
        type=_INPUT_TYPES.get(field.widget, "text"), name=field.name, default_value=given, **marks
    )


def _yes_no(field: Field, given: rx.Var[str], marks: dict[str, object]) -> rx.Component:
    if field.nullable:
        return _select([("true", "Yes"), ("false", "No")], field, given, marks)
    return rx.switch(name=field.name, default_checked=given == "true", value="true", **marks)


def _select(
    options: list[tuple[str, str]], field: Field, given: rx.Var[str], marks: dict[str, object]
) -> rx.Component:
    return rx.el.select(
        rx.el.option("—", value=""),
        *[rx.el.option(text, value=value) for value, text in options],
        name=field.name,
        default_value=given,
        **marks,
    )


def _picker(state: type[RowMixin], field: Field, marks: dict[str, object]) -> rx.Component:
    """A select that searches the rows of another table."""
    chosen = state.chosen[field.name]
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.cond(
                    chosen.value != "",
                    rx.el.span(chosen.text, class_name="cut"),
                    rx.el.span("Choose…", class_name="muted"),
                ),
                rx.icon("chevrons-up-down", size=14, aria_hidden="true"),
                type="button",
                class_name="picker",
                **marks,
            )
        ),
        rx.popover.content(
            choices(
                label=field.label,
                optional=field.nullable and not field.required,
                options=state.options,
                on_search=state.find_options,
                on_pick=state.pick(field.name),
            ),
            aria_label=f"Choose {field.label}",
            class_name="choices",
        ),
        open=state.picker == field.name,
        on_open_change=lambda is_open: state.open_picker(field.name, is_open),
    )


@rx.memo
def choices(
    label: rx.Var[str],
    optional: rx.Var[bool],
    options: rx.Var[list[Option]],
    on_search: events.Text,
    on_pick: events.Choice,
) -> rx.Component:
    """The rows to choose from, found by search."""
    none = rx.el.button("None", type="button", on_click=on_pick("", ""), class_name="choice muted")
    return rx.fragment(
        rx.debounce_input(
            rx.el.input(
                type="search",
                on_change=on_search,
                placeholder="Search",
                aria_label="Search " + label,
                auto_focus=True,
            ),
            debounce_timeout=200,
        ),
        rx.el.div(
            rx.cond(optional, none),
            rx.foreach(options, lambda option: _choice(option, on_pick(option.value, option.text))),
            rx.cond(options.length() == 0, rx.el.p("Nothing found", class_name="muted nothing")),
            class_name="choice-list",
        ),
    )


def _choice(option: rx.Var[Option], pick: rx.event.EventType[()]) -> rx.Component:
    return rx.el.button(
        rx.el.span(option.text, class_name="cut"),
        rx.el.span(option.value, class_name="muted"),
        type="button",
        on_click=pick,
        class_name="choice",
    )
