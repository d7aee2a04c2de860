"""The bell in the header: how many errors call for attention, and the newest of them."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.shared.state.bell import BellState


def bell() -> rx.Component:
    number: Any = BellState.number
    any_there = BellState.loaded & (number > 0)
    words = rx.cond(
        BellState.loaded,
        rx.match(
            number,
            (0, "No new errors"),
            (1, "1 error needs attention"),
            count(number) + " errors need attention",
        ),
        "Errors that need attention",
    )
    badge = rx.el.span(
        rx.cond(number > 99, "99+", count(number)),
        class_name="pd-bell-number",
        aria_hidden="true",
    )
    button = rx.icon_button(
        rx.icon("bell", size=16, aria_hidden="true"),
        rx.cond(any_there, badge, rx.fragment()),
        variant="ghost",
        color_scheme="gray",
        size="2",
        type="button",
        class_name="pd-bell",
        aria_label=words,
        custom_attrs={"data-errors": rx.cond(BellState.loaded, number.to(str), "")},
    )
    return rx.popover.root(
        rx.popover.trigger(button),
        rx.popover.content(
            _content(),
            width="min(360px, calc(100vw - 32px))",
            padding="0",
            aria_label="New errors",
        ),
    )


def _content() -> rx.Component:
    lines: Any = BellState.lines
    listed = rx.el.ul(
        rx.foreach(lines, _line), class_name="pd-rows", aria_label="Errors that need attention"
    )
    none = rx.el.p("No new errors.", class_name="pd-quiet pd-bell-none")
    close = rx.popover.close(rx.link("All errors", href="/errors", class_name="pd-link", size="2"))
    return rx.el.div(
        rx.cond(lines.length() > 0, listed, none),
        rx.el.div(close, class_name="pd-bell-foot"),
    )


def _line(incident: Any) -> rx.Component:
    link = rx.popover.close(
        rx.link(incident.title, href=f"/errors/{incident.id}", class_name="pd-link", size="2")
    )
    return rx.el.li(
        rx.el.div(
            link,
            rx.el.span(time_ago(incident.last_seen), class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        status_badge(incident.state, of="incident"),
        class_name="pd-row",
    )
