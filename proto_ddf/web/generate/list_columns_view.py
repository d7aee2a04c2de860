"""The columns of a table's list, as a part of the plan's editor."""

import reflex as rx

from proto_ddf.generator.spec import TableSpec
from proto_ddf.web.generate.plan_controls import move_buttons, options, remove_button
from proto_ddf.web.generate.state import GenerateState as State


def list_columns_editor(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.div(
        rx.el.h4("Columns of the list", class_name="pd-plan-subtitle"),
        rx.el.ul(
            rx.foreach(State.list_columns[table.table], lambda column: _column(table, column)),
            class_name="pd-rows pd-panel",
        ),
        rx.el.select(
            *options(State.free_list_columns[table.table], "Add a column to the list"),
            value="",
            on_change=lambda column: State.add_to_list(table.table, column),
            aria_label="Add a column to the list of " + table.label,
            class_name="pd-select",
        ),
        class_name="pd-section",
    )


def _column(table: rx.Var[TableSpec], column: rx.Var[str]) -> rx.Component:
    return rx.el.li(
        rx.el.code(column, class_name="pd-row-main"),
        move_buttons(
            "column " + column,
            State.move_in_list(table.table, column, -1),
            State.move_in_list(table.table, column, 1),
        ),
        remove_button(
            "Leave out of the list: " + column, State.remove_from_list(table.table, column)
        ),
        class_name="pd-row",
    )
