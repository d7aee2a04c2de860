"""Errors and notices on a page."""

from typing import Literal

import reflex as rx

from proto_ddf.web.shared.components.countdown import try_again_button
from proto_ddf.web.shared.components.fields import field_error
from proto_ddf.web.shared.state.errors import ErrorMixin

__all__ = ["error_box", "error_callout", "field_error", "notice"]

_ICONS = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-x",
}


def error_callout(state: type[ErrorMixin]) -> rx.Component:
    """The callout of a page's state; nothing if there is no error. Put it first in the page.

    page("Sources", error_callout(SourcesState), ...)
    """
    retry = rx.cond(
        state.error_can_retry,
        try_again_button(
            busy=state.error_retrying,
            on_click=state.retry_operation,
            until=state.error_retry_at,
            seconds=state.error_wait,
        ),
        rx.fragment(),
    )
    dismiss = rx.button(
        "Dismiss",
        on_click=state.dismiss_error,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )
    return rx.cond(
        state.error_shown,
        error_box(
            title=state.error_title,
            message=state.error_message,
            hint=state.error_hint,
            error_type=state.error_type,
            details=state.error_details,
            actions=[retry, dismiss],
            on_mouse_enter=state.pause_auto_clear("pointer"),
            on_mouse_leave=state.resume_auto_clear("pointer"),
            on_focus=state.pause_auto_clear("focus"),
            on_blur=state.resume_auto_clear("focus"),
        ),
        rx.fragment(),
    )


def error_box(
    *,
    title: rx.Var[str] | str,
    message: rx.Var[str] | str,
    hint: rx.Var[str] | str,
    error_type: rx.Var[str] | str,
    details: rx.Var[str] | str,
    actions: list[rx.Component],
    **props: object,
) -> rx.Component:
    """An error: its title, message and hint, and details that can be unfolded and copied."""
    return rx.el.div(
        rx.icon("circle-x", size=18, aria_hidden="true"),
        rx.el.div(
            rx.el.div(title, class_name="pd-callout-title"),
            rx.el.div(message),
            rx.cond(hint, rx.el.div(hint, class_name="pd-callout-hint"), rx.fragment()),
            rx.el.div(
                *actions,
                rx.el.span(error_type, class_name="pd-quiet"),
                class_name="pd-callout-actions",
            ),
            error_details(details),
            class_name="pd-callout-text",
        ),
        class_name="pd-callout pd-tone-error",
        role="alert",
        aria_live="assertive",
        **props,
    )


def error_details(details: rx.Var[str] | str) -> rx.Component:
    """The context of an error, folded, with a button that copies it."""
    return rx.el.details(
        rx.el.summary("Details"),
        rx.el.pre(details, class_name="pd-code", tab_index=0, aria_label="Details of the error"),
        rx.button(
            rx.icon("copy", size=14, aria_hidden="true"),
            "Copy",
            on_click=rx.set_clipboard(details),
            variant="soft",
            color_scheme="gray",
            size="1",
            type="button",
            margin_top="8px",
        ),
        class_name="pd-details",
    )


def notice(
    *children: rx.Component | rx.Var[str] | str,
    kind: Literal["info", "success", "warning", "error"] = "info",
) -> rx.Component:
    """A notice that stays on the page: `notice("Connected.", kind="success")`."""
    return rx.el.div(
        rx.icon(_ICONS[kind], size=18, aria_hidden="true"),
        rx.el.div(*children, class_name="pd-callout-text"),
        class_name=f"pd-callout pd-tone-{kind}",
        role="status",
    )
