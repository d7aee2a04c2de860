"""The page in place of one that the person's role may not open."""

import reflex as rx

from proto_ddf.web.access.state import AccessState
from proto_ddf.web.shared.components.feedback import empty_state
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button


def refused_page() -> rx.Component:
    return page(
        "Not for your role",
        empty_state(
            "lock",
            "This page is not for your role",
            "Your role is " + AccessState.role + ". An admin can change it.",
            link_button("Overview", "/"),
        ),
    )
