"""The list of operations, and the page of one."""

from typing import Any

import reflex as rx

from proto_ddf.web.operations.state import ALL, FILTERS, OperationPageState, OperationsState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.filters import state_filters
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import duration, time_ago
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.repairs import repairs_section

_FILTER_WORDS = {
    ALL: "All",
    "running": "Running",
    "succeeded": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def operations_page() -> rx.Component:
    state = OperationsState
    rows = rx.el.ol(rx.foreach(state.operations, operation_row), class_name="pd-rows")
    return page(
        "Operations",
        error_callout(state),
        state_filters({each: _FILTER_WORDS[each] for each in FILTERS}, state.only, state.show_only),
        rx.cond(
            state.loaded,
            rx.cond(state.operations, rx.el.div(rows, class_name="pd-panel"), _none()),
            skeleton_rows(6),
        ),
    )


def operation_page() -> rx.Component:
    state = OperationPageState
    shown = rx.cond(state.operation.id, _one(), skeleton_rows(5))
    missing = empty_state(
        "search-x",
        "No such operation",
        "There is no operation at this address. The address may be wrong, or the operation was deleted.",
        link_button("All operations", "/operations", variant="soft"),
    )
    return page(
        rx.cond(
            state.operation_missing,
            "Operation not found",
            rx.cond(state.operation.title, state.operation.title, "Operation"),
        ),
        error_callout(state),
        rx.cond(state.operation_missing, missing, shown),
        breadcrumbs=[("Operations", "/operations")],
    )


def operation_row(operation: Any) -> rx.Component:
    """One line of a list of operations."""
    return rx.el.li(
        rx.el.div(
            rx.link(
                operation.title, href=f"/operations/{operation.id}", class_name="pd-link pd-cut"
            ),
            rx.el.span(time_ago(operation.created_at), class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        rx.el.span(
            duration(operation.duration_seconds), class_name="pd-quiet pd-number pd-row-time"
        ),
        status_badge(operation.state),
        class_name="pd-row",
    )


def _one() -> rx.Component:
    operation = OperationPageState.operation
    facts = rx.el.div(
        rx.el.span("Started ", time_ago(operation.created_at)),
        rx.cond(
            operation.finished_at,
            rx.el.span("Finished ", time_ago(operation.finished_at)),
            rx.fragment(),
        ),
        rx.el.span("Id ", rx.el.code(operation.id)),
        class_name="pd-quiet pd-facts",
    )
    return rx.el.div(
        operation_panel(OperationPageState), repairs_section(), facts, class_name="pd-stack"
    )


def _none() -> rx.Component:
    nothing_yet = empty_state(
        "list-checks",
        "No operations yet",
        "Operations, such as connecting a source or generating an app, are listed here with their steps.",
        link_button("Generate an app", "/generate"),
    )
    nothing_such = empty_state(
        "list-filter", "None in this state", "Choose another state, or All, to see the others."
    )
    return rx.cond(OperationsState.only == ALL, nothing_yet, nothing_such)
