"""Who may open an app: everybody on this machine, or people who sign in to Proto-DDF."""

import reflex as rx

from proto_ddf.accounts.roles import Role
from proto_ddf.hosting.records import AppView
from proto_ddf.web.access.shown import shown_to
from proto_ddf.web.access.state import AccessState
from proto_ddf.web.apps.state import AppState
from proto_ddf.web.shared.components.submitting import submits


def access_section(app: rx.Var[AppView]) -> rx.Component:
    """Where nobody signs in to Proto-DDF there is nothing to choose, unless it was chosen before."""
    section = rx.el.section(
        rx.el.h2("Who may open it", class_name="pd-section-title"),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    app.sign_in,
                    "People who have signed in to Proto-DDF. Builders and admins may change rows, viewers may read them.",
                    "Everybody on this machine, without sign-in.",
                ),
                class_name="pd-quiet",
            ),
            rx.el.div(
                f"It listens on {app.listens_on}.",
                rx.cond(
                    app.sign_in,
                    "",
                    " Only apps that require sign-in may be reached from elsewhere.",
                ),
                class_name="pd-quiet",
            ),
            shown_to(
                Role.BUILDER,
                rx.cond(
                    app.sign_in,
                    _button(app, "unprotect", "Open to this machine", "lock-open"),
                    _button(app, "protect", "Require sign-in", "lock"),
                ),
            ),
            class_name="pd-panel pd-padded pd-stack-small",
        ),
        class_name="pd-section",
        aria_label="Who may open it",
    )
    return rx.cond((AccessState.mode != "false") | app.sign_in, section)


def _button(app: rx.Var[AppView], action: str, label: str, icon: str) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=14, aria_hidden="true"),
        label,
        custom_attrs=submits(AppState.act(action, app.slug), f"{label}: {app.name}", key=app.slug),
        disabled=AppState.busy.contains(app.slug) | (app.state == "creating"),
        loading=AppState.busy[app.slug] == action,
        variant="soft",
        color_scheme="gray",
        size="2",
        align_self="start",
        type="button",
    )
