"""What was not delivered, and why."""

from typing import Any

import reflex as rx

from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.numbers import clock_time, count, time_ago
from proto_ddf.web.shared.components.submitting import submits

STATE = NotificationsState


def undelivered_section() -> rx.Component:
    rows = rx.el.ul(
        rx.foreach(STATE.deliveries, _row),
        class_name="pd-rows pd-panel",
        aria_label="Not delivered",
    )
    more = rx.cond(
        STATE.undelivered > STATE.deliveries.length(),
        rx.el.span("The newest ", count(STATE.deliveries.length()), " are listed."),
        rx.fragment(),
    )
    none = rx.el.p("Everything was delivered.", class_name="pd-quiet", margin="0")
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Not delivered", class_name="pd-section-title"),
            rx.el.span(count(STATE.undelivered), " ", more, class_name="pd-quiet"),
            class_name="pd-section-head",
        ),
        rx.cond(STATE.deliveries.length() > 0, rows, none),
        class_name="pd-section",
    )


def _row(delivery: Any) -> rx.Component:
    next_attempt = rx.cond(
        delivery.not_before,
        rx.el.span("Not before ", clock_time(delivery.not_before)),
        rx.fragment(),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(delivery.title, class_name="pd-section-title"),
                status_badge(delivery.state, of="delivery"),
                class_name="pd-row-line pd-row-main",
                flex_wrap="wrap",
            ),
            rx.cond(delivery.error, rx.el.span(delivery.error), rx.fragment()),
            rx.el.div(
                rx.el.span("By ", delivery.channel),
                time_ago(delivery.created_at),
                rx.cond(
                    delivery.attempts > 0,
                    rx.el.span("Attempts: ", delivery.attempts),
                    rx.fragment(),
                ),
                next_attempt,
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-callout-text",
        ),
        rx.cond(delivery.can_send_again, _send_again(delivery), rx.fragment()),
        class_name="pd-row pd-error-row",
        custom_attrs={"data-delivery": delivery.id, "data-state": delivery.state},
    )


def _send_again(delivery: Any) -> rx.Component:
    return rx.button(
        "Send again",
        custom_attrs=submits(
            STATE.send_again(delivery.id), "Send a message again", key=delivery.id
        ),
        disabled=STATE.busy.contains(delivery.id),
        aria_label="Send again: " + delivery.title,
        variant="soft",
        size="2",
        type="button",
    )
