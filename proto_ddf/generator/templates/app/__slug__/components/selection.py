"""What a list offers for the rows that are selected: a bar, and the dialogs that edit a field of them or delete them.
assets/selection.js knows which rows are selected."""

import reflex as rx

from ..consequences import Consequence
from ..errors import Problem
from ..form_values import ControlValue
from ..relations import Option
from ..selected_rows import editable_fields
from ..states.listing import ListMixin
from ..views import TableView
from . import events
from .controls import Control, control_of
from .feedback import form_callout
from .form import form_field
from .local import local
from .row import consequence_line
from .submitting import event_name, submits_form

_SELECTED = rx.vars.FunctionStringVar.create(
    "selectedRows", _var_data=rx.vars.VarData(imports={"$/public/selection.js": "selectedRows"})
)
"""The function of assets/selection.js."""


def selection(view: TableView, state: type[ListMixin]) -> rx.Component:
    """The bar and its dialogs; nothing for a table whose rows cannot be changed."""
    if not view.editable:
        return rx.fragment()
    fields = editable_fields(view)
    bar = selection_bar(
        can_edit=bool(fields),
        on_edit=state.ask_about_selected("edit", _SELECTED().to(list[str])),
        on_delete=state.ask_about_selected("delete", _SELECTED().to(list[str])),
    )
    edit = edit_question(
        controls=[control_of(view, field) for field in fields],
        field=state.selected_field,
        given=state.selected_blank,
        version=state.selected_version,
        wrong=state.selected_wrong,
        names=_names(state),
        count=state.selected_count,
        rows=state.selected_rows,
        page=state.selected_page,
        event=event_name(state.edit_selected),
        problem=state.selected_problem,
        working=state.selected_working,
        picker=state.selected_picker,
        options=state.selected_options,
        is_open=state.selected_task == "edit",
        on_field=state.choose_selected_field,
        on_picker=state.open_selected_picker,
        on_search=state.find_selected_options,
        on_toggle=state.close_selected,
    )
    delete = delete_selected_question(
        label=view.label,
        names=_names(state),
        count=state.selected_count,
        prevented=state.selected_prevented,
        consequences=state.selected_consequences,
        rows=state.selected_rows,
        page=state.selected_page,
        event=event_name(state.delete_selected),
        problem=state.selected_problem,
        working=state.selected_working,
        is_open=state.selected_task == "delete",
        on_toggle=state.close_selected,
    )
    return rx.cond(state.may_add, rx.fragment(bar, edit, delete))


def _names(state: type[ListMixin]) -> rx.Var[str]:
    """The names of the selected rows, as far as there is space for them."""
    names = state.selected_names.join(", ")
    more = state.selected_more
    return rx.cond(more > 0, names + ", and " + more.to_string() + " more", names)


def _rows(count: rx.Var[int]) -> rx.Var[str]:
    return rx.cond(count == 1, "1 row", local("count", count.to_string()) + " rows")


@rx.memo
def selection_bar(
    can_edit: rx.Var[bool], on_edit: rx.EventHandler, on_delete: rx.EventHandler
) -> rx.Component:
    """How many rows are selected, and what can be done with them; assets/selection.js shows it."""
    return rx.el.div(
        rx.el.span(role="status", custom_attrs={"data-selection-count": ""}),
        rx.cond(
            can_edit,
            rx.button(
                rx.icon("pencil", size=16, aria_hidden="true"),
                "Edit field",
                on_click=on_edit,
                variant="soft",
            ),
        ),
        rx.button(
            rx.icon("trash-2", size=16, aria_hidden="true"),
            "Delete",
            on_click=on_delete,
            variant="soft",
            color_scheme="red",
        ),
        rx.button(
            "Clear selection",
            on_click=rx.call_script("window.protoDDF?.clearSelection?.()"),
            variant="ghost",
            color_scheme="gray",
        ),
        hidden=True,
        role="group",
        aria_label="Selected rows",
        custom_attrs={"data-selection": ""},
        class_name="selection",
    )


