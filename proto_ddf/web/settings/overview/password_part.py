"""The own account: who it is, and a new password."""

import reflex as rx

from proto_ddf.accounts.passwords import LONGEST, SHORTEST
from proto_ddf.web.access.state import AccessState
from proto_ddf.web.settings.overview.password_state import PasswordState
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.fields import form_field

STATE = PasswordState


def password_part() -> rx.Component:
    change = rx.button(
        "Change password",
        on_click=STATE.open_form,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )
    return rx.el.section(
        rx.el.h2("Your account", class_name="pd-section-title"),
        error_callout(STATE),
        rx.cond(
            STATE.changed,
            notice("The password is changed. Other sessions have ended.", kind="success"),
            rx.fragment(),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(AccessState.user_name, class_name="pd-section-title"),
                rx.el.span(AccessState.role.capitalize(), class_name="pd-quiet"),
                class_name="pd-row-main",
            ),
            rx.cond(STATE.form_open, rx.fragment(), change),
            class_name="pd-row pd-panel",
        ),
        rx.cond(STATE.form_open, _form(), rx.fragment()),
        class_name="pd-section",
        id="account",
    )


def _form() -> rx.Component:
    return rx.el.form(
        _field("old_password", "Current password", "current-password"),
        _field(
            "password",
            "New password",
            "new-password",
            f"At least {SHORTEST} characters. Your other sessions will end.",
        ),
        _field("repeated", "Repeat the new password", "new-password"),
        rx.el.div(
            rx.button("Change password", type="submit", size="2", loading=STATE.changing),
            rx.button(
                "Cancel",
                on_click=STATE.close_form,
                variant="soft",
                color_scheme="gray",
                size="2",
                type="button",
            ),
            class_name="pd-settings-buttons",
        ),
        on_submit=STATE.change,
        no_validate=True,
        class_name="pd-panel pd-settings-form",
        aria_label="Change password",
    )


def _field(name: str, label: str, autocomplete: str, help_text: str = "") -> rx.Component:
    return form_field(
        label,
        rx.input(name=name, type="password", auto_complete=autocomplete, max_length=LONGEST),
        field_id=name,
        error=STATE.field_errors[name],
        help_text=help_text,
    )
