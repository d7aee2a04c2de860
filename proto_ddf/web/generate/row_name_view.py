"""How the rows of a table are called, as a part of the plan's editor."""

import reflex as rx

from proto_ddf.generator.spec import TableSpec
from proto_ddf.web.generate.plan_controls import (
    choice,
    move_buttons,
    options,
    remove_button,
    typed_name,
)
from proto_ddf.web.generate.state import GenerateState as State


def row_name_editor(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.div(
        rx.el.h4("Name of a row", class_name="pd-plan-subtitle"),
        _singular(table),
        rx.cond(
            table.row_name.length() > 0,
            rx.el.ul(
                rx.foreach(table.row_name, lambda column: _part(table, column)),
                class_name="pd-rows pd-panel",
            ),
            _by_key(table),
        ),
        choice(
            "Add a column to the name of a row of " + table.label,
            *options(State.free_naming_columns[table.table], "Add a column to the name"),
            value="",
            on_change=lambda column: State.add_to_row_name(table.table, column),
        ),
        class_name="pd-section",
    )


def _singular(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.label(
        "One row is",
        rx.input(
            name=typed_name("singular", table.table),
            custom_attrs={"data-plan": ""},
            default_value=table.singular,
            key=table.table + table.singular,
            on_blur=lambda value: State.set_singular(table.table, value),
            size="1",
        ),
        class_name="pd-plan-add pd-quiet",
    )


def _part(table: rx.Var[TableSpec], column: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.el.code(column, class_name="pd-row-main"),
        move_buttons(
            column,
            State.move_in_row_name(table.table, column, -1),
            State.move_in_row_name(table.table, column, 1),
        ),
        remove_button(
            "Remove from the name: " + column, State.remove_from_row_name(table.table, column)
        ),
        class_name="pd-row",
    )


def _by_key(table: rx.Var[TableSpec]) -> rx.Component:
    """A row without a name of its own is called by its key, with one column beside it."""
    return rx.el.label(
        table.singular,
        " ",
        rx.foreach(table.primary_key, lambda column: rx.el.code(column)),
        " with",
        choice(
            "Beside the key of a row of " + table.label,
            *options(State.beside_columns[table.table], "nothing beside it"),
            value=rx.cond(table.beside, table.beside, ""),
            on_change=lambda column: State.set_beside(table.table, column),
        ),
        class_name="pd-plan-add pd-quiet",
    )
