"""/settings/audit."""

from typing import Any

import reflex as rx

from proto_ddf.web.settings.audit.state import ANY, AuditState
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.numbers import time_ago
from proto_ddf.web.shared.components.table import table

STATE = AuditState
_PERIODS = {ANY: "Any time", "hour": "Last hour", "day": "Last day", "week": "Last 7 days"}


def audit_page() -> rx.Component:
    return page(
        "Audit",
        error_callout(STATE),
        _filters(),
        rx.cond(
            STATE.loaded,
            rx.cond(
                STATE.rows.length() > 0,
                rx.fragment(_table(), rx.cond(STATE.has_older | STATE.has_newer, _turning())),
                _nothing(),
            ),
            skeleton_rows(6),
        ),
        breadcrumbs=[("Settings", "/settings")],
    )


def _filters() -> rx.Component:
    periods = [rx.select.item(label, value=value) for value, label in _PERIODS.items()]
    return rx.el.div(
        _select("Who", STATE.user, STATE.set_user, _items("Everybody", STATE.users)),
        _select("What", STATE.action, STATE.set_action, _items("Everything", STATE.actions)),
        _select("When", STATE.period, STATE.set_period, periods),
        rx.el.div(
            rx.el.label("About", html_for="audit-about"),
            rx.debounce_input(
                rx.input(
                    id="audit-about",
                    value=STATE.subject,
                    on_change=STATE.set_subject,
                    max_length=100,
                    type="search",
                ),
                debounce_timeout=400,
            ),
            class_name="pd-field",
        ),
        class_name="pd-settings-filters",
        role="group",
        aria_label="Filters",
    )


def _items(all_label: str, choices: Any) -> list[rx.Component]:
    return [
        rx.select.item(all_label, value=ANY),
        rx.foreach(choices, lambda choice: rx.select.item(choice.label, value=choice.value)),
    ]


def _select(label: str, value: Any, on_change: Any, items: list[rx.Component]) -> rx.Component:
    field_id = f"audit-{label.lower()}"
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        rx.select.root(
            rx.select.trigger(width="100%", id=field_id),
            rx.select.content(*items, position="popper"),
            value=value,
            on_change=on_change,
        ),
        class_name="pd-field",
    )


def _table() -> rx.Component:
    names = ("When", "Who", "What", "About", "From")
    head = [rx.el.th(name, scope="col") for name in names]
    return table(head, rx.foreach(STATE.rows, _row), label="Audit")


def _row(entry: Any) -> rx.Component:
    operation = rx.link(
        entry.subject, href=f"/operations/{entry.operation_id}", class_name="pd-link", size="2"
    )
    about = rx.el.span(
        rx.cond(entry.operation_id, operation, entry.subject),
        rx.cond(entry.detail, rx.el.span(" ", entry.detail, class_name="pd-quiet"), rx.fragment()),
        class_name="pd-cut",
        title=entry.subject + " " + entry.detail,
    )
    return rx.el.tr(
        rx.el.td(time_ago(entry.at)),
        rx.el.td(entry.who),
        rx.el.td(entry.what),
        rx.el.td(about, class_name="pd-settings-about"),
        rx.el.td(entry.address),
        custom_attrs={"data-audit": entry.what},
    )


def _turning() -> rx.Component:
    return rx.el.div(
        _turn("Newer", STATE.show_newer, STATE.has_newer),
        _turn("Older", STATE.show_older, STATE.has_older),
        class_name="pd-settings-buttons",
    )


def _turn(label: str, on_click: Any, possible: Any) -> rx.Component:
    return rx.button(
        label,
        on_click=on_click,
        disabled=~possible,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )


def _nothing() -> rx.Component:
    filtered = (STATE.user != ANY) | (STATE.action != ANY) | (STATE.period != ANY)
    return rx.cond(
        filtered | (STATE.subject != ""),
        empty_state("scroll-text", "Nothing fits", "No entry fits all the filters."),
        empty_state(
            "scroll-text",
            "Nothing recorded yet",
            "What people who sign in do is recorded here: who, what and when. Entries stay for KEEP_AUDIT_DAYS.",
        ),
    )
