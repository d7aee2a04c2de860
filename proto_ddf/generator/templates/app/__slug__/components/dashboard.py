"""The parts of the dashboard: a card for each table, and the charts."""

from typing import Any

import reflex as rx

from ..charts import Chart
from ..views import TableView, views_in_order

HEIGHT = 260
_COLORS = [f"var(--accent-{step})" for step in (9, 11, 7, 10, 6, 8)] + ["var(--gray-8)"]


def count_cards(counts: rx.Var[dict[str, str]]) -> rx.Component:
    """How many rows each table has, with the way there."""
    return rx.el.div(
        *[_card(view, counts[view.name]) for view in views_in_order()], class_name="cards"
    )


def _card(view: TableView, count: rx.Var[str]) -> rx.Component:
    return rx.link(
        rx.el.span(view.label, class_name="card-label cut"),
        rx.cond(
            count,
            rx.el.span(count, class_name="card-count"),
            rx.el.span(class_name="skeleton card-count"),
        ),
        href=f"/{view.route}",
        class_name="card",
    )


def chart_panel(
    chart: Chart, points: rx.Var[list[dict[str, Any]]], ready: rx.Var[bool]
) -> rx.Component:
    """A chart under its title."""
    draw = {"bar": _bar, "line": _line, "pie": _pie}[chart.kind]
    return rx.el.section(
        rx.heading(chart.title, as_="h2", size="3"),
        rx.cond(
            ready,
            rx.cond(
                points.length() > 0,
                rx.el.div(draw(points), class_name="chart", role="img", aria_label=chart.title),
                rx.el.p("No data for this chart.", class_name="muted chart"),
            ),
            rx.el.div(class_name="skeleton chart"),
        ),
        class_name="panel padded",
    )


def _tooltip() -> rx.Component:
    return rx.recharts.graphing_tooltip(
        content_style={
            "background": "var(--color-panel-solid)",
            "border": "1px solid var(--gray-a5)",
            "borderRadius": "6px",
        },
        label_style={"color": "var(--gray-12)"},
        item_style={"color": "var(--gray-12)"},
        cursor={"fill": "var(--gray-a3)", "stroke": "var(--gray-a5)"},
    )


def _grid() -> rx.Component:
    return rx.recharts.cartesian_grid(vertical=False, stroke="var(--gray-a4)")


def _bar(points: rx.Var[list[dict[str, Any]]]) -> rx.Component:
    return rx.recharts.bar_chart(
        _grid(),
        rx.recharts.bar(
            data_key="value",
            fill="var(--accent-9)",
            radius=[4, 4, 0, 0],
            is_animation_active=False,
            max_bar_size=48,
        ),
        rx.recharts.x_axis(
            data_key="name",
            stroke="var(--gray-11)",
            interval="preserveStartEnd",
            tick_line=False,
            axis_line=False,
        ),
        rx.recharts.y_axis(stroke="var(--gray-11)", tick_line=False, axis_line=False, width=64),
        _tooltip(),
        data=points,
        width="100%",
        height=HEIGHT,
    )


def _line(points: rx.Var[list[dict[str, Any]]]) -> rx.Component:
    return rx.recharts.area_chart(
        _grid(),
        rx.recharts.area(
            data_key="value",
            stroke="var(--accent-9)",
            fill="var(--accent-a4)",
            stroke_width=2,
            type_="monotone",
            is_animation_active=False,
        ),
        rx.recharts.x_axis(
            data_key="name",
            stroke="var(--gray-11)",
            tick_line=False,
            axis_line=False,
            min_tick_gap=32,
        ),
        rx.recharts.y_axis(stroke="var(--gray-11)", tick_line=False, axis_line=False, width=64),
        _tooltip(),
        data=points,
        width="100%",
        height=HEIGHT,
    )


def _pie(points: rx.Var[list[dict[str, Any]]]) -> rx.Component:
    return rx.recharts.pie_chart(
        rx.recharts.pie(
            rx.foreach(
                points,
                lambda _, at: rx.recharts.cell(fill=rx.Var.create(_COLORS)[at % len(_COLORS)]),
            ),
            data=points,
            data_key="value",
            name_key="name",
            inner_radius="58%",
            outer_radius="85%",
            stroke="var(--color-panel-solid)",
            is_animation_active=False,
        ),
        rx.recharts.legend(),
        _tooltip(),
        width="100%",
        height=HEIGHT,
    )