@rx.memo
def edit_question(
    controls: rx.Var[list[Control]],
    field: rx.Var[str],
    given: rx.Var[ControlValue],
    version: rx.Var[int],
    wrong: rx.Var[str],
    names: rx.Var[str],
    count: rx.Var[int],
    rows: rx.Var[str],
    page: rx.Var[str],
    event: rx.Var[str],
    problem: rx.Var[Problem],
    working: rx.Var[bool],
    picker: rx.Var[str],
    options: rx.Var[list[Option]],
    is_open: rx.Var[bool],
    on_field: events.Text,
    on_picker: events.Toggle,
    on_search: events.Text,
    on_toggle: events.Flag,
) -> rx.Component:
    """The dialog that asks for a field and its new value."""

    def control(each: rx.Var[Control]) -> rx.Component:
        shown = form_field(
            control=each,
            given=given,
            wrong=wrong,
            is_open=picker == each.name,
            options=options,
            on_toggle=on_picker,
            on_search=on_search,
        )
        return rx.cond(each.name == field, rx.el.div(shown, key=each.name + version.to_string()))

    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Edit a field of " + _rows(count)),
            rx.dialog.description(names, size="2", class_name="muted"),
            rx.el.form(
                _sent("_rows", rows),
                _sent("_page", page),
                _sent("_field", field),
                form_callout(problem=problem),
                rx.el.div(
                    rx.el.label("Field", html_for="selected-field"),
                    rx.el.select(
                        rx.foreach(
                            controls, lambda each: rx.el.option(each.label, value=each.name)
                        ),
                        id="selected-field",
                        value=field,
                        on_change=on_field,
                    ),
                    class_name="form-field",
                ),
                rx.foreach(controls, control),
                rx.el.div(
                    rx.dialog.close(_no("Cancel")),
                    rx.button("Change " + _rows(count), type="submit", loading=working),
                    class_name="dialog-actions",
                ),
                custom_attrs=submits_form(event, "Edit a field of " + _rows(count), page),
                class_name="selection-form",
            ),
        ),
        open=is_open,
        on_open_change=on_toggle,
    )


@rx.memo
def delete_selected_question(
    label: rx.Var[str],
    names: rx.Var[str],
    count: rx.Var[int],
    prevented: rx.Var[bool],
    consequences: rx.Var[list[Consequence]],
    rows: rx.Var[str],
    page: rx.Var[str],
    event: rx.Var[str],
    problem: rx.Var[Problem],
    working: rx.Var[bool],
    is_open: rx.Var[bool],
    on_toggle: events.Flag,
) -> rx.Component:
    """The dialog that asks whether to delete the rows and lists the effects, or says why they cannot be deleted."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(
                rx.cond(
                    prevented, _rows(count) + " cannot be deleted", "Delete " + _rows(count) + "?"
                )
            ),
            rx.alert_dialog.description(
                rx.cond(
                    prevented,
                    "Other rows refer to some of these: ",
                    "These are removed from " + label + ": ",
                )
                + names,
                size="2",
            ),
            rx.el.ul(rx.foreach(consequences, consequence_line), class_name="consequences"),
            rx.el.form(
                _sent("_rows", rows),
                _sent("_page", page),
                form_callout(problem=problem),
                rx.el.div(
                    rx.alert_dialog.cancel(_no(rx.cond(prevented, "Close", "Keep them"))),
                    rx.cond(
                        ~prevented,
                        rx.button("Delete", type="submit", color_scheme="red", loading=working),
                    ),
                    class_name="dialog-actions",
                ),
                custom_attrs=submits_form(event, "Delete " + _rows(count), page),
            ),
        ),
        open=is_open,
        on_open_change=on_toggle,
    )


def _sent(name: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _no(words: rx.Var[str] | str) -> rx.Component:
    return rx.button(words, type="button", variant="soft", color_scheme="gray")
