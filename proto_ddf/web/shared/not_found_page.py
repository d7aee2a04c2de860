"""The page for unknown addresses."""

import reflex as rx

from proto_ddf.web.shared.components.feedback import empty_state
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button


def not_found_page() -> rx.Component:
    return page(
        "Page not found",
        empty_state(
            "search-x",
            "There is no such page",
            "The address may be wrong or out of date.",
            link_button("Overview", "/"),
        ),
    )
