"""/settings."""

import reflex as rx

from proto_ddf.accounts.roles import Role
from proto_ddf.web.access.shown import shown_to
from proto_ddf.web.access.state import AccessState
from proto_ddf.web.settings.overview.accounts_part import accounts_part
from proto_ddf.web.settings.overview.password_part import password_part
from proto_ddf.web.settings.overview.server_part import server_part
from proto_ddf.web.settings.overview.sessions_part import sessions_part
from proto_ddf.web.shared.components.feedback import skeleton_rows
from proto_ddf.web.shared.components.layout import page

_PAGES = (
    ("Notifications", "/settings/notifications", "bell", "Who is told of errors, and by what."),
    ("Audit", "/settings/audit", "scroll-text", "Who did what, and when."),
    (
        "Usage",
        "/settings/usage",
        "chart-no-axes-column",
        "What is used, and what fails there.",
    ),
)


def settings_page() -> rx.Component:
    return page(
        "Settings",
        shown_to(Role.ADMIN, _pages()),
        rx.match(
            AccessState.mode,
            ("accounts", rx.fragment(password_part(), sessions_part(), _accounts())),
            ("token", rx.fragment(sessions_part(), _switched_off("Accounts", _ACCOUNTS))),
            (
                "false",
                rx.fragment(
                    _switched_off("Accounts", _ACCOUNTS), _switched_off("Sessions", _SESSIONS)
                ),
            ),
            skeleton_rows(2, height="120px"),
        ),
        shown_to(Role.ADMIN, server_part()),
    )


_ACCOUNTS = (
    "With accounts each person signs in with a password and may do what their role allows. "
    "To switch them on, set ENABLE_AUTH=accounts and start Proto-DDF again: it prints a link for the first account."
)
_SESSIONS = (
    "With a sign-in each browser has a session that is listed here and can be ended. "
    "To switch it on, set ENABLE_AUTH=token or ENABLE_AUTH=accounts and start Proto-DDF again."
)


def _accounts() -> rx.Component:
    return shown_to(Role.ADMIN, accounts_part())


def _switched_off(title: str, text: str) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="pd-section-title"),
        rx.el.p(text, class_name="pd-quiet pd-settings-off"),
        class_name="pd-section",
    )


def _pages() -> rx.Component:
    cards = [
        rx.link(
            rx.icon(icon, size=16, color="var(--gray-11)", aria_hidden="true"),
            rx.el.span(
                rx.el.span(label, class_name="pd-section-title"),
                rx.el.span(text, class_name="pd-quiet"),
                class_name="pd-row-main",
            ),
            rx.icon("chevron-right", size=16, color="var(--gray-10)", aria_hidden="true"),
            href=href,
            underline="none",
            class_name="pd-panel pd-settings-page",
        )
        for label, href, icon, text in _PAGES
    ]
    return rx.el.nav(*cards, class_name="pd-cards", aria_label="Pages of settings")
