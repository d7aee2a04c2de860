"""Figures about errors over a range of time: each with its definition and what it is computed from."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink  # type: ignore[import-untyped]

from proto_ddf.web.errors.error_chart import error_chart
from proto_ddf.web.errors.figures_state import ADDRESSES, FiguresState
from proto_ddf.web.errors.figures_tables import (
    components_table,
    effects_table,
    patterns_list,
    types_table,
)
from proto_ddf.web.shared.components.numbers import change, count, duration, percentage

_RANGE_WORDS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}


def figures_section() -> rx.Component:
    state = FiguresState
    figures: Any = state.figures
    is_late = figures.time_range != state.time_range
    shown = rx.el.div(
        _numbers(figures),
        error_chart(figures),
        rx.el.div(
            types_table(figures),
            effects_table(figures),
            components_table(figures),
            class_name="pd-two",
        ),
        patterns_list(figures),
        class_name=rx.cond(is_late, "pd-stack pd-late", "pd-stack"),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Over time", class_name="pd-section-title"),
            _ranges(),
            class_name="pd-errors-head",
        ),
        shown,
        id="figures",
        class_name="pd-section",
        aria_label="Over time",
        custom_attrs={"data-range": figures.time_range},
    )


def _ranges() -> rx.Component:
    links = [
        ReactRouterLink.create(
            _RANGE_WORDS[each],
            to=address,
            replace=True,
            prevent_scroll_reset=True,
            class_name="pd-chip pd-chip-link",
            custom_attrs={
                "aria-current": rx.cond(FiguresState.time_range == each, "true", "false")
            },
        )
        for each, address in ADDRESSES.items()
    ]
    return rx.el.nav(*links, class_name="pd-chips", aria_label="Range of time")


def _numbers(figures: Any) -> rx.Component:
    compared = rx.cond(
        change(figures.change), change(figures.change) + " against the same time before; ", ""
    )
    return rx.el.dl(
        _figure(
            "Errors",
            count(figures.errors),
            rx.fragment(
                _rounded(figures.errors_per_hour), " an hour; ", compared, figures.direction, "."
            ),
        ),
        _figure(
            "Success rate",
            percentage(figures.success_rate),
            rx.fragment(
                "Runs of operations that succeeded, of all that ended and were not cancelled: ",
                f"{figures.succeeded} of n = {figures.runs}.",
            ),
        ),
        _figure(
            "Failure rate",
            percentage(figures.failure_rate),
            rx.fragment("Those that failed: ", f"{figures.failed} of n = {figures.runs}."),
        ),
        _figure(
            "Mean time to repair (MTTR)",
            duration(figures.mttr_seconds),
            rx.fragment(
                "From the first error until it was resolved: the mean of ",
                f"n = {figures.repaired} resolved in this time.",
            ),
        ),
        _figure(
            "Mean time between failures (MTBF)",
            duration(figures.mtbf_seconds),
            rx.fragment(
                "This time, divided by how often something began to fail: ",
                f"n = {figures.failures}.",
            ),
        ),
        class_name="pd-panel pd-figures",
    )


def _rounded(number: Any) -> rx.Var[str]:
    shown: rx.Var[str] = rx.vars.FunctionStringVar.create(
        "((n) => n.toLocaleString(undefined, {maximumFractionDigits: n < 10 ? 1 : 0}))"
    ).call(number)
    return shown.to(str)


def _figure(name: str, value: Any, definition: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="pd-quiet"),
        rx.el.dd(
            rx.cond(value, value, rx.el.span("no data", class_name="pd-quiet")),
            class_name="pd-figure",
        ),
        rx.el.dd(definition, class_name="pd-quiet pd-definition"),
    )
