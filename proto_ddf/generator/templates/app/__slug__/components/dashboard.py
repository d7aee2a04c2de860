"""The parts of the dashboard: key figures, the choice of a period, and the charts."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from ..charts import Chart, ChartPoints
from ..config import ACCENT_COLOR
from ..key_figures import KeyFigure, ShownFigure
from ..periods import DAYS_BACK, OTHER_PERIOD
from ..states.dashboard import DashboardMixin
from .local import local, writer

HEIGHT = 260
COMPACT = "(value) => Intl.NumberFormat(undefined, { notation: 'compact' }).format(value)"
"""Formats the numbers of an axis in the browser's language: 800K."""
_FAMILIES = {
    "blue": ("blue", "indigo", "iris", "sky", "cyan"),
    "orange": ("orange", "amber", "yellow", "gold"),
    "green": ("green", "teal", "jade", "grass", "mint", "lime"),
    "purple": ("purple", "violet", "plum"),
    "crimson": ("crimson", "pink", "ruby", "red", "tomato"),
    "brown": ("brown", "bronze"),
}
"""Colours that can be told apart, each with those that look much the same."""
_OTHER_COLORS = [color for color, same in _FAMILIES.items() if ACCENT_COLOR not in same]
SLICE_COLORS = rx.Var.create(
    [f"var(--{color}-9)" for color in (ACCENT_COLOR, *_OTHER_COLORS[:5])] + ["var(--gray-8)"]
)
"""Colours of a pie's slices; the last one is that of all others."""
_click = rx.vars.FunctionStringVar.create(
    "openPoint", _var_data=rx.vars.VarData(imports={"$/public/charts.js": "openPoint"})
)
"""The function of assets/charts.js."""

Points = rx.Var[list[dict[str, Any]]]


def figure_cards(figures: Sequence[KeyFigure], state: type[DashboardMixin]) -> rx.Component:
    """The key figures, each with a link to its rows."""
    return rx.el.div(
        *[
            _card(figure, state.figures[figure.id], state.figures.contains(figure.id), state)
            for figure in figures
        ],
        class_name="cards",
    )


def _card(
    figure: KeyFigure,
    shown: rx.Var[ShownFigure],
    ready: rx.Var[bool],
    state: type[DashboardMixin],
) -> rx.Component:
    return rx.link(
        rx.el.span(figure.title, class_name="card-label"),
        rx.cond(
            ready,
            rx.el.span(local("number", shown.text), shown.more, class_name="card-count"),
            rx.el.span(class_name="skeleton card-count"),
        ),
        _all_time(figure.view.date, state),
        href=rx.cond(ready, shown.href, f"/{figure.view.route}"),
        class_name="card",
    )


def _all_time(date: str, state: type[DashboardMixin]) -> rx.Component:
    """Says what the chosen period is not about."""
    if date:
        return rx.fragment()
    return rx.cond(state.period != "", rx.el.span("All time", class_name="muted note"))


def period_control(state: type[DashboardMixin]) -> rx.Component:
    """The choice of a period; other days are typed."""
    days = rx.el.fieldset(
        rx.el.legend("Days", class_name="hidden"),
        *[
            rx.el.label(
                text,
                rx.el.input(
                    type="date", value=value, on_change=lambda day, at=at: state.set_day(at, day)
                ),
            )
            for at, text, value in (
                ("start", "From", state.period_start),
                ("end", "To", state.period_end),
            )
        ],
        rx.el.p(state.period_problem, class_name="wrong", role="alert"),
        class_name="days",
    )
    options = {"": "All time"} | DAYS_BACK | {OTHER_PERIOD: "Other days"}
    return rx.el.div(
        rx.el.label(
            "Period",
            rx.el.select(
                *[rx.el.option(text, value=value) for value, text in options.items()],
                value=state.period,
                on_change=state.set_period,
            ),
        ),
        rx.cond(state.period == OTHER_PERIOD, days),
        class_name="period",
    )


