"""The state of the connection in the header, and the banner while it is lost: the elements of assets/browser/connection.js."""

import reflex as rx
from reflex_components_core.el.element import Element  # type: ignore[import-untyped]

_STATUS = {"role": "status", "aria-atomic": "false"}


class _ConnectionState(Element):
    tag = "connection-state"


class _ConnectionBanner(Element):
    tag = "connection-banner"


def connection_state() -> rx.Component:
    """A word and an icon that unfold to since when, and when the next try is."""
    state = _ConnectionState.create(class_name="pd-connection", custom_attrs=_STATUS)
    # On an element around it: Reflex makes a JavaScript name of a tag that has a state variable.
    hydrated = rx.cond(rx.State.is_hydrated, "true", "false")
    return rx.el.div(state, custom_attrs={"data-hydrated": hydrated})


def connection_banner() -> rx.Component:
    """Shown only while the connection is lost for some seconds."""
    return _ConnectionBanner.create(custom_attrs={**_STATUS, "hidden": True})
