"""The list of sessions."""

from typing import Any

import reflex as rx

from proto_ddf.web.settings.overview.sessions_state import SessionsState
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import confirm_dialog, skeleton_rows
from proto_ddf.web.shared.components.numbers import count, time_ago

STATE = SessionsState


def sessions_part() -> rx.Component:
    listed = rx.el.ul(
        rx.foreach(STATE.rows, _row),
        class_name="pd-rows pd-panel pd-settings-list",
        aria_label="Sessions",
    )
    more = rx.cond(
        STATE.total > STATE.rows.length(),
        rx.el.p(
            "Of ",
            count(STATE.total),
            " sessions those used last are listed.",
            class_name="pd-quiet",
            margin="0",
        ),
        rx.fragment(),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Sessions", class_name="pd-section-title"),
            rx.cond(STATE.others > 0, _end_others(), rx.fragment()),
            class_name="pd-section-head",
        ),
        error_callout(STATE),
        rx.cond(STATE.loaded, rx.fragment(listed, more), skeleton_rows(1, height="64px")),
        class_name="pd-section",
        id="sessions",
    )


def _row(session: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(session.user_name, class_name="pd-section-title"),
                rx.cond(session.is_this, rx.badge("This browser"), rx.fragment()),
                class_name="pd-row-line",
            ),
            rx.el.div(
                rx.el.span(session.device),
                rx.el.span("From ", session.address),
                rx.el.span("Used ", time_ago(session.seen_at)),
                rx.el.span("Since ", time_ago(session.begun_at)),
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-row-main",
        ),
        rx.cond(session.is_this, rx.fragment(), _end(session)),
        class_name="pd-row",
        custom_attrs={"data-session": session.user_name},
    )


def _end(session: Any) -> rx.Component:
    return confirm_dialog(
        _button("End", aria_label=f"End the session of {session.user_name}, {session.device}"),
        title="End this session?",
        text="The browser has to sign in again. What it has not sent yet stays in it.",
        confirm_label="End session",
        on_confirm=STATE.revoke(session.id),
    )


def _end_others() -> rx.Component:
    return confirm_dialog(
        _button("End all my others"),
        title="End all your other sessions?",
        text="All other browsers in which you are signed in have to sign in again.",
        confirm_label="End sessions",
        on_confirm=STATE.revoke_others,
        cancel_label="Keep them",
    )


def _button(label: str, **props: Any) -> rx.Component:
    return rx.button(
        label,
        disabled=STATE.busy,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        **props,
    )
