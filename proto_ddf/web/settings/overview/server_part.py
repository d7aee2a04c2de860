"""The settings of the server, to read."""

from typing import Any

import reflex as rx

from proto_ddf.web.settings.overview.server_state import ServerFactsState
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import skeleton_rows

STATE = ServerFactsState


def server_part() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Server", class_name="pd-section-title"),
            rx.el.span(
                "To change one, set its variable, or write it in the file .env, and start again.",
                class_name="pd-quiet",
            ),
            class_name="pd-settings-head",
        ),
        error_callout(STATE),
        rx.cond(
            STATE.loaded,
            rx.el.div(rx.foreach(STATE.groups, _group), class_name="pd-panel pd-settings-facts"),
            skeleton_rows(4, height="120px"),
        ),
        class_name="pd-section",
        id="server",
    )


def _group(group: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(group.title),
        rx.el.dl(rx.foreach(group.facts, _fact)),
        class_name="pd-settings-group",
    )


def _fact(fact: Any) -> rx.Component:
    variable = rx.cond(fact.variable, rx.el.code(fact.variable), rx.fragment())
    return rx.el.div(
        rx.el.dt(fact.label, " ", variable),
        rx.el.dd(fact.value),
        class_name="pd-settings-fact",
    )
