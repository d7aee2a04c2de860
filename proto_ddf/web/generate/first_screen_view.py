"""The part of the plan's editor for the navigation, the key figures and the charts."""

import reflex as rx

from proto_ddf.generator.spec import ChartKind, ChartSpec, KeyFigureSpec, Section, TableSpec
from proto_ddf.web.generate.plan_controls import (
    move_buttons,
    options,
    remove_button,
    typed_name,
)
from proto_ddf.web.generate.state import GenerateState as State

CHART_WORDS = {ChartKind.BAR: "Bars", ChartKind.LINE: "Line", ChartKind.PIE: "Pie"}
SECTION_WORDS = {
    Section.MAIN: "Main tables",
    Section.LOOK_UP: "Look-ups",
    Section.REPORT: "Reports",
    Section.NONE: "No page: rows are shown where they connect others",
}


def first_screen_editor() -> list[rx.Component]:
    """The key figures and the charts."""
    return [
        rx.el.h3("Key figures", class_name="pd-plan-title"),
        rx.el.ul(rx.foreach(State.plan.key_figures, _figure), class_name="pd-rows pd-panel"),
        _add_figure(),
        rx.el.h3("Charts", class_name="pd-plan-title"),
        rx.el.ul(rx.foreach(State.plan.charts, _chart), class_name="pd-rows pd-panel"),
        _add_chart(),
    ]


def place_in_navigation(table: rx.Var[TableSpec]) -> rx.Component:
    """The section of a table, and the buttons that move it within the section."""
    return rx.el.div(
        rx.el.label(
            "Navigation",
            rx.el.select(
                rx.foreach(
                    State.sections[table.table],
                    lambda section: rx.el.option(_section_word(section), value=section),
                ),
                value=table.section,
                on_change=lambda value: State.set_section(table.table, value),
                class_name="pd-select",
            ),
            class_name="pd-plan-add pd-quiet",
        ),
        move_buttons(
            table.label, State.move_table(table.table, -1), State.move_table(table.table, 1)
        ),
        class_name="pd-plan-place",
    )


def _section_word(section: rx.Var[str]) -> rx.Var[str]:
    return rx.match(section, *[(str(each), word) for each, word in SECTION_WORDS.items()], section)


def _figure(figure: rx.Var[KeyFigureSpec]) -> rx.Component:
    return rx.el.li(
        rx.icon("hash", size=16, color="var(--gray-10)", aria_hidden="true"),
        rx.input(
            name=typed_name("figure", figure.id),
            custom_attrs={"data-plan": ""},
            default_value=figure.title,
            key=figure.id + figure.title,
            on_blur=lambda value: State.set_figure_title(figure.id, value),
            aria_label="Title of the key figure " + figure.title,
            size="1",
            width="100%",
        ),
        move_buttons(
            "the key figure " + figure.title,
            State.move_figure(figure.id, -1),
            State.move_figure(figure.id, 1),
        ),
        remove_button("Remove the key figure " + figure.title, State.remove_figure(figure.id)),
        class_name="pd-row pd-plan-chart",
        custom_attrs={"data-figure": figure.id},
    )


def _add_figure() -> rx.Component:
    return rx.el.div(
        rx.el.select(
            *options(State.chart_tables, "Table"),
            value=State.figure_table,
            on_change=State.set_figure_table,
            aria_label="Table of the new key figure",
            class_name="pd-select",
        ),
        rx.el.select(
            rx.el.option("Number of rows", value=""),
            rx.foreach(
                State.figure_values,
                lambda value: rx.el.option("Sum of " + value, value="sum " + value),
            ),
            rx.foreach(
                State.figure_values,
                lambda value: rx.el.option("Average of " + value, value="avg " + value),
            ),
            value=State.figure_value,
            on_change=State.set_figure_value,
            aria_label="What the new key figure shows",
            class_name="pd-select",
        ),
        rx.button(
            "Add key figure",
            on_click=State.add_figure,
            disabled=State.figure_table == "",
            variant="soft",
            size="1",
            type="button",
        ),
        class_name="pd-plan-add",
    )


def _chart(chart: rx.Var[ChartSpec]) -> rx.Component:
    return rx.el.li(
        rx.icon("chart-column", size=16, color="var(--gray-10)", aria_hidden="true"),
        rx.input(
            name=typed_name("chart", chart.id),
            custom_attrs={"data-plan": ""},
            default_value=chart.title,
            key=chart.id + chart.title,
            on_blur=lambda value: State.set_chart_title(chart.id, value),
            aria_label="Title of the chart " + chart.title,
            size="1",
            width="100%",
        ),
        rx.el.select(
            *[rx.el.option(word, value=kind) for kind, word in CHART_WORDS.items()],
            value=chart.kind,
            on_change=lambda value: State.set_chart_kind(chart.id, value),
            aria_label="Kind of the chart " + chart.title,
            class_name="pd-select",
        ),
        move_buttons(
            "the chart " + chart.title,
            State.move_chart(chart.id, -1),
            State.move_chart(chart.id, 1),
        ),
        remove_button("Remove the chart " + chart.title, State.remove_chart(chart.id)),
        class_name="pd-row pd-plan-chart",
        custom_attrs={"data-chart": chart.id},
    )


def _add_chart() -> rx.Component:
    return rx.el.div(
        rx.el.select(
            *options(State.chart_tables, "Table"),
            value=State.chart_table,
            on_change=State.set_chart_table,
            aria_label="Table of the new chart",
            class_name="pd-select",
        ),
        rx.el.select(
            *options(State.chart_groups, "Group by"),
            value=State.chart_group,
            on_change=State.set_chart_group,
            aria_label="Column that the new chart groups by",
            class_name="pd-select",
        ),
        rx.el.select(
            rx.el.option("Number of rows", value=""),
            rx.foreach(
                State.chart_values,
                lambda value: rx.el.option("Sum of " + value, value=value),
            ),
            value=State.chart_value,
            on_change=State.set_chart_value,
            aria_label="What the new chart shows",
            class_name="pd-select",
        ),
        rx.button(
            "Add chart",
            on_click=State.add_chart,
            disabled=(State.chart_table == "") | (State.chart_group == ""),
            variant="soft",
            size="1",
            type="button",
        ),
        class_name="pd-plan-add",
    )
