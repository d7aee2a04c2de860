"""/settings/usage."""

from typing import Any

import reflex as rx

from proto_ddf.web.settings.usage.state import UsageState
from proto_ddf.web.shared.components.callout import notice
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.numbers import count, duration, time_ago
from proto_ddf.web.shared.components.table import table

STATE = UsageState


def usage_page() -> rx.Component:
    return page(
        "Usage",
        rx.cond(STATE.enabled, rx.fragment(), _switched_off()),
        rx.cond(STATE.is_stale, _stale(), rx.fragment()),
        rx.cond(
            STATE.loaded,
            rx.cond(STATE.usage.days.length() > 0, _figures(), _nothing_yet()),
            skeleton_rows(3, height="120px"),
        ),
        breadcrumbs=[("Settings", "/settings")],
    )


def _figures() -> rx.Component:
    usage = STATE.usage
    return rx.fragment(
        rx.el.p(
            "The last 7 days. No names, texts or addresses of people are recorded, and nothing leaves this server.",
            class_name="pd-quiet pd-plain",
        ),
        _section(
            "Pages",
            ("Page", "Views", "Time shown", "Failures"),
            usage.pages,
            lambda each: (
                each.page,
                count(each.views),
                duration(each.seconds),
                count(each.failures),
            ),
        ),
        _section(
            "Actions",
            ("Action", "Times", "Without effect", "Time taken"),
            usage.actions,
            lambda each: (
                each.action,
                count(each.count),
                count(each.not_done),
                duration(each.seconds),
            ),
        ),
        _section(
            "Failures",
            ("Failure", "Times", "Last"),
            usage.failures,
            lambda each: (each.kind + " " + each.target, count(each.count), time_ago(each.last)),
        ),
        _section(
            "Days",
            ("Day", "Views", "Actions", "Failures"),
            usage.days,
            lambda each: (each.day, count(each.views), count(each.actions), count(each.failures)),
        ),
    )


def _section(title: str, labels: tuple[str, ...], rows: Any, values: Any) -> rx.Component:
    """A table whose first column is a name; the others are aligned to the right."""

    def align(column: int) -> str:
        return "number" if column else ""

    head = [rx.el.th(text, scope="col", class_name=align(n)) for n, text in enumerate(labels)]

    def row(each: Any) -> rx.Component:
        return rx.el.tr(*(rx.el.td(v, class_name=align(n)) for n, v in enumerate(values(each))))

    none = rx.el.p("None.", class_name="pd-quiet pd-plain")
    return rx.el.section(
        rx.el.h2(title, class_name="pd-section-title"),
        rx.cond(rows.length() > 0, table(head, rx.foreach(rows, row), label=title), none),
        class_name="pd-stack-small",
    )


def _switched_off() -> rx.Component:
    return notice(
        rx.el.div("Usage events are switched off", class_name="pd-callout-title"),
        rx.el.div("Nothing is recorded while USAGE_EVENTS is false."),
        kind="warning",
    )


def _stale() -> rx.Component:
    return notice(
        "The figures could not be read just now: what is shown may be older.", kind="warning"
    )


def _nothing_yet() -> rx.Component:
    return empty_state(
        "chart-no-axes-column",
        "Nothing recorded yet",
        "Here you see which pages are opened, what is done there, how long it takes and what fails. No names, texts or "
        "addresses of people are recorded, and nothing leaves this server.",
    )
