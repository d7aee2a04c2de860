"""The frame of every page: navigation, header, theme switch."""

import reflex as rx

from ..config import APP_NAME
from ..views import SECTIONS, TableView, views_in_order, views_of
from .connection import connection_banner, connection_state
from .submitting import to_send

MAIN_ID = "content"
UNFILTERED = 12
"""With more tables the navigation has a box to find one."""


def page(
    title: rx.Var[str] | str,
    route: str,
    *children: rx.Component,
    actions: rx.Component | None = None,
    parent: tuple[str, rx.Var[str] | str] | None = None,
) -> rx.Component:
    """A page in the frame.

    Args:
        title: the heading.
        route: the current entry of the navigation; "" is the dashboard.
        actions: buttons to the right of the heading.
        parent: label and address of the page above this one.
    """
    above = [rx.link(parent[0], href=parent[1], class_name="crumb")] if parent else []
    header = rx.el.header(
        rx.el.div(*above, rx.heading(title, as_="h1", size="6", class_name="title")),
        actions or rx.fragment(),
        class_name="page-header",
    )
    return rx.el.div(
        rx.el.a("Skip to content", href=f"#{MAIN_ID}", class_name="skip"),
        navigation(route=route),
        rx.el.main(
            connection_banner(), header, *children, id=MAIN_ID, tab_index=-1, class_name="content"
        ),
        class_name="frame",
    )


@rx.memo
def navigation(route: rx.Var[str]) -> rx.Component:
    """Beside the page; on a small screen a bar above it, with a menu. Compiled once for all pages."""
    return rx.fragment(_sidebar(route), _top_bar(route))


def _sidebar(route: rx.Var[str]) -> rx.Component:
    return rx.el.aside(
        rx.el.div(_brand(), theme_switch(), class_name="brand-row"),
        to_send(),
        rx.el.nav(_entries(route), aria_label="Tables", class_name="nav"),
        rx.el.div(connection_state(opens_up=True), class_name="sidebar-foot"),
        class_name="sidebar",
    )


def _top_bar(route: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        _brand(),
        rx.el.div(
            connection_state(),
            to_send(),
            theme_switch(),
            rx.el.details(
                rx.el.summary(rx.icon("menu", size=16), "Menu", class_name="menu-button"),
                rx.el.nav(_entries(route), aria_label="Menu", class_name="nav menu"),
                class_name="menu-holder",
            ),
            class_name="top-actions",
        ),
        class_name="top-bar",
    )


def _brand() -> rx.Component:
    return rx.link(
        rx.el.span(APP_NAME[:1].upper(), class_name="mark", aria_hidden="true"),
        rx.el.span(APP_NAME, class_name="brand-name"),
        href="/",
        class_name="brand",
    )


def _entries(route: rx.Var[str]) -> rx.Component:
    """The main tables, then the look-ups, then the views, which are folded unless one of them is shown."""
    by_section = {name: [_view_entry(view, route) for view in views_of(name)] for name in SECTIONS}
    reports = views_of("report")
    return rx.fragment(
        _filter_box() if len(views_in_order()) > UNFILTERED else rx.fragment(),
        _entry("layout-dashboard", "Dashboard", "/", route == ""),
        *by_section["main"],
        *(
            [rx.el.p("Look-ups", class_name="nav-heading"), *by_section["look-up"]]
            if by_section["look-up"]
            else []
        ),
        rx.el.details(
            rx.el.summary("Reports", class_name="nav-heading"),
            *by_section["report"],
            open=rx.Var.create([view.route for view in reports]).contains(route),
        )
        if reports
        else rx.fragment(),
    )


def _filter_box() -> rx.Component:
    """Hides the entries that do not contain its text; see assets/browser/navigation.js."""
    return rx.el.input(
        type="search",
        placeholder="Find a table",
        aria_label="Find a table",
        class_name="nav-filter",
        custom_attrs={"data-nav-filter": True, "autoComplete": "off"},
    )


def _view_entry(view: TableView, route: rx.Var[str]) -> rx.Component:
    return _entry(view.icon, view.label, f"/{view.route}", route == view.route)


def _entry(icon: str, label: str, href: str, current: rx.Var[bool]) -> rx.Component:
    return rx.link(
        rx.icon(icon, size=16, aria_hidden="true"),
        rx.el.span(label, class_name="cut"),
        href=href,
        class_name=rx.cond(current, "nav-entry current", "nav-entry"),
        aria_current=rx.cond(current, "page", "false"),
    )


def theme_switch() -> rx.Component:
    """The button that switches between light and dark."""
    return rx.icon_button(
        rx.color_mode_cond(rx.icon("moon", size=16), rx.icon("sun", size=16)),
        on_click=rx.toggle_color_mode,
        aria_label="Switch between light and dark",
        variant="ghost",
        color_scheme="gray",
        class_name="theme-switch",
    )
