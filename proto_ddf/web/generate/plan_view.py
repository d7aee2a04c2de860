"""The plan of an app, table by table, which can be changed before the app is generated."""

import reflex as rx

from proto_ddf.generator.spec import (
    FieldSpec,
    RelationSpec,
    TableSpec,
    Widget,
)
from proto_ddf.web.generate.first_screen_view import first_screen_editor, place_in_navigation
from proto_ddf.web.generate.list_columns_view import list_columns_editor
from proto_ddf.web.generate.plan_controls import options, remove_button, typed_name
from proto_ddf.web.generate.row_name_view import row_name_editor
from proto_ddf.web.generate.state import GenerateState as State
from proto_ddf.web.shared.components.numbers import count

WIDGET_WORDS = {
    Widget.TEXT: "Text",
    Widget.TEXTAREA: "Text area",
    Widget.EMAIL: "E-mail",
    Widget.URL: "Web address",
    Widget.PHONE: "Phone number",
    Widget.IMAGE: "Picture",
    Widget.COLOR: "Colour",
    Widget.UUID: "UUID",
    Widget.JSON: "JSON",
    Widget.INTEGER: "Whole number",
    Widget.NUMBER: "Number",
    Widget.MONEY: "Money",
    Widget.PERCENT: "Percent",
    Widget.COORDINATES: "Coordinates",
    Widget.SWITCH: "Yes/no",
    Widget.DATE: "Date",
    Widget.YEAR: "Year",
    Widget.DATETIME: "Date and time",
    Widget.TIME: "Time",
    Widget.SELECT: "Choice",
    Widget.RELATION: "Row of a table",
    Widget.READONLY: "Read only",
}


def plan_editor() -> rx.Component:
    """The pages with their fields and relations, and what the first screen shows."""
    return rx.el.div(
        rx.el.h3("Pages", class_name="pd-plan-title"),
        rx.el.div(rx.foreach(State.plan.tables, _table), class_name="pd-plan"),
        *first_screen_editor(),
        class_name="pd-stack pd-plan-editor",
    )


def _table(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.icon("chevron-right", size=16, class_name="pd-chevron", aria_hidden="true"),
            rx.el.span(table.label, class_name="pd-plan-name pd-cut"),
            rx.el.span(
                table.fields.length(),
                " fields · ",
                count(table.row_count),
                " rows",
                class_name="pd-quiet pd-number",
            ),
            rx.cond(
                table.primary_key.length() == 0,
                rx.badge("no key: read only", color_scheme="amber"),
                rx.fragment(),
            ),
        ),
        rx.el.div(
            _page_title(table),
            place_in_navigation(table),
            row_name_editor(table),
            list_columns_editor(table),
            _fields(table),
            _relations(table),
            class_name="pd-plan-body pd-stack",
        ),
        class_name="pd-panel pd-plan-table",
        custom_attrs={"data-table": table.table},
    )


def _page_title(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.label(
        "Page title",
        rx.input(
            name=typed_name("table", table.table),
            custom_attrs={"data-plan": ""},
            default_value=table.label,
            key=table.table + table.label,
            on_blur=lambda value: State.set_table_label(table.table, value),
            size="1",
        ),
        class_name="pd-plan-add pd-quiet",
    )


def _fields(table: rx.Var[TableSpec]) -> rx.Component:
    heads = ("Column", "Label", "Widget", "Required", "Hidden")
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[rx.el.th(head, scope="col") for head in heads])),
            rx.el.tbody(rx.foreach(table.fields, lambda field: _field(table, field))),
            class_name="pd-table pd-plan-fields",
        ),
        class_name="pd-scroll",
        tab_index=0,
        role="region",
        aria_label="Fields of " + table.label,
    )


