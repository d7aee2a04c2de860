"""Who is signed in, in the header, with the way out."""

import reflex as rx
from reflex_components_core.el.element import Element  # type: ignore[import-untyped]

from proto_ddf.web.access.state import AccessState

STATE = AccessState


class _PlainForm(Element):
    """A form that the browser sends itself. `rx.el.form` would keep it from that."""

    tag = "form"
    method: rx.Var[str]
    action: rx.Var[str]


def user_menu() -> rx.Component:
    """Nothing if nobody signs in."""
    button = rx.icon_button(
        rx.icon("circle-user-round", size=16, aria_hidden="true"),
        variant="ghost",
        color_scheme="gray",
        size="2",
        type="button",
        aria_label="Signed in as " + STATE.user_name,
    )
    return rx.cond(
        STATE.user_name,
        rx.popover.root(
            rx.popover.trigger(button),
            rx.popover.content(_content(), width="240px", padding="0", aria_label="Your account"),
        ),
        rx.fragment(),
    )


def _content() -> rx.Component:
    settings = rx.popover.close(rx.link("Settings", href="/settings", class_name="pd-link"))
    sign_out = _PlainForm.create(
        rx.button(
            rx.icon("log-out", size=16, aria_hidden="true"),
            "Sign out",
            type="submit",
            variant="soft",
            color_scheme="gray",
            size="2",
        ),
        method="post",
        action="/sign-out",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span(STATE.user_name, class_name="pd-user-name"),
            rx.el.span(STATE.role.capitalize(), class_name="pd-quiet"),
            class_name="pd-user-who",
        ),
        rx.el.div(settings, sign_out, class_name="pd-user-foot"),
        class_name="pd-user",
    )
