"""How many errors came in each hour or day, as bars and as a table."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.numbers import count, local_time


def error_chart(figures: Any) -> rx.Component:
    """Nothing if there was no error, or there are too few bars to compare."""
    bars = figures.bars
    title = rx.cond(figures.grain == "hour", "Errors per hour", "Errors per day")
    chart = rx.el.figure(
        rx.el.figcaption(
            title, rx.el.span("at most ", count(figures.highest), class_name="pd-quiet pd-number")
        ),
        rx.el.div(
            rx.foreach(bars, _bar),
            class_name="pd-bars",
            role="img",
            aria_label=title
            + ": at most "
            + count(figures.highest)
            + ", "
            + count(figures.errors)
            + " in all",
        ),
        rx.el.div(
            rx.el.span(local_time(bars[0].at)),
            rx.el.span("now"),
            class_name="pd-quiet pd-bars-axis",
        ),
        rx.el.details(
            rx.el.summary("As a table"),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(rx.el.th("From", scope="col"), rx.el.th("Errors", scope="col"))
                ),
                rx.el.tbody(rx.foreach(bars, _row)),
                class_name="pd-bars-table",
            ),
            class_name="pd-details",
        ),
        class_name="pd-panel pd-chart",
    )
    return rx.cond((figures.errors > 0) & (bars.length() > 2), chart, rx.fragment())


def _bar(bar: Any) -> rx.Component:
    return rx.el.div(
        class_name="pd-bar",
        style={"height": f"{bar.height}%"},
        title=local_time(bar.at) + ": " + count(bar.errors),
    )


def _row(bar: Any) -> rx.Component:
    """Hours and days without errors are left out."""
    row = rx.el.tr(rx.el.td(local_time(bar.at)), rx.el.td(count(bar.errors)))
    return rx.cond(bar.errors > 0, row, rx.fragment())
