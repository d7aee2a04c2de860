"""The list of incidents, the most urgent first."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.alerts_panel import alerts_panel
from proto_ddf.web.errors.parts import error_again, failed_operation, occurrences, severity
from proto_ddf.web.errors.state import FILTERS, OPEN, ErrorListState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, error_details
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.filters import state_filters
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button

_FILTER_WORDS = {OPEN: "Open", "muted": "Muted", "resolved": "Resolved"}


def errors_page() -> rx.Component:
    state = ErrorListState
    rows = rx.el.ol(rx.foreach(state.incidents, _row), class_name="pd-rows pd-panel")
    return page(
        "Errors",
        error_callout(state),
        alerts_panel(),
        state_filters({each: _FILTER_WORDS[each] for each in FILTERS}, state.only, state.show_only),
        rx.cond(
            state.loaded,
            rx.cond(state.incidents, rows, _none()),
            skeleton_rows(4, height="112px"),
        ),
        action=link_button(
            "Reports", "/errors/reports", icon="file-chart-column", compact=True, variant="soft"
        ),
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
    nothing_open = empty_state(
        "shield-check",
        "No open errors",
        "Errors are listed here with their message and details, and can be tried again.",
    )
    nothing_such = empty_state(
        "list-filter", "None in this state", "Choose Open to see what is broken now."
    )
    return rx.cond(ErrorListState.only == OPEN, nothing_open, nothing_such)
