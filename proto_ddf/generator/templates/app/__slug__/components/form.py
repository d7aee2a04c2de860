"""The form of a row: a control for each field, with its error below it."""

import reflex as rx

from ..relations import Option
from ..states.row import RowMixin
from ..views import TableView
from . import events
from .controls import Control, control_of
from .feedback import callout


def row_form(view: TableView, state: type[RowMixin]) -> rx.Component:
    """The form that creates or changes a row. It keeps what was filled in when saving fails."""
    controls = rx.Var.create([control_of(view, field) for field in view.asked])

    def field(each: rx.Var[Control]) -> rx.Component:
        return form_field(
            control=each,
            given=state.inputs[each.name],
            chosen=state.chosen[each.name],
            wrong=state.wrong[each.name],
            is_open=state.picker == each.name,
            options=state.options,
            on_toggle=state.open_picker,
            on_search=state.find_options,
            on_pick=state.pick,
        )

    return rx.el.form(
        callout(problem=state.form_problem, on_retry=state.try_again),
        rx.el.div(rx.foreach(controls, field), class_name="form-fields"),
        form_actions(saving=state.saving, on_cancel=state.cancel),
        on_submit=state.save,
        no_validate=True,
        key=state.form_version.to_string(),
        class_name="panel padded",
    )


@rx.memo
def form_field(
    control: rx.Var[Control],
    given: rx.Var[str],
    chosen: rx.Var[Option],
    wrong: rx.Var[str],
    is_open: rx.Var[bool],
    options: rx.Var[list[Option]],
    on_toggle: events.Tick,
    on_search: events.Text,
    on_pick: events.Pick,
) -> rx.Component:
    """A control under its label, and what is wrong with it, or else what it demands, below."""
    field_id = "field-" + control.name
    note = field_id + "-note"
    marks = {
        "id": field_id,
        "aria_describedby": note,
        "aria_invalid": rx.cond(wrong, "true", "false"),
    }
    picker = _picker(
        chosen,
        rx.popover.content(
            choices(
                label=control.label,
                optional=control.optional,
                options=options,
                on_search=on_search,
                on_pick=lambda value, text: on_pick(control.name, value, text),
            ),
            aria_label="Choose " + control.label,
            class_name="choices",
        ),
        marks,
        open=is_open,
        on_open_change=lambda is_open: on_toggle(control.name, is_open),
    )
    return rx.el.div(
        rx.el.label(
            control.label,
            rx.cond(control.required, rx.el.span("required", class_name="required")),
            html_for=field_id,
        ),
        rx.match(
            control.shape,
            ("picker", picker),
            ("switch", _switch(control, given, marks)),
            ("select", _select(control, given, marks)),
            ("textarea", _textarea(control, given, marks)),
            _input(control, given, marks),
        ),
        rx.cond(
            wrong,
            rx.el.p(wrong, id=note, class_name="wrong", role="alert"),
            rx.el.p(control.help, id=note, class_name="help"),
        ),
        class_name=rx.cond(control.shape == "textarea", "form-field wide", "form-field"),
    )


@rx.memo
def form_actions(saving: rx.Var[bool], on_cancel: rx.EventHandler) -> rx.Component:
    """The buttons below a form."""
    return rx.el.div(
        rx.button("Save", type="submit", loading=saving),
        rx.button("Cancel", type="button", on_click=on_cancel, variant="soft", color_scheme="gray"),
        class_name="form-actions",
    )


def _input(control: rx.Var[Control], given: rx.Var[str], marks: dict[str, object]) -> rx.Component:
    return rx.el.input(
        type=control.type,
        name=control.name,
        default_value=given,
        input_mode=control.mode,
        auto_complete=rx.cond(control.mode == "text", "on", "off"),
        step=rx.cond(control.type == "datetime-local", "1", ""),
        **marks,
    )


def _textarea(
    control: rx.Var[Control], given: rx.Var[str], marks: dict[str, object]
) -> rx.Component:
    return rx.el.textarea(name=control.name, default_value=given, rows=4, **marks)


def _switch(control: rx.Var[Control], given: rx.Var[str], marks: dict[str, object]) -> rx.Component:
    is_on = given == "true"
    return rx.switch(name=control.name, default_checked=is_on, value="true", **marks)


def _select(control: rx.Var[Control], given: rx.Var[str], marks: dict[str, object]) -> rx.Component:
    return rx.el.select(
        rx.el.option("—", value=""),
        rx.foreach(control.options, lambda each: rx.el.option(each[1], value=each[0])),
        name=control.name,
        default_value=given,
        **marks,
    )


def _picker(
    chosen: rx.Var[Option], content: rx.Component, marks: dict[str, object], **popover: object
) -> rx.Component:
    """A select that searches the rows of another table."""
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
        content,
        **popover,
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
