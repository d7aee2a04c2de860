"""The form of a row: a control for each field, with its error below it."""

import reflex as rx

from ..conflicts import Version
from ..form_values import ControlValue
from ..relations import Option
from ..states.in_place import InPlaceMixin
from ..states.row import RowMixin
from ..views import TableView
from . import events
from .controls import Control, control_of
from .feedback import form_callout
from .submitting import event_name, submits_form

Marks = dict[str, object]
"""Attributes that all controls of a field have."""
NO_CHOICE = "Choose…"


def row_form(view: TableView, state: type[RowMixin | InPlaceMixin]) -> rx.Component:
    """The form that creates or changes a row. It keeps its content if saving fails, and sends back what the row held
    when the form was filled. assets/browser/forms finds its parts by their `data-` attributes."""
    controls = rx.Var.create([control_of(view, field) for field in view.form_fields])

    def field(each: rx.Var[Control]) -> rx.Component:
        return form_field(
            control=each,
            given=state.inputs[each.name],
            wrong=state.wrong[each.name],
            is_open=state.picker == each.name,
            options=state.options,
            on_toggle=state.open_picker,
            on_search=state.find_options,
        )

    return rx.el.form(
        rx.el.input(type="hidden", name="_form", default_value=state.form_key),
        _kept_input(name="_snapshot", default_value=state.snapshot),
        draft_note(),
        form_callout(problem=state.form_problem),
        rx.el.div(
            another_row(added_at=state.added_at),
            conflict_choices(conflicts=state.conflicts, marks=state.conflict_fingerprints),
            rx.el.div(rx.foreach(controls, field), class_name="form-fields"),
            # Disabled while the form is being saved, because anything typed then would be lost.
            custom_attrs={"inert": state.saving, "data-form-body": ""},
        ),
        form_actions(saving=state.saving, on_cancel=state.cancel),
        no_validate=True,
        key=state.form_version.to_string(),
        custom_attrs={"data-form": state.form_key, "data-outbox-address": state.form_key}
        | submits_form(event_name(state.save), "Save “" + state.name + "”", state.form_key),
        class_name="panel padded",
    )


@rx.memo
def draft_note() -> rx.Component:
    """The note that unsaved changes were restored; assets/browser/forms shows it."""
    return rx.el.div(
        rx.el.div(
            rx.icon("history", size=16, aria_hidden="true"),
            rx.el.span(
                "Your unsaved changes from ",
                rx.el.span(custom_attrs={"data-draft-time": ""}),
                " are back.",
            ),
            rx.el.button(
                "Discard them",
                type="button",
                class_name="link-button",
                custom_attrs={"data-draft-discard": ""},
            ),
            class_name="draft-note",
        ),
        hidden=True,
        role="status",
        custom_attrs={"data-draft-note": ""},
    )


@rx.memo
def another_row(added_at: rx.Var[str]) -> rx.Component:
    """The option to add another row from a form that has added one before, or may have."""
    return rx.cond(
        added_at != "",
        rx.el.div(
            rx.el.fieldset(
                rx.el.label(
                    rx.el.input(type="checkbox", name="_another", value="yes"),
                    rx.el.span("Add another row from this form"),
                ),
                rx.el.a("Look at what is there", href=added_at, target="_blank"),
            ),
            class_name="conflicts",
        ),
    )


@rx.memo
def conflict_choices(conflicts: rx.Var[list[Version]], marks: rx.Var[str]) -> rx.Component:
    """Both versions of each field that somebody else changed too, to choose from."""
    return rx.cond(
        conflicts.length() > 0,
        rx.el.div(
            rx.el.input(type="hidden", name="_conflicts", value=marks, read_only=True),
            rx.foreach(conflicts, _conflict_choice),
            class_name="conflicts",
        ),
    )


def _conflict_choice(each: rx.Var[Version]) -> rx.Component:
    def choice(value: str, title: str, text: rx.Var[str]) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="radio", name="choice." + each.name, value=value),
            rx.el.span(title, class_name="muted"),
            rx.el.span(rx.cond(text != "", text, "empty"), class_name="version"),
        )

    return rx.el.fieldset(
        rx.el.legend(each.label),
        choice("mine", "Yours", each.mine),
        choice("theirs", "In the database now", each.theirs),
        key=each.name + each.now.to(str),
    )


@rx.memo
def form_field(
    control: rx.Var[Control],
    given: rx.Var[ControlValue],
    wrong: rx.Var[str],
    is_open: rx.Var[bool],
    options: rx.Var[list[Option]],
    on_toggle: events.Toggle,
    on_search: events.Text,
) -> rx.Component:
    """A control with its label, and its error or help text below."""
    field_id = "field-" + control.name
    note = field_id + "-note"
    marks = {
        "id": field_id,
        "aria_describedby": note,
        "aria_invalid": rx.cond(wrong, "true", "false"),
    }
    picker = _picker(
        control,
        given,
        rx.popover.content(
            choices(
                name=control.name,
                label=control.label,
                optional=control.optional,
                options=options,
                on_search=on_search,
                on_toggle=on_toggle,
            ),
            aria_label="Choose " + control.label,
            class_name="choices",
        ),
        marks,
        open=is_open,
        on_open_change=lambda is_open: on_toggle(control.name, is_open),
    )
    shape = rx.cond(given.shape, given.shape, control.shape)
    return rx.el.div(
        rx.el.label(
            control.label,
            rx.cond(control.required, rx.el.span("required", class_name="required")),
            html_for=field_id,
        ),
        rx.match(
            shape,
            ("picker", picker),
            ("switch", _switch(control, given, marks)),
            ("select", _select(control, given, marks)),
            ("textarea", _textarea(control, given, marks)),
            ("readonly", rx.el.output(given.text, id=field_id, class_name="held")),
            _input(control, given, marks),
        ),
        rx.el.p(
            hidden=True, role="alert", class_name="wrong", custom_attrs={"data-field-error": ""}
        ),
        rx.cond(
            wrong,
            rx.el.p(wrong, id=note, class_name="wrong", role="alert"),
            rx.el.p(rx.cond(given.note, given.note, control.help), id=note, class_name="help"),
        ),
        custom_attrs={"data-field": control.name},
        class_name=rx.cond(shape == "textarea", "form-field wide", "form-field"),
    )


