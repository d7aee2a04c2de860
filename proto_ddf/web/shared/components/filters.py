"""Filters of a list by state."""

from collections.abc import Mapping
from typing import Any

import reflex as rx


def state_filters(
    words: Mapping[str, str], only: rx.Var[str] | str, show_only: Any
) -> rx.Component:
    """A chip for each state, of which one is pressed. `show_only` is the event handler that gets the chosen state.

    state_filters({"open": "Open", "muted": "Muted"}, S.only, S.show_only)
    """
    chips = [
        rx.el.button(
            word,
            type="button",
            on_click=show_only(state),
            class_name="pd-chip",
            custom_attrs={"aria-pressed": rx.cond(only == state, "true", "false")},
        )
        for state, word in words.items()
    ]
    return rx.el.div(*chips, class_name="pd-chips", role="group", aria_label="Filter by state")
