"""The page of all errors: what is broken now, what else calls for attention, and figures over time."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.alerts_panel import alerts_panel
from proto_ddf.web.errors.alerts_state import AlertsPanelState
from proto_ddf.web.errors.figures_section import figures_section
from proto_ddf.web.errors.figures_state import FiguresState
from proto_ddf.web.errors.headroom_section import headroom_section
from proto_ddf.web.errors.parts import (
    affected_links,
    error_again,
    failed_operation,
    occurrences,
    severity,
)
from proto_ddf.web.errors.situation_sections import (
    circuits_section,
    escalating_section,
    news_section,
    repairs_section,
    undelivered_section,
    waiting_section,
)
from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.errors.state import FILTERS, OPEN, ErrorListState
from proto_ddf.web.errors.summary_strip import summary_strip
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, error_details, notice
from proto_ddf.web.shared.components.feedback import skeleton_rows
from proto_ddf.web.shared.components.filters import state_filters
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import count

_FILTER_WORDS = {OPEN: "Open", "muted": "Muted", "resolved": "Resolved"}


def errors_page() -> rx.Component:
    broken, situation, figures = ErrorListState, SituationState, FiguresState
    # All parts appear together, so that none pushes another down.
    is_ready = (
        (broken.was_loaded | broken.error_shown)
        & (situation.loaded | situation.is_stale)
        & (figures.loaded | figures.is_stale)
    )
    return page(
        "Errors",
        error_callout(broken),
        _stale(broken.error_shown),
        alerts_panel(),
        rx.cond(is_ready, _content(), skeleton_rows(5, height="112px")),
        action=link_button(
            "Reports", "/errors/reports", icon="file-chart-column", compact=True, variant="soft"
        ),
    )


def _stale(is_told: Any) -> rx.Component:
    """That a part could not be read, unless an error tells it already."""
    parts = (AlertsPanelState, SituationState, FiguresState)
    is_any = parts[0].is_stale | parts[1].is_stale | parts[2].is_stale
    told = notice(
        "Parts of this page could not be read and may be out of date. They are read again by themselves.",
        kind="warning",
    )
    return rx.cond(is_any & ~is_told, told, rx.fragment())


def _content() -> rx.Component:
    now = rx.el.div(
        news_section(),
        escalating_section(),
        repairs_section(),
        waiting_section(),
        circuits_section(),
        undelivered_section(),
        headroom_section(),
        class_name="pd-stack",
    )
    return rx.el.div(
        summary_strip(),
        _broken(),
        rx.cond(SituationState.loaded, now, rx.fragment()),
        rx.cond(FiguresState.loaded, figures_section(), rx.fragment()),
        class_name="pd-stack",
    )


def _broken() -> rx.Component:
    """What is broken now and for whom; with the other filters what is muted or resolved."""
    state = ErrorListState
    rows = rx.el.ol(rx.foreach(state.incidents, _row), class_name="pd-rows pd-panel")
    show_all = rx.button(
        "Show all ",
        count(state.total),
        on_click=state.show_all,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        align_self="flex-start",
    )
    listed = rx.fragment(
        rows,
        rx.cond((state.total > state.incidents.length()) & ~state.is_all, show_all, rx.fragment()),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                rx.match(state.only, ("muted", "Muted"), ("resolved", "Resolved"), "Broken now"),
                class_name="pd-section-title",
            ),
            state_filters(
                {each: _FILTER_WORDS[each] for each in FILTERS}, state.only, state.show_only
            ),
            class_name="pd-errors-head",
        ),
        rx.cond(
            state.loaded,
            rx.cond(state.incidents, listed, _none()),
            skeleton_rows(2, height="112px"),
        ),
        id="broken",
        class_name="pd-section",
        aria_label="Broken now",
    )


def _row(incident: Any) -> rx.Component:
    error = incident.error
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.link(
                        incident.title,
                        href=f"/errors/{incident.id}",
                        class_name="pd-link pd-section-title",
                    ),
                    status_badge(incident.state, of="incident"),
                    class_name="pd-row-main pd-row-line",
                ),
                rx.el.span(incident.message),
                rx.cond(error.hint, rx.el.span(error.hint, class_name="pd-quiet"), rx.fragment()),
                affected_links(incident.affected),
                rx.el.div(
                    rx.cond(error.id, failed_operation(error), rx.fragment()),
                    occurrences(incident),
                    severity(incident.severity),
                    class_name="pd-quiet pd-facts",
                ),
                rx.cond(error.id, error_details(error.details), rx.fragment()),
                class_name="pd-callout-text",
            ),
            error_again(ErrorListState, error),
            class_name="pd-row pd-error-row",
        ),
        custom_attrs={"data-incident": incident.id, "data-state": incident.state},
    )


def _none() -> rx.Component:
    return rx.el.p(
        rx.match(
            ErrorListState.only,
            (OPEN, "Nothing is broken."),
            ("muted", "Nothing is muted."),
            "Nothing was resolved lately.",
        ),
        class_name="pd-quiet pd-plain",
    )
