"""The part of the plan's editor for the navigation, the key figures and the charts."""

from typing import Any

import reflex as rx

from proto_ddf.generator.spec import ChartKind, ChartSpec, KeyFigureSpec, Section, TableSpec
from proto_ddf.web.generate.plan_controls import (
    choice,
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
    return _entry(
        "figure",
        "hash",
        "the key figure ",
        figure.id,
        figure.title,
        set_title=State.set_figure_title,
        move=State.move_figure,
        remove=State.remove_figure,
    )


def _chart(chart: rx.Var[ChartSpec]) -> rx.Component:
    return _entry(
        "chart",
        "chart-column",
        "the chart ",
        chart.id,
        chart.title,
        choice(
            "Kind of the chart " + chart.title,
            *[rx.el.option(word, value=kind) for kind, word in CHART_WORDS.items()],
            value=chart.kind,
            on_change=lambda value: State.set_chart_kind(chart.id, value),
        ),
        set_title=State.set_chart_title,
        move=State.move_chart,
        remove=State.remove_chart,
    )


def _entry(
    part: str,
    icon: str,
    words: str,
    entry: rx.Var[str],
    title: rx.Var[str],
    *controls: rx.Component,
    set_title: Any,
    move: Any,
    remove: Any,
) -> rx.Component:
    """A row for the key figure or the chart with this id. Its controls are labelled with the words and its title."""
    return rx.el.li(
        rx.icon(icon, size=16, color="var(--gray-10)", aria_hidden="true"),
        rx.input(
            name=typed_name(part, entry),
            custom_attrs={"data-plan": ""},
            default_value=title,
            key=entry + title,
            on_blur=lambda value: set_title(entry, value),
            aria_label="Title of " + words + title,
            size="1",
            width="100%",
        ),
        *controls,
        move_buttons(words + title, move(entry, -1), move(entry, 1)),
        remove_button("Remove " + words + title, remove(entry)),
        class_name="pd-row pd-plan-chart",
        custom_attrs={f"data-{part}": entry},
    )


def _add_figure() -> rx.Component:
    return _adding(
        "Add key figure",
        choice(
            "Table of the new key figure",
            *options(State.chart_tables, "Table"),
            value=State.figure_table,
            on_change=State.set_figure_table,
        ),
        choice(
            "What the new key figure shows",
            rx.el.option("Number of rows", value=""),
            _of_values(State.figure_values, "Sum of ", "sum "),
            _of_values(State.figure_values, "Average of ", "avg "),
            value=State.figure_value,
            on_change=State.set_figure_value,
        ),
        add=State.add_figure,
        disabled=State.figure_table == "",
    )


def _add_chart() -> rx.Component:
    return _adding(
        "Add chart",
        choice(
            "Table of the new chart",
            *options(State.chart_tables, "Table"),
            value=State.chart_table,
            on_change=State.set_chart_table,
        ),
        choice(
            "Column that the new chart groups by",
            *options(State.chart_groups, "Group by"),
            value=State.chart_group,
            on_change=State.set_chart_group,
        ),
        choice(
            "What the new chart shows",
            rx.el.option("Number of rows", value=""),
            _of_values(State.chart_values, "Sum of ", ""),
            value=State.chart_value,
            on_change=State.set_chart_value,
        ),
        add=State.add_chart,
        disabled=(State.chart_table == "") | (State.chart_group == ""),
    )


def _of_values(columns: rx.Var[list[str]], words: str, measure: str) -> rx.Component:
    """An option for each column."""
    return rx.foreach(columns, lambda each: rx.el.option(words + each, value=measure + each))


def _adding(words: str, *choices: rx.Component, add: Any, disabled: Any) -> rx.Component:
    return rx.el.div(
        *choices,
        rx.button(words, on_click=add, disabled=disabled, variant="soft", size="1", type="button"),
        class_name="pd-plan-add",
    )