def _field(table: rx.Var[TableSpec], field: rx.Var[FieldSpec]) -> rx.Component:
    of_field = " of " + table.label + " " + field.column
    return rx.el.tr(
        rx.el.td(
            rx.el.code(field.column),
            rx.el.span(field.type, class_name="pd-quiet"),
            class_name="pd-plan-column",
        ),
        rx.el.td(
            rx.input(
                name=typed_name("field", table.table, field.column),
                custom_attrs={"data-plan": ""},
                default_value=field.label,
                key=table.table + "." + field.column + field.label,
                on_blur=lambda value: State.set_label(table.table, field.column, value),
                aria_label="Label" + of_field,
                size="1",
            ),
            class_name="pd-plan-label",
        ),
        rx.el.td(
            rx.el.select(
                rx.foreach(
                    State.widgets[table.table][field.column],
                    lambda widget: rx.el.option(_widget_word(widget), value=widget),
                ),
                value=field.widget,
                on_change=lambda value: State.set_widget(table.table, field.column, value),
                aria_label="Widget" + of_field,
                class_name="pd-select",
            ),
            class_name="pd-plan-widget",
        ),
        rx.el.td(
            rx.checkbox(
                checked=field.required,
                on_change=lambda value: State.set_required(table.table, field.column, value),
                disabled=field.generated,
                custom_attrs={"aria-label": "Required" + of_field},
            ),
            class_name="pd-plan-flag",
            custom_attrs={"data-label": "Required"},
        ),
        rx.el.td(
            rx.checkbox(
                checked=field.hidden,
                on_change=lambda value: State.set_hidden(table.table, field.column, value),
                custom_attrs={"aria-label": "Hidden" + of_field},
            ),
            class_name="pd-plan-flag",
            custom_attrs={"data-label": "Hidden"},
        ),
        custom_attrs={"data-column": field.column},
    )


def _widget_word(widget: rx.Var[str]) -> rx.Var[str]:
    return rx.match(widget, *[(str(each), word) for each, word in WIDGET_WORDS.items()], widget)


def _relations(table: rx.Var[TableSpec]) -> rx.Component:
    return rx.el.div(
        rx.el.h4("Relations", class_name="pd-plan-subtitle"),
        rx.cond(
            table.relations.length() > 0,
            rx.el.ul(
                rx.foreach(table.relations, lambda relation: _relation(table, relation)),
                class_name="pd-rows pd-panel",
            ),
            rx.el.p(
                "None. A relation turns a column into a choice of rows.", class_name="pd-quiet"
            ),
        ),
        _add_relation(table),
        class_name="pd-section",
    )


def _relation(table: rx.Var[TableSpec], relation: rx.Var[RelationSpec]) -> rx.Component:
    return rx.el.li(
        rx.el.code(relation.columns.join(", ")),
        rx.icon("arrow-right", size=14, aria_label="refers to", flex_shrink="0"),
        rx.el.code(relation.target_table, " (", relation.target_columns.join(", "), ")"),
        rx.cond(relation.suggested, rx.badge("suggested", color_scheme="gray"), rx.fragment()),
        rx.el.span(class_name="pd-row-main"),
        remove_button("Remove the relation", State.remove_relation(table.table, relation.columns)),
        class_name="pd-row",
    )


def _add_relation(table: rx.Var[TableSpec]) -> rx.Component:
    """The controls for a new relation: a column of this table, and the column that it refers to."""
    columns = State.columns[table.table]
    mine = State.relation_table == table.table
    return rx.el.div(
        rx.el.select(
            *options(columns, "Column"),
            value=rx.cond(mine, State.relation_column, ""),
            on_change=lambda value: State.set_relation_column(table.table, value),
            aria_label="Column of " + table.label,
            class_name="pd-select",
        ),
        rx.icon("arrow-right", size=14, aria_label="refers to", flex_shrink="0"),
        rx.el.select(
            *options(State.targets, "Column of another table"),
            value=rx.cond(mine, State.relation_target, ""),
            on_change=lambda value: State.set_relation_target(table.table, value),
            aria_label="Column that it refers to",
            class_name="pd-select",
        ),
        rx.button(
            "Add relation",
            on_click=State.add_relation(table.table),
            disabled=~mine | (State.relation_column == "") | (State.relation_target == ""),
            variant="soft",
            size="1",
            type="button",
        ),
        class_name="pd-plan-add",
    )
