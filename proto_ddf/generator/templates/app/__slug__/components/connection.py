"""The state of the connection to the server, and a banner while it is lost; see assets/browser/connection.js."""

import reflex as rx
from reflex_components_core.el.element import Element


class ConnectionState(Element):
    """A word and an icon that unfold to since when, and when the next try is."""

    tag = "connection-state"


class ConnectionBanner(Element):
    """Shown only while the connection is lost for some seconds."""

    tag = "connection-banner"


def connection_state(*, opens_up: bool = False) -> rx.Component:
    """The state of the connection; with `opens_up` for the foot of the page."""
    state = ConnectionState.create(
        class_name="connection",
        custom_attrs={"aria-live": "polite", "data-opens": "up" if opens_up else "down"},
    )
    hydrated = rx.cond(rx.State.is_hydrated, "true", "false")
    return rx.el.div(state, custom_attrs={"data-hydrated": hydrated})


def connection_banner() -> rx.Component:
    """The banner above the content."""
    return ConnectionBanner.create(
        class_name="connection-banner", custom_attrs={"role": "status", "hidden": True}
    )
