"""The ways to all sections: a sidebar; on a phone a bar of five and a menu with the rest."""

from typing import NamedTuple

import reflex as rx


class _Section(NamedTuple):
    label: str
    href: str
    icon: str


_SECTIONS = (
    _Section("Overview", "/", "layout-dashboard"),
    _Section("Generate", "/generate", "wand-sparkles"),
    _Section("Sources", "/sources", "database"),
    _Section("Apps", "/apps", "app-window"),
    _Section("Operations", "/operations", "list-checks"),
    _Section("Errors", "/errors", "circle-alert"),
    _Section("Resilience", "/resilience", "activity"),
)
_OUTBOX = _Section("To send", "/outbox", "send")
"""Only in the menu: on a wider page the header leads there when something waits."""
_SETTINGS = _Section("Settings", "/settings", "settings")
"""At the sidebar's foot."""
_IN_BAR = 5
_MENU = (*_SECTIONS[_IN_BAR:], _OUTBOX, _SETTINGS)


def section_of(title: str | rx.Var[str]) -> str:
    """The address of the section with that title; empty if there is none."""
    entries = (*_SECTIONS, _OUTBOX, _SETTINGS)
    return next(
        (each.href for each in entries if isinstance(title, str) and each.label == title), ""
    )


def navigation(section: str) -> rx.Component:
    """`section` is the address of the section that is open."""
    links = [
        _link(each, section, "pd-nav-link" if number < _IN_BAR else "pd-nav-link pd-not-in-bar")
        for number, each in enumerate(_SECTIONS)
    ]
    settings = _link(_SETTINGS, section, "pd-nav-link pd-nav-foot pd-not-in-bar")
    return rx.el.nav(
        rx.link(_logo(), "Proto-DDF", href="/", class_name="pd-brand", underline="none"),
        rx.el.div(*links, settings, _menu(section), class_name="pd-nav"),
        class_name="pd-sidebar",
        aria_label="Main",
    )


def _logo() -> rx.Component:
    return rx.el.img(src="/logo.svg", alt="", width="24", height="24", class_name="pd-logo")


def _menu(section: str) -> rx.Component:
    is_in_menu = section in {each.href for each in _MENU}
    button = rx.el.button(
        rx.icon("ellipsis", size=16, aria_hidden="true"),
        rx.el.span("More"),
        type="button",
        class_name="pd-nav-link pd-nav-more",
        custom_attrs={"aria-current": "true"} if is_in_menu else {},
    )
    links = [rx.popover.close(_link(each, section, "pd-nav-link")) for each in _MENU]
    return rx.popover.root(
        rx.popover.trigger(button),
        rx.popover.content(
            rx.el.div(*links, class_name="pd-nav-menu"),
            side="top",
            align="end",
            width="208px",
            padding="8px",
            aria_label="More sections",
        ),
    )


def _link(entry: _Section, section: str, class_name: str) -> rx.Component:
    return rx.link(
        rx.icon(entry.icon, size=16, aria_hidden="true"),
        rx.el.span(entry.label),
        href=entry.href,
        class_name=class_name,
        underline="none",
        custom_attrs={"aria-current": "page"} if entry.href == section else {},
    )
