"""The accounts: the list, the form of a new one, and the link for its password."""

from typing import Any

import reflex as rx

from proto_ddf.accounts.management import LONGEST_NAME
from proto_ddf.accounts.roles import Role
from proto_ddf.web.settings.overview.accounts_state import NAME_ID, AccountsState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.feedback import confirm_dialog, skeleton_rows
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.numbers import count, time_ago

STATE = AccountsState
_ROLES = {
    Role.VIEWER: "sees everything, changes nothing",
    Role.BUILDER: "connects sources, makes and runs apps",
    Role.ADMIN: "also accounts, settings and the audit",
}


def accounts_part() -> rx.Component:
    add = rx.button(
        rx.icon("plus", size=16, aria_hidden="true"),
        "Add an account",
        on_click=STATE.open_form,
        size="2",
        type="button",
    )
    listed = rx.el.ul(
        rx.foreach(STATE.accounts, _row),
        class_name="pd-rows pd-panel pd-settings-list",
        aria_label="Accounts",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Accounts", class_name="pd-section-title"),
            rx.cond(STATE.form_open, rx.fragment(), add),
            class_name="pd-section-head",
        ),
        error_callout(STATE),
        rx.cond(STATE.link, _link(), rx.fragment()),
        rx.cond(STATE.form_open, _form(), rx.fragment()),
        rx.cond(STATE.loaded, listed, skeleton_rows(2, height="64px")),
        class_name="pd-section",
        id="accounts",
    )


def _form() -> rx.Component:
    items = [
        rx.select.item(f"{role.capitalize()}: {does}", value=role) for role, does in _ROLES.items()
    ]
    return rx.el.form(
        form_field(
            "Name",
            rx.input(name="name", max_length=LONGEST_NAME, auto_complete=False),
            field_id=NAME_ID,
            error=STATE.field_errors["name"],
            help_text="By which the person signs in.",
        ),
        form_field(
            "Role",
            rx.select.root(
                rx.select.trigger(width="100%"),
                rx.select.content(*items, position="popper"),
                value=STATE.role,
                on_change=STATE.set_role,
            ),
            field_id="account-role",
            help_text="It can be changed at any time.",
        ),
        rx.el.div(
            rx.button("Add account", type="submit", size="2", loading=STATE.busy),
            _button("Cancel", STATE.close_form),
            class_name="pd-settings-buttons",
        ),
        on_submit=STATE.create,
        no_validate=True,
        class_name="pd-panel pd-settings-form",
        aria_label="Add an account",
    )


def _link() -> rx.Component:
    return notice(
        rx.el.div("Link for ", STATE.link_name, class_name="pd-callout-title"),
        rx.el.div(
            "Give it to them: by it they choose their password. It works once, for three days, and is shown only now."
        ),
        rx.el.code(STATE.link, class_name="pd-code", custom_attrs={"data-link": ""}),
        rx.el.div(
            _button("Copy", rx.set_clipboard(STATE.link)),
            _button("Hide", STATE.hide_link),
            class_name="pd-callout-actions",
        ),
        kind="success",
    )


def _row(account: Any) -> rx.Component:
    sessions = rx.cond(account.sessions == 1, "1 session", count(account.sessions) + " sessions")
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(account.name, class_name="pd-section-title"),
                status_badge(account.state, of="account"),
                rx.cond(account.is_own, rx.badge("You"), rx.fragment()),
                class_name="pd-row-line",
                flex_wrap="wrap",
            ),
            rx.el.div(
                rx.el.span(sessions),
                rx.el.span("Added ", time_ago(account.created_at)),
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-row-main",
        ),
        rx.el.div(
            _role(account),
            rx.cond(account.is_own, rx.fragment(), _more(account)),
            class_name="pd-settings-buttons",
        ),
        class_name="pd-row pd-error-row",
        custom_attrs={"data-account": account.name, "data-state": account.state},
    )


def _role(account: Any) -> rx.Component:
    items = [rx.select.item(role.capitalize(), value=role) for role in _ROLES]
    return rx.select.root(
        rx.select.trigger(aria_label="Role of " + account.name, width="112px"),
        rx.select.content(*items, position="popper"),
        value=account.role,
        on_change=lambda role: STATE.change_role(account.id, role),
        disabled=STATE.busy,
    )


def _more(account: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(account.sessions > 0, _end_sessions(account), rx.fragment()),
        _button("New password", STATE.make_link(account.id), "New password for " + account.name),
        rx.cond(
            account.state == "disabled",
            _button("Enable", STATE.enable(account.id), "Enable " + account.name),
            confirm_dialog(
                _button("Disable", None, "Disable " + account.name),
                title="Disable this account?",
                text="Its sessions end, and it cannot sign in. What it has done stays, and it can be enabled again.",
                confirm_label="Disable account",
                on_confirm=STATE.disable(account.id),
            ),
        ),
    )


def _end_sessions(account: Any) -> rx.Component:
    return confirm_dialog(
        _button("End sessions", None, "End sessions of " + account.name),
        title="End all sessions of this account?",
        text="The person has to sign in again in each browser, but for the browser that shows this page.",
        confirm_label="End sessions",
        on_confirm=STATE.revoke_sessions(account.id),
        cancel_label="Keep them",
    )


def _button(label: str, on_click: Any, name: Any = None) -> rx.Component:
    props = {"on_click": on_click} if on_click is not None else {}
    if name is not None:
        props["aria_label"] = name
    return rx.button(
        label,
        disabled=STATE.busy,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        **props,
    )
