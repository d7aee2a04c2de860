"""Links that look like buttons."""

from typing import Any

import reflex as rx
from reflex_components_core.el.element import Element  # type: ignore[import-untyped]
from reflex_components_core.react_router.dom import ReactRouterLink  # type: ignore[import-untyped]

_HIDDEN_UNLESS_WIDE = {
    "@media (max-width: 1023px)": {
        "position": "absolute",
        "width": "1px",
        "height": "1px",
        "overflow": "hidden",
        "clip_path": "inset(50%)",
        "white_space": "nowrap",
    }
}


def compact_label(label: str) -> rx.Component:
    """The label of a button that shows only its icon on a narrow page."""
    return rx.el.span(label, style=_HIDDEN_UNLESS_WIDE)


class PlainLink(Element):
    """An <a> that the browser handles itself. `rx.el.a` would pass "#main" to Reflex's router."""

    tag = "a"
    href: rx.Var[str]


def link_button(
    label: str, href: str | rx.Var[str], *, icon: str = "", compact: bool = False, **props: Any
) -> rx.Component:
    """A link that looks like a button. It is one element, so that Tab stops at it only once.

        link_button("Connect a source", "/sources/new", icon="plus")

    With `compact` a narrow page shows only the icon.
    """
    picture = [rx.icon(icon, size=16, aria_hidden="true")] if icon else []
    text = compact_label(label) if compact else label
    return rx.button(
        ReactRouterLink.create(*picture, text, to=href), as_child=True, **{"size": "2", **props}
    )


def external_link_button(
    label: str, href: str | rx.Var[str], *, icon: str = "external-link", **props: Any
) -> rx.Component:
    """The same for another site, opened in a new tab.

    external_link_button("Open app", app.address)
    """
    anchor = rx.el.a(
        rx.icon(icon, size=16, aria_hidden="true"),
        label,
        href=href,
        target="_blank",
        rel="noopener",
    )
    return rx.button(anchor, as_child=True, **{"size": "2", **props})
