"""The controls that several parts of the plan's editor have."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.web.generate.plan_state import NAME_PARTS


def typed_name(*parts: str | rx.Var[str]) -> rx.Var[str]:
    """The name of a text control of the plan in the form that is sent."""
    return rx.Var.create(list(parts)).join(NAME_PARTS)


def remove_button(label: str | rx.Var[str], event: EventSpec) -> rx.Component:
    return rx.icon_button(
        rx.icon("x", size=14, aria_hidden="true"),
        on_click=event,
        variant="ghost",
        color_scheme="gray",
        size="1",
        type="button",
        aria_label=label,
    )


def choice(
    label: str | rx.Var[str],
    *chosen_from: rx.Component,
    value: str | rx.Var[str],
    on_change: Any,
) -> rx.Component:
    """A select without a visible label."""
    return rx.el.select(
        *chosen_from,
        value=value,
        on_change=on_change,
        aria_label=label,
        class_name="pd-select",
    )


def options(values: rx.Var[list[str]], first: str) -> list[rx.Component]:
    return [
        rx.el.option(first, value=""),
        rx.foreach(values, lambda value: rx.el.option(value, value=value)),
    ]


def move_buttons(name: str | rx.Var[str], up: EventSpec, down: EventSpec) -> rx.Component:
    """The buttons that move an entry up and down in its list."""
    return rx.el.span(
        *[
            rx.icon_button(
                rx.icon(icon, size=14, aria_hidden="true"),
                on_click=event,
                variant="ghost",
                color_scheme="gray",
                size="1",
                type="button",
                aria_label=f"Move {word}: " + name,
            )
            for word, icon, event in (("up", "chevron-up", up), ("down", "chevron-down", down))
        ],
        class_name="pd-plan-move",
    )
