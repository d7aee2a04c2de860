"""Links that look like buttons."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink  # type: ignore[import-untyped]


def link_button(
    label: str, href: str | rx.Var[str], *, icon: str = "", **props: Any
) -> rx.Component:
    """One link with the looks of a button, so that the keyboard stops at it once.

    link_button("Connect a source", "/sources/new", icon="plus")
    """
    picture = [rx.icon(icon, size=16, aria_hidden="true")] if icon else []
    return rx.button(
        ReactRouterLink.create(*picture, label, to=href), as_child=True, **{"size": "2", **props}
    )
