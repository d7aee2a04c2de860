"""/sources: the list of connected sources."""

import reflex as rx

from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import count, row_count, time_ago
from proto_ddf.web.shared.components.table import table
from proto_ddf.web.sources.health_view import health_badge, visibility_listener
from proto_ddf.web.sources.list_state import SourceRow, SourcesState, kind_icons


def sources_page() -> rx.Component:
    return page(
        "Sources",
        visibility_listener(),
        error_callout(SourcesState),
        rx.cond(
            SourcesState.loaded,
            rx.cond(SourcesState.rows.length() > 0, _list(), _nothing_yet()),
            skeleton_rows(4),
        ),
        action=_connect(),
    )


def _connect() -> rx.Component:
    return link_button("Connect a source", "/sources/new", icon="plus")


def _nothing_yet() -> rx.Component:
    return empty_state(
        "database",
        "No sources yet",
        "A source is where an app takes its data from: a SQLite database, or files in CSV, Excel, JSON or Parquet. "
        "Connect one to see its tables and to generate apps from them.",
        _connect(),
    )


def _list() -> rx.Component:
    head = [
        rx.el.th("Name", scope="col"),
        rx.el.th("Connection", scope="col"),
        rx.el.th("Kind", scope="col", class_name="wide"),
        rx.el.th("Tables", scope="col", class_name="number wide"),
        rx.el.th("Rows", scope="col", class_name="number"),
        rx.el.th("Used by", scope="col", class_name="wide"),
        rx.el.th("Updated", scope="col", class_name="wide"),
    ]
    return table(head, rx.foreach(SourcesState.rows, _row), label="Sources")


def _row(row: rx.Var[SourceRow]) -> rx.Component:
    name = rx.link(
        row.name,
        href=f"/sources/{row.id}",
        class_name="pd-link pd-cut",
        display="inline-block",
        max_width=["160px", "240px", "320px", "480px"],
        title=row.name,
    )
    return rx.el.tr(
        rx.el.td(rx.flex(kind_icon(row.kind), name, gap="8px", align="center")),
        rx.el.td(health_badge(row.id)),
        rx.el.td(row.kind_label, class_name="wide"),
        rx.el.td(count(row.table_count), class_name="number wide"),
        rx.el.td(row_count(row.row_count, row.rows_estimated), class_name="number"),
        rx.el.td(_apps(row.apps), class_name="wide"),
        rx.el.td(time_ago(row.updated_at), class_name="wide pd-quiet"),
    )


def _apps(names: rx.Var[list[str]]) -> rx.Component:
    return rx.cond(
        names.length() > 0,
        rx.el.span(names.join(", "), class_name="pd-cut", display="block", max_width="220px"),
        rx.el.span("No app yet", class_name="pd-quiet"),
    )


def kind_icon(kind: rx.Var[str] | str) -> rx.Component:
    """The icon of a kind of source."""
    cases = [
        (name, rx.icon(icon, size=16, color="var(--gray-11)", aria_hidden="true", flex_shrink="0"))
        for name, icon in kind_icons()
    ]
    return rx.match(kind, *cases, rx.icon("database", size=16, aria_hidden="true"))
