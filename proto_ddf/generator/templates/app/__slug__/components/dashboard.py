"""The parts of the dashboard: a card for each table, and the charts."""

from typing import Any

import reflex as rx

from ..charts import Chart, ChartPoints
from ..views import views_in_order
from .local import local, writer

HEIGHT = 260
COMPACT = "(value) => Intl.NumberFormat(undefined, { notation: 'compact' }).format(value)"
"""Formats the numbers of an axis in the browser's language: 800K."""
SHADES = rx.Var.create(
    [f"var(--accent-{step})" for step in (9, 11, 7, 10, 5, 8)] + ["var(--gray-8)"]
)
"""Colours of a pie's slices."""

Points = rx.Var[list[dict[str, Any]]]


def count_cards(counts: rx.Var[dict[str, str]]) -> rx.Component:
    """The number of rows of each table, with a link to its list."""
    tables = rx.Var.create([(view.name, view.label, view.route) for view in views_in_order()])
    return rx.el.div(
        rx.foreach(tables, lambda each: _card(counts[each[0]], each[1], "/" + each[2])),
        class_name="cards",
    )


def _card(count: rx.Var[str], label: rx.Var[str], href: rx.Var[str]) -> rx.Component:
    return rx.link(
        rx.el.span(label, class_name="card-label cut"),
        rx.cond(
            count,
            rx.el.span(local("count", count), class_name="card-count"),
            rx.el.span(class_name="skeleton card-count"),
        ),
        href=href,
        class_name="card",
    )


def chart_panel(
    chart: Chart, chart_points: rx.Var[ChartPoints], ready: rx.Var[bool]
) -> rx.Component:
    """A chart with its title."""
    draw = {"bar": _bar, "line": _line, "pie": _pie}[chart.kind]
    points, write_name = chart_points.points, writer(chart.name_kind)
    return rx.el.section(
        rx.el.div(
            rx.heading(chart.title, as_="h2", size="3"),
            rx.cond(ready, rx.el.span(local("count", chart_points.note), class_name="muted note")),
            class_name="section-header",
        ),
        rx.cond(
            ready,
            rx.cond(
                points.length() > 0,
                rx.el.div(
                    draw(points, write_name),
                    class_name="chart",
                    role="img",
                    aria_label=chart.title,
                ),
                rx.el.p("No data for this chart.", class_name="muted chart"),
            ),
            rx.el.div(class_name="skeleton chart"),
        ),
        class_name="panel padded",
    )


def _bar(points: Points, write_name: rx.Var[Any]) -> rx.Component:
    return rx.recharts.bar_chart(
        *_frame(write_name),
        rx.recharts.bar(
            data_key="value",
            fill="var(--accent-9)",
            radius=[4, 4, 0, 0],
            max_bar_size=48,
            is_animation_active=False,
        ),
        data=points,
        width="100%",
        height=HEIGHT,
    )


def _line(points: Points, write_name: rx.Var[Any]) -> rx.Component:
    return rx.recharts.area_chart(
        *_frame(write_name),
        rx.recharts.area(
            data_key="value",
            type_="linear",
            stroke="var(--accent-9)",
            stroke_width=2,
            fill="var(--accent-a4)",
            is_animation_active=False,
        ),
        data=points,
        width="100%",
        height=HEIGHT,
    )


def _pie(points: Points, write_name: rx.Var[Any]) -> rx.Component:
    return rx.recharts.pie_chart(
        rx.recharts.pie(
            rx.foreach(points, lambda _, at: rx.recharts.cell(fill=SHADES[at % SHADES.length()])),
            data=points,
            data_key="value",
            name_key="name",
            inner_radius="58%",
            outer_radius="88%",
            stroke="var(--color-panel-solid)",
            is_animation_active=False,
        ),
        rx.recharts.legend(
            layout="vertical",
            align="right",
            vertical_align="middle",
            icon_type="circle",
            icon_size=10,
            custom_attrs={"formatter": write_name},
        ),
        _tooltip(write_name),
        width="100%",
        height=HEIGHT,
    )


def _frame(write_name: rx.Var[Any]) -> list[rx.Component]:
    """Grid, axes and tooltip of a chart with axes."""
    quiet = {"stroke": "var(--gray-11)", "tick_line": False, "axis_line": False}
    return [
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--gray-a4)"),
        rx.recharts.x_axis(data_key="name", min_tick_gap=24, tick_formatter=write_name, **quiet),
        rx.recharts.y_axis(width=52, tick_formatter=COMPACT, **quiet),
        _tooltip(write_name),
    ]


def _tooltip(write_name: rx.Var[Any]) -> rx.Component:
    return rx.recharts.graphing_tooltip(
        separator=": ",
        content_style={
            "background": "var(--color-panel-solid)",
            "border": "1px solid var(--gray-a5)",
            "borderRadius": "6px",
        },
        label_style={"color": "var(--gray-12)"},
        item_style={"color": "var(--gray-12)"},
        cursor={"fill": "var(--gray-a3)", "stroke": "var(--gray-a5)"},
        custom_attrs={
            "formatter": rx.Var("(value) => value.toLocaleString()"),
            "labelFormatter": write_name,
        },
    )
