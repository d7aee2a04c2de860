"""The list of what this browser has not sent yet, and of what was not accepted. The browser's script draws it from its own
store, so that it is right without the server too."""

import reflex as rx

from proto_ddf.web.shared.components.layout import page


def outbox_page() -> rx.Component:
    return page(
        "To send",
        rx.el.section(custom_attrs={"data-outbox-list": ""}, aria_label="To send"),
    )
