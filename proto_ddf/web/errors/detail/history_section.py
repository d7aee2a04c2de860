"""What happened to an incident, and what was done about it."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.detail.state import IncidentPageState
from proto_ddf.web.shared.components.numbers import clock_time, time_ago

_ICONS = {
    "opened": "circle-alert",
    "errors": "circle-x",
    "regressed": "rotate-ccw",
    "resolved": "circle-check",
    "acknowledged": "eye",
    "muted": "bell-off",
    "unmuted": "bell",
    "note": "sticky-note",
    "repair": "wrench",
    "escalation": "user-round",
    "notification": "send",
    "pull_request": "git-pull-request",
}


def history_section() -> rx.Component:
    history: Any = IncidentPageState.history
    listed = rx.el.ol(
        rx.foreach(history.events, _entry),
        class_name="pd-rows pd-panel",
        aria_label="Timeline, newest first",
    )
    cut = rx.el.p("Older events are not shown.", class_name="pd-quiet pd-plain")
    return rx.el.section(
        rx.el.h2("Timeline", class_name="pd-section-title"),
        listed,
        rx.cond(history.is_cut, cut, rx.fragment()),
        class_name="pd-section",
    )


def _entry(entry: Any) -> rx.Component:
    icons = [(kind, rx.icon(name, size=16, aria_hidden="true")) for kind, name in _ICONS.items()]
    title = rx.cond(
        entry.href,
        rx.link(entry.title, href=entry.href, class_name="pd-link"),
        rx.el.span(entry.title),
    )
    return rx.el.li(
        rx.match(entry.kind, *icons, rx.icon("circle", size=16, aria_hidden="true")),
        rx.el.div(
            title,
            rx.cond(
                entry.text, rx.el.span(entry.text, class_name="pd-quiet pd-note"), rx.fragment()
            ),
            class_name="pd-row-main",
        ),
        rx.el.div(clock_time(entry.at), time_ago(entry.at), class_name="pd-quiet pd-facts"),
        class_name="pd-row pd-line-row pd-history-entry",
        custom_attrs={"data-history": entry.kind},
    )
