"""The list of recorded errors, newest first."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.state import ErrorListState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, error_details
from proto_ddf.web.shared.components.countdown import try_again_button
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.numbers import time_ago


def errors_page() -> rx.Component:
    state = ErrorListState
    rows = rx.el.ol(rx.foreach(state.errors, _row), class_name="pd-rows pd-panel")
    none = empty_state(
        "shield-check",
        "No errors",
        "Errors are listed here with their message and details, and can be tried again.",
    )
    return page(
        "Errors",
        error_callout(state),
        rx.cond(state.loaded, rx.cond(state.errors, rows, none), skeleton_rows(4, height="96px")),
    )


def _row(error: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.el.span(error.title, class_name="pd-callout-title"),
                    status_badge(rx.cond(error.resolved, "resolved", "open")),
                    class_name="pd-row-main pd-row-line",
                ),
                rx.el.span(error.message),
                rx.cond(error.hint, rx.el.span(error.hint, class_name="pd-quiet"), rx.fragment()),
                rx.el.div(
                    _operation(error),
                    time_ago(error.at),
                    rx.el.span(error.error_type),
                    class_name="pd-quiet pd-facts",
                ),
                error_details(error.details),
                class_name="pd-callout-text",
            ),
            rx.cond(error.can_retry, _try_again(error), rx.fragment()),
            class_name="pd-row pd-error-row",
        )
    )


def _operation(error: Any) -> rx.Component:
    return rx.cond(
        error.operation_id,
        rx.link(error.operation, href=f"/operations/{error.operation_id}", class_name="pd-link"),
        rx.el.span(error.operation),
    )


def _try_again(error: Any) -> rx.Component:
    button = try_again_button(
        busy=ErrorListState.retrying_id == error.id,
        on_click=ErrorListState.try_again(error.id),
        until=error.retry_at,
        seconds=ErrorListState.waits[error.id],
        name="Try Again: " + error.operation,
    )
    return rx.el.div(button, class_name="pd-error-again")