def chart_panel(chart: Chart, state: type[DashboardMixin]) -> rx.Component:
    """A chart with its title. A press on a point leads to its rows, and so do the links of the table below."""
    draw = {"bar": _bar, "line": _line, "pie": _pie}[chart.kind]
    shown: rx.Var[ChartPoints] = state.chart_points[chart.id]
    ready = state.chart_points.contains(chart.id)
    return rx.el.section(
        rx.el.div(
            rx.heading(chart.title, as_="h2", size="3"),
            rx.cond(ready, rx.el.span(local("count", shown.note), class_name="muted note")),
            _all_time(chart.view.date, state),
            class_name="section-header",
        ),
        rx.cond(
            ready,
            rx.cond(
                shown.points.length() > 0,
                rx.fragment(
                    rx.el.div(
                        draw(shown.points, writer(chart.name_kind), chart.id),
                        class_name="chart",
                        role="img",
                        aria_label=chart.title,
                    ),
                    _numbers(chart, shown.points),
                ),
                rx.el.p("No data for this chart.", class_name="muted chart"),
            ),
            rx.el.div(class_name="skeleton chart"),
        ),
        class_name="panel padded",
        custom_attrs={"data-chart": chart.id},
    )


def _numbers(chart: Chart, points: Points) -> rx.Component:
    """The points as a table, for those who cannot press a bar or see it."""

    def row(point: rx.Var[dict[str, Any]], at: rx.Var[int]) -> rx.Component:
        name = local(chart.name_kind, point["name"].to(str))
        link = rx.link(name, href=point["href"].to(str), custom_attrs={"data-point": at})
        value = rx.cond(point["value"] != None, local("number", point["value"].to_string()), "—")  # noqa: E711
        return rx.el.tr(
            rx.el.th(rx.cond(point["href"] != "", link, name), scope="row"),
            rx.el.td(value, class_name="number"),
        )

    return rx.el.details(
        rx.el.summary("Show the numbers", class_name="muted note"),
        rx.el.div(
            rx.el.table(rx.el.tbody(rx.foreach(points, row)), aria_label=chart.title),
            class_name="numbers",
        ),
    )


def _pressed(chart: str) -> dict[str, rx.Var[Any]]:
    """Bars and slices say at which place in the points they are."""
    return {
        "onClick": rx.Var(
            f"(_, at) => {_click}({chart!r}, at)", _var_data=_click._get_all_var_data()
        )
    }


def _bar(points: Points, write_name: rx.Var[Any], chart: str) -> rx.Component:
    return rx.recharts.bar_chart(
        *_frame(write_name),
        rx.recharts.bar(
            data_key="value",
            fill="var(--accent-9)",
            radius=[4, 4, 0, 0],
            max_bar_size=48,
            is_animation_active=False,
            custom_attrs=_pressed(chart),
        ),
        data=points,
        width="100%",
        height=HEIGHT,
    )


def _line(points: Points, write_name: rx.Var[Any], chart: str) -> rx.Component:
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
        custom_attrs={
            "onClick": rx.Var(
                f"(state) => {_click}({chart!r}, state?.activeTooltipIndex)",
                _var_data=_click._get_all_var_data(),
            )
        },
        width="100%",
        height=HEIGHT,
    )


def _pie(points: Points, write_name: rx.Var[Any], chart: str) -> rx.Component:
    return rx.recharts.pie_chart(
        rx.recharts.pie(
            rx.foreach(
                points,
                lambda _, at: rx.recharts.cell(fill=SLICE_COLORS[at % SLICE_COLORS.length()]),
            ),
            data=points,
            data_key="value",
            name_key="name",
            inner_radius="58%",
            outer_radius="88%",
            stroke="var(--color-panel-solid)",
            is_animation_active=False,
            custom_attrs=_pressed(chart),
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
