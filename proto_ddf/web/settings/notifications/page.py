"""/settings/notifications."""

import reflex as rx

from proto_ddf.web.settings.notifications.channel_form import channel_form
from proto_ddf.web.settings.notifications.channel_list import channel_list
from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.settings.notifications.undelivered import undelivered_section
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import compact_label
from proto_ddf.web.shared.components.operation import operation_panel

STATE = NotificationsState


def notifications_page() -> rx.Component:
    return page(
        "Notifications",
        error_callout(STATE),
        rx.cond(STATE.enabled, rx.fragment(), _switched_off()),
        rx.cond(STATE.form_open, channel_form(), rx.fragment()),
        operation_panel(STATE, result=notice("The message was taken.", kind="success")),
        rx.cond(
            STATE.loaded,
            rx.fragment(
                rx.cond(STATE.channels.length() > 0, channel_list(), _nothing_yet()),
                undelivered_section(),
            ),
            skeleton_rows(3, height="120px"),
        ),
        breadcrumbs=[("Settings", "/settings")],
        action=_add(compact=True),
    )


def _add(*, compact: bool = False) -> rx.Component:
    label = "Add a channel"
    return rx.button(
        rx.icon("plus", size=16, aria_hidden="true"),
        compact_label(label) if compact else label,
        on_click=STATE.open_form,
        size="2",
        type="button",
    )


def _switched_off() -> rx.Component:
    return notice(
        rx.el.div("Notifications are switched off", class_name="pd-callout-title"),
        rx.el.div("Nothing is sent while ENABLE_NOTIFICATIONS is false."),
        kind="warning",
    )


def _nothing_yet() -> rx.Component:
    return empty_state(
        "bell",
        "No channels yet",
        "By a channel Proto-DDF tells you of new errors, alerts and reports: in Slack, by e-mail, as issues of Linear, or "
        "by any other service.",
        _add(),
    )