@rx.memo
def form_actions(saving: rx.Var[bool], on_cancel: rx.EventHandler) -> rx.Component:
    """The buttons below a form."""
    return rx.el.div(
        rx.button("Save", type="submit", loading=saving),
        rx.button(
            "Cancel",
            type="button",
            on_click=on_cancel,
            variant="soft",
            color_scheme="gray",
            custom_attrs={"data-draft-cancel": ""},
        ),
        class_name="form-actions",
    )


def _input(control: rx.Var[Control], given: rx.Var[ControlValue], marks: Marks) -> rx.Component:
    kind = rx.cond(given.type, given.type, control.type)
    return rx.fragment(
        rx.el.input(
            type=kind,
            name=control.name,
            default_value=given.text,
            input_mode=control.mode,
            auto_complete=rx.cond(control.mode == "text", "on", "off"),
            step=rx.cond((kind == "datetime-local") | (kind == "time"), "1", ""),
            custom_attrs=_longest(control),
            **marks,
        ),
        rx.cond(given.suggests == "uuid", _new_uuid(control)),
    )


def _new_uuid(control: rx.Var[Control]) -> rx.Component:
    """The button that fills in a new UUID; assets/browser/forms makes it."""
    return rx.el.button(
        "Fill in a new UUID",
        type="button",
        class_name="link-button",
        aria_label="Fill in a new UUID: " + control.label,
        custom_attrs={"data-suggests": "uuid"},
    )


def _textarea(control: rx.Var[Control], given: rx.Var[ControlValue], marks: Marks) -> rx.Component:
    return rx.el.textarea(
        name=control.name,
        default_value=given.text,
        rows=4,
        custom_attrs=_longest(control),
        **marks,
    )


def _kept_input(**attributes: object) -> rx.Component:
    """A hidden input whose value assets/browser/forms may change. It does not have the type "hidden", because React
    resets such inputs to their first value whenever it draws the form."""
    return rx.el.input(type="text", hidden=True, auto_complete="off", **attributes)


def _longest(control: rx.Var[Control]) -> dict[str, object]:
    """Lets assets/browser/forms report that a text is too long before it is sent."""
    return {"data-max-length": rx.cond(control.max_length, control.max_length, None)}


def _switch(control: rx.Var[Control], given: rx.Var[ControlValue], marks: Marks) -> rx.Component:
    """A switch that is off sends the value of the hidden input before it."""
    return rx.fragment(
        rx.el.input(type="hidden", name=control.name, value="false", read_only=True),
        rx.el.input(
            type="checkbox",
            role="switch",
            name=control.name,
            value="true",
            default_checked=given.text == "true",
            class_name="switch",
            **marks,
        ),
    )


def _select(control: rx.Var[Control], given: rx.Var[ControlValue], marks: Marks) -> rx.Component:
    return rx.el.select(
        rx.el.option("—", value=""),
        rx.foreach(control.options, lambda each: rx.el.option(each[1], value=each[0])),
        rx.cond(given.extra, rx.el.option(given.extra, value=given.text)),
        name=control.name,
        default_value=given.text,
        **marks,
    )


def _picker(
    control: rx.Var[Control],
    given: rx.Var[ControlValue],
    content: rx.Component,
    marks: Marks,
    **popover: object,
) -> rx.Component:
    """A select that searches the rows of another table. Its value is in a hidden input of the form."""
    label = rx.cond(given.label, given.label, rx.cond(given.text, given.text, NO_CHOICE))
    return rx.fragment(
        _kept_input(name=control.name, default_value=given.text, custom_attrs={"data-picker": ""}),
        rx.popover.root(
            rx.popover.trigger(
                rx.el.button(
                    rx.el.span(label, class_name="cut", custom_attrs={"data-picker-label": ""}),
                    rx.icon("chevrons-up-down", size=14, aria_hidden="true"),
                    type="button",
                    class_name="picker",
                    **marks,
                )
            ),
            content,
            **popover,
        ),
    )


@rx.memo
def choices(
    name: rx.Var[str],
    label: rx.Var[str],
    optional: rx.Var[bool],
    options: rx.Var[list[Option]],
    on_search: events.Text,
    on_toggle: events.Toggle,
) -> rx.Component:
    """The rows to choose from, found by a search. assets/browser/forms puts the choice into the form."""

    def choice(
        *children: rx.Component | str, value: rx.Var[str] | str, text: rx.Var[str] | str, style: str
    ) -> rx.Component:
        return rx.el.button(
            *children,
            type="button",
            on_click=on_toggle(name, False),
            class_name=style,
            custom_attrs={"data-choice-for": name, "data-value": value, "data-text": text},
        )

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
            rx.cond(optional, choice("None", value="", text=NO_CHOICE, style="choice muted")),
            rx.foreach(
                options,
                lambda option: choice(
                    rx.el.span(option.text, class_name="cut"),
                    rx.el.span(option.value, class_name="muted"),
                    value=option.value,
                    text=option.text,
                    style="choice",
                ),
            ),
            rx.cond(options.length() == 0, rx.el.p("Nothing found", class_name="muted nothing")),
            class_name="choice-list",
        ),
    )
