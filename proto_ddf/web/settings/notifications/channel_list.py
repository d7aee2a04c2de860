"""The list of channels, with what each promises and what one can do with it."""

from typing import Any

import reflex as rx

from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.shared.components.submitting import submits

STATE = NotificationsState


def channel_list() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Channels", class_name="pd-section-title"),
        rx.el.ul(
            rx.foreach(STATE.channels, _row), class_name="pd-rows pd-panel", aria_label="Channels"
        ),
        class_name="pd-section",
    )


def _row(channel: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                _icon(channel.kind),
                rx.el.span(channel.name, class_name="pd-section-title pd-cut"),
                status_badge(channel.state, of="channel"),
                class_name="pd-row-line pd-row-main",
                flex_wrap="wrap",
            ),
            rx.cond(channel.last_error, rx.el.span(channel.last_error), rx.fragment()),
            _facts(channel),
            rx.el.p(channel.promise, class_name="pd-quiet", margin="0"),
            class_name="pd-callout-text",
        ),
        _actions(channel),
        class_name="pd-row pd-error-row",
        custom_attrs={"data-channel": channel.name, "data-state": channel.state},
    )


def _icon(kind: Any) -> rx.Component:
    cases = [
        (each.name, rx.icon(each.icon, size=16, color="var(--gray-11)", aria_hidden="true"))
        for each in KINDS.values()
    ]
    return rx.match(kind, *cases, rx.fragment())


def _facts(channel: Any) -> rx.Component:
    origin = rx.el.span("From the environment: change it there, or in the file .env")
    sent = rx.cond(
        channel.last_sent_at,
        rx.el.span("Last message ", time_ago(channel.last_sent_at)),
        rx.fragment(),
    )
    waiting = rx.cond(
        channel.waiting > 0, rx.el.span(count(channel.waiting), " waiting"), rx.fragment()
    )
    return rx.el.div(
        rx.el.span(channel.kind_label),
        rx.cond(channel.config["recipients"], rx.el.span(channel.config["recipients"])),
        sent,
        waiting,
        rx.cond(channel.from_environment, origin, rx.fragment()),
        class_name="pd-quiet pd-facts",
    )


def _actions(channel: Any) -> rx.Component:
    busy = STATE.busy.contains(channel.id)
    test = _button(
        "Test",
        "Test " + channel.name,
        submits(STATE.test(channel.id), "Test a channel", key=channel.id),
        busy | ~channel.enabled | (STATE.operation.state == "running"),
    )
    own = rx.fragment(
        _plain_button("Change", "Change " + channel.name, busy, on_click=STATE.edit(channel.id)),
        rx.cond(
            channel.enabled,
            _switch(channel, "Switch off", False, busy),
            _switch(channel, "Switch on", True, busy),
        ),
        confirm_dialog(
            _plain_button("Remove", "Remove " + channel.name, busy),
            title="Remove this channel?",
            text="Its settings and secrets are deleted. What waits to be sent by it is not sent.",
            confirm_label="Remove channel",
            submitted=submits(STATE.remove(channel.id), "Remove a channel", key=channel.id),
        ),
    )
    return rx.el.div(
        test,
        rx.cond(channel.from_environment, rx.fragment(), own),
        class_name="pd-callout-actions",
    )


def _switch(channel: Any, label: str, on: bool, disabled: Any) -> rx.Component:
    submitted = submits(STATE.switch(channel.id, on), f"{label} a channel", key=channel.id)
    return _button(label, f"{label} " + channel.name, submitted, disabled)


def _button(label: str, name: Any, submitted: dict[str, Any], disabled: Any) -> rx.Component:
    return _plain_button(label, name, disabled, custom_attrs=submitted)


def _plain_button(label: str, name: Any, disabled: Any, **props: Any) -> rx.Component:
    return rx.button(
        label,
        disabled=disabled,
        aria_label=name,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        **props,
    )
