"""The layout of every page: sidebar, header with title and connection state, theme switch, banners."""

from collections.abc import Sequence

import reflex as rx
from reflex.style import toggle_color_mode

from proto_ddf.web.shared.components.bell import bell
from proto_ddf.web.shared.components.connection import connection_banner, connection_state
from proto_ddf.web.shared.components.injection_banner import injection_banner
from proto_ddf.web.shared.components.links import PlainLink
from proto_ddf.web.shared.components.navigation import navigation, section_of
from proto_ddf.web.shared.components.storage_banner import storage_banner
from proto_ddf.web.shared.components.user_menu import user_menu


def page(
    title: str | rx.Var[str],
    *children: rx.Component,
    breadcrumbs: Sequence[tuple[str, str]] = (),
    action: rx.Component | None = None,
) -> rx.Component:
    """A page with its layout.

        page("Sources", source_list(), action=rx.link(rx.button("Connect source"), href="..."))
        page(State.name, details(), breadcrumbs=[("Sources", "/sources")])

    `title` is the page's h1. The sidebar marks the section of the first breadcrumb or, without breadcrumbs, of the
    title.
    """
    section = breadcrumbs[0][1] if breadcrumbs else section_of(title)
    return rx.fragment(
        PlainLink.create("Skip to content", href="#main", class_name="pd-skip"),
        navigation(section),
        rx.el.div(
            _header(title, breadcrumbs, action),
            connection_banner(),
            storage_banner(),
            injection_banner(),
            rx.el.main(
                rx.el.div(*children, class_name="pd-stack"),
                id="main",
                tab_index=-1,
                class_name="pd-main",
            ),
            class_name="pd-body",
        ),
    )


def _header(
    title: str | rx.Var[str],
    breadcrumbs: Sequence[tuple[str, str]],
    action: rx.Component | None,
) -> rx.Component:
    trail = [rx.el.li(rx.link(label, href=href)) for label, href in breadcrumbs]
    crumbs = rx.el.nav(rx.el.ol(*trail), aria_label="Breadcrumbs") if breadcrumbs else rx.fragment()
    return rx.el.header(
        rx.el.div(crumbs, rx.el.h1(title), class_name="pd-trail"),
        rx.el.div(
            PlainLink.create(
                href="/outbox", hidden=True, custom_attrs={"data-outbox-count": ""}
            ),  # outbox_list.js fills and shows it
            connection_state(),
            bell(),
            _theme_switch(),
            user_menu(),
            action or rx.fragment(),
            class_name="pd-tools",
        ),
        class_name="pd-header",
    )


def _theme_switch() -> rx.Component:
    # The style sheet hides one of the two icons, so that the first paint already has the right one.
    return rx.icon_button(
        rx.icon("moon", size=16, class_name="pd-in-light", aria_hidden="true"),
        rx.icon("sun", size=16, class_name="pd-in-dark", aria_hidden="true"),
        on_click=toggle_color_mode,
        variant="ghost",
        color_scheme="gray",
        size="2",
        type="button",
        aria_label="Switch between light and dark mode",
    )
