"""How much room is left, and what was refused or removed."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.shared.components.numbers import count, file_size


def headroom_section() -> rx.Component:
    room: Any = SituationState.headroom
    facts = rx.el.dl(
        _fact("Free disk", _of(room.disk_free, room.disk_total), room.disk_low, "Too little"),
        _fact(
            "Free memory", _of(room.memory_free, room.memory_total), room.memory_low, "Too little"
        ),
        _fact("Memory of Proto-DDF", file_size(room.own_memory)),
        _fact(
            "Errors waiting to be stored",
            count(room.errors_waiting),
            room.errors_stuck,
            "Cannot be stored now",
        ),
        _fact("Operations waiting", count(room.operations_waiting)),
        _fact("Notifications waiting", count(room.deliveries_waiting)),
        class_name="pd-panel pd-figures",
    )
    return rx.el.section(
        rx.el.div(rx.el.h2("Headroom", class_name="pd-section-title"), class_name="pd-errors-head"),
        facts,
        _discarded(room),
        _switched_off(SituationState.switched_off),
        id="headroom",
        class_name="pd-section",
        aria_label="Headroom",
    )


def _of(free: Any, total: Any) -> rx.Component:
    return rx.fragment(
        file_size(free), rx.el.span(" of ", file_size(total), class_name="pd-quiet pd-number")
    )


def _fact(name: str, value: Any, is_bad: Any = None, why: str = "") -> rx.Component:
    """`why` is shown beside the value if it is bad."""
    warning = rx.el.span(
        rx.icon("triangle-alert", size=14, aria_hidden="true"), why, class_name="pd-low"
    )
    shown = rx.fragment() if is_bad is None else rx.cond(is_bad, warning, rx.fragment())
    return rx.el.div(
        rx.el.dt(name, class_name="pd-quiet"), rx.el.dd(value, shown, class_name="pd-figure")
    )


def _discarded(room: Any) -> rx.Component:
    listed = rx.el.ul(
        rx.foreach(room.discarded, lambda each: rx.el.li(count(each.count), " ", each.reason)),
        class_name="pd-plain-list",
    )
    return rx.cond(
        room.discarded.length() > 0,
        rx.el.div(
            f"Errors of the last {room.discarded_days} days that were refused or removed:",
            listed,
            class_name="pd-quiet",
        ),
        rx.el.p(
            f"No error of the last {room.discarded_days} days was refused or removed.",
            class_name="pd-quiet pd-plain",
        ),
    )


def _switched_off(parts: Any) -> rx.Component:
    return rx.cond(
        parts.length() > 0,
        rx.el.p(
            "Switched off by settings: ", parts.join(", "), ".", class_name="pd-quiet pd-plain"
        ),
        rx.fragment(),
    )
