"""The overview: apps or first steps, sources, and the latest operations and errors."""

from typing import Any

import reflex as rx

from proto_ddf.web.operations.page import operation_row
from proto_ddf.web.overview.state import OverviewState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.sources.health_view import health_badge, visibility_listener

_FIRST_STEPS = (
    (
        "Connect a source",
        "A SQLite file, or CSV, Excel, JSON or Parquet files. Or use the Sample shop, which is already connected.",
        "Sources",
        "/sources",
    ),
    (
        "Fill in one form",
        "Name the app and choose its tables. You see the plan before the app is generated.",
        "Generate",
        "/generate",
    ),
    (
        "Open your app",
        "It runs on this machine, and its code is yours to download and change.",
        "Apps",
        "/apps",
    ),
)


def overview_page() -> rx.Component:
    overview = OverviewState.overview
    return page(
        "Overview",
        visibility_listener(),
        error_callout(OverviewState),
        rx.cond(
            OverviewState.loaded,
            rx.el.div(
                rx.cond(overview.apps, _apps(), _first_steps()),
                _sources(),
                _latest(),
                class_name="pd-stack pd-wide",
            ),
            skeleton_rows(4, height="120px"),
        ),
        action=link_button("Generate app", "/generate"),
    )


def _section(title: str, href: str, link: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="pd-section-title"),
            rx.link(link, href=href, size="1"),
            class_name="pd-section-head",
        ),
        *children,
        class_name="pd-section",
    )


def _first_steps() -> rx.Component:
    steps = [
        rx.el.li(
            rx.el.span(str(number), class_name="pd-step-number", aria_hidden="true"),
            rx.el.h3(title, class_name="pd-section-title"),
            rx.el.p(text, class_name="pd-quiet"),
            rx.link(
                label, rx.icon("arrow-right", size=14, aria_hidden="true"), href=href, size="2"
            ),
            class_name="pd-panel pd-card",
        )
        for number, (title, text, label, href) in enumerate(_FIRST_STEPS, start=1)
    ]
    return rx.el.section(
        rx.el.h2("From a data source to a running app", class_name="pd-section-title"),
        rx.el.ol(*steps, class_name="pd-cards pd-rows"),
        class_name="pd-section",
    )


def _apps() -> rx.Component:
    cards = rx.el.ul(
        rx.foreach(OverviewState.overview.apps, _app_card), class_name="pd-cards pd-rows"
    )
    return _section("Apps", "/apps", "All apps", cards)


def _app_card(app: Any) -> rx.Component:
    opened = rx.link(
        "Open",
        rx.icon("external-link", size=14, aria_hidden="true"),
        href=app.address,
        is_external=True,
        size="2",
        aria_label="Open " + app.name,
    )
    runs = (app.state == "running") | (app.state == "degraded")
    return rx.el.li(
        rx.el.div(
            rx.link(app.name, href=f"/apps/{app.slug}", class_name="pd-link pd-cut"),
            status_badge(app.state, of="app"),
            class_name="pd-section-head",
        ),
        rx.el.p(app.description, class_name="pd-quiet pd-card-text"),
        rx.cond(
            runs & (app.address != ""), opened, rx.el.span("Not running", class_name="pd-quiet")
        ),
        class_name="pd-panel pd-card",
    )


def _sources() -> rx.Component:
    sources = OverviewState.overview.sources
    rows = rx.el.ul(rx.foreach(sources, _source_row), class_name="pd-rows pd-panel")
    none = rx.el.div(
        rx.el.span("No source is connected yet.", class_name="pd-quiet"),
        rx.link("Connect one", href="/sources/new", size="2"),
        class_name="pd-panel pd-row",
    )
    return _section("Sources", "/sources", "All sources", rx.cond(sources, rows, none))


def _source_row(source: Any) -> rx.Component:
    return rx.el.li(
        rx.icon("database", size=16, color="var(--gray-11)", aria_hidden="true"),
        rx.el.div(
            rx.link(source.name, href=f"/sources/{source.id}", class_name="pd-link pd-cut"),
            rx.el.span(source.kind_label, class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        health_badge(source.id),
        rx.el.span(_many(source.tables, "table"), class_name="pd-quiet pd-number pd-health-counts"),
        rx.el.span(
            _many(source.apps, "app"), class_name="pd-quiet pd-number pd-row-time pd-health-counts"
        ),
        class_name="pd-row",
    )


def _many(n: Any, word: str) -> rx.Component:
    return rx.fragment(count(n), " ", rx.cond(n == 1, word, word + "s"))


def _latest() -> rx.Component:
    overview = OverviewState.overview
    operations = rx.cond(
        overview.operations,
        rx.el.ol(rx.foreach(overview.operations, operation_row), class_name="pd-rows pd-panel"),
        _quiet_row("Nothing has run yet."),
    )
    errors = rx.cond(
        overview.errors,
        rx.el.ol(rx.foreach(overview.errors, _error_row), class_name="pd-rows pd-panel"),
        _quiet_row("No open errors."),
    )
    return rx.el.div(
        _section("Recent operations", "/operations", "All operations", operations),
        _section("Recent errors", "/errors", "All errors", errors),
        class_name="pd-two",
    )


def _quiet_row(text: str) -> rx.Component:
    return rx.el.div(rx.el.span(text, class_name="pd-quiet"), class_name="pd-panel pd-row")


def _error_row(error: Any) -> rx.Component:
    href = rx.cond(
        error.operation_id, f"/operations/{error.operation_id}", f"/errors/{error.incident_id}"
    )
    return rx.el.li(
        rx.icon(
            "circle-alert", size=16, color="var(--red-11)", aria_hidden="true", flex_shrink="0"
        ),
        rx.el.div(
            rx.link(error.title, href=href, class_name="pd-link pd-cut"),
            rx.el.span(error.operation, class_name="pd-quiet pd-cut"),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(error.at), class_name="pd-quiet"),
        class_name="pd-row",
    )
