"""The frame of a section of the page of all errors: in one line if there is nothing."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.numbers import count


def section(
    anchor: str,
    title: str,
    content: rx.Component,
    *,
    number: Any,
    nothing: str,
    beside: rx.Component | rx.Var[str] | None = None,
) -> rx.Component:
    """`number` is how many there are, `nothing` what is said if there are none, `beside` stands after the title.

    section("escalating", "Escalating", rows, number=S.escalating.total, nothing="Nothing is escalating.")
    """
    has_any = number > 0
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="pd-section-title"),
            rx.cond(
                has_any,
                rx.el.span(count(number), class_name="pd-quiet pd-number"),
                rx.el.span(nothing, class_name="pd-quiet"),
            ),
            rx.el.span(beside, class_name="pd-quiet") if beside is not None else rx.fragment(),
            class_name="pd-errors-head",
        ),
        rx.cond(has_any, content, rx.fragment()),
        id=anchor,
        class_name="pd-section",
        aria_label=title,
        custom_attrs={"data-number": number},
    )
