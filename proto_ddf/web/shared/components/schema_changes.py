"""The changes of a source's schema: what was added, removed and changed."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.numbers import time_ago
from proto_ddf.web.shared.state.schema_changes import ChangesView


def change_lines(lines: rx.Var[Any]) -> rx.Component:
    """A list of ChangeLines; a long one scrolls."""
    return rx.el.ul(rx.foreach(lines, _line), class_name="pd-changes", tab_index=0)


def last_changes(changes: rx.Var[ChangesView], apps: rx.Var[list[str]]) -> rx.Component:
    """The panel with the changes that a refresh of the source last found.

    `apps`: names of the apps that were generated from it.
    """
    head = rx.el.div(
        rx.el.h2("What changed", class_name="pd-section-title"),
        rx.el.span(changes.summary, " · found ", time_ago(changes.found_at), class_name="pd-quiet"),
        class_name="pd-section-head",
    )
    panel = rx.el.section(
        head,
        change_lines(changes.lines),
        rx.cond(apps.length() > 0, _link_to_apps(), rx.fragment()),
        class_name="pd-panel pd-padded pd-stack-small",
        aria_label="What changed",
    )
    return rx.cond(changes.summary, panel, rx.fragment())


def _link_to_apps() -> rx.Component:
    return rx.el.div(
        "Apps that these changes affect can be regenerated: see ",
        rx.link("Apps", href="/apps", size="1", underline="always"),
        ".",
        class_name="pd-quiet",
    )


def _line(line: rx.Var[Any]) -> rx.Component:
    icon = rx.match(
        line.tone,
        ("added", rx.icon("plus", size=14, color="var(--green-11)", aria_hidden="true")),
        ("removed", rx.icon("minus", size=14, color="var(--red-11)", aria_hidden="true")),
        rx.icon("pencil", size=14, color="var(--amber-11)", aria_label="Changed:"),
    )
    came_or_went = rx.el.span(
        rx.cond(line.what, "Column ", "Table "),
        rx.el.strong(rx.cond(line.what, f"{line.table}.{line.what}", line.table)),
        rx.cond(line.tone == "added", " added", " removed"),
    )
    changed = rx.el.span(rx.el.strong(line.table), " ", line.what)
    return rx.el.li(icon, rx.cond(line.tone == "changed", changed, came_or_went))
