"""Messages of a page: something failed, is loading, or is empty."""

from typing import Any

import reflex as rx

from ..errors import Problem


@rx.memo
def callout(problem: rx.Var[Problem], on_retry: rx.EventHandler) -> rx.Component:
    """The error and what to do; with Try Again if that can help."""
    return _callout(problem, rx.button("Try Again", on_click=on_retry, **_RETRY))


@rx.memo
def form_callout(problem: rx.Var[Problem]) -> rx.Component:
    """The same above a form, where Try Again submits the form again. It gets the focus if no field is invalid, so that
    it is seen after saving at the end of a long form."""
    again = rx.button("Try Again", type="submit", **_RETRY)
    return _callout(problem, again, id="form-problem", tab_index=-1)


_RETRY: dict[str, Any] = {"color_scheme": "red", "variant": "solid"}


def _callout(problem: rx.Var[Problem], retry: rx.Component, **attributes: object) -> rx.Component:
    return rx.el.div(
        rx.cond(
            problem.title != "",
            rx.el.div(
                rx.icon("triangle-alert", size=18, aria_hidden="true", class_name="callout-icon"),
                rx.el.div(
                    rx.el.p(problem.title, class_name="callout-title"),
                    rx.el.p(problem.message),
                    rx.cond(problem.hint != "", rx.el.p(problem.hint, class_name="muted")),
                    class_name="callout-text",
                ),
                rx.cond(problem.can_retry, retry),
                class_name="callout",
            ),
        ),
        role="alert",
        **attributes,
    )


@rx.memo
def skeleton_lines(count: rx.Var[int]) -> rx.Component:
    """Placeholders for content that is loading."""
    return rx.el.div(
        rx.foreach(rx.Var.range(count), lambda _: rx.el.div(class_name="skeleton")),
        rx.el.span("Loading", class_name="hidden"),
        class_name="skeletons",
        aria_busy="true",
    )


def empty_state(
    icon: str, title: Any, text: Any, action: rx.Component | None = None
) -> rx.Component:
    """A message that there is nothing here, and what to do about it."""
    return rx.el.div(
        rx.icon(icon, size=28, aria_hidden="true"),
        rx.el.p(title, class_name="empty-title"),
        rx.el.p(text, class_name="muted"),
        action or rx.fragment(),
        class_name="empty-state",
    )
