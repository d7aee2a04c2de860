"""/sources/[id]: one source, its tables and its actions."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import confirm_dialog, empty_state, skeleton_rows
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import count, row_count, time_ago
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.schema_changes import last_changes
from proto_ddf.web.shared.components.submitting import submits, submits_form
from proto_ddf.web.sources.detail.preview_state import PreviewState
from proto_ddf.web.sources.detail.state import TYPED_NAME, SourceDetailState
from proto_ddf.web.sources.detail.tables import source_tables
from proto_ddf.web.sources.health_view import connection_panel
from proto_ddf.web.sources.list_page import kind_icon


def source_detail_page() -> rx.Component:
    source = SourceDetailState.source
    known = SourceDetailState.known
    return page(
        rx.match(known, ("yes", source.name), ("no", "Source not found"), "Source"),
        error_callout(SourceDetailState),
        rx.match(known, ("yes", _source()), ("no", _not_found()), skeleton_rows(4)),
        breadcrumbs=[("Sources", "/sources")],
        action=rx.cond(
            known == "yes",
            link_button(
                "Generate an app",
                f"/generate?source={source.id}",
                icon="wand-sparkles",
                compact=True,
            ),
            rx.fragment(),
        ),
    )


def _not_found() -> rx.Component:
    return empty_state(
        "search-x",
        "There is no such source",
        "It may have been deleted, or the address is not complete.",
        link_button("All sources", "/sources", variant="soft"),
    )


def _source() -> rx.Component:
    changes: Any = SourceDetailState.changes
    apps: Any = SourceDetailState.source.apps
    return rx.fragment(
        _facts(),
        connection_panel(),
        operation_panel(SourceDetailState),
        last_changes(changes, apps),
        error_callout(PreviewState),
        source_tables(),
    )


def _facts() -> rx.Component:
    source = SourceDetailState.source
    facts = rx.el.dl(
        _fact(
            "Kind", rx.flex(kind_icon(source.kind), source.kind_label, gap="8px", align="center")
        ),
        _fact("Tables", count(source.table_count)),
        _fact("Rows", row_count(source.row_count, source.rows_estimated)),
        _fact("Updated", time_ago(source.updated_at)),
        _fact("Used by", rx.cond(source.apps.length() > 0, source.apps.join(", "), "No app yet")),
        _fact("From", rx.foreach(SourceDetailState.places, _place)),
        style={
            "display": "flex",
            "flex_wrap": "wrap",
            "gap": "16px 32px",
            "margin": "0",
            "flex": "1 1 480px",
            "min_width": "0",
        },
    )
    actions = rx.flex(
        rx.button(
            rx.icon("refresh-cw", size=16, aria_hidden="true"),
            "Refresh",
            custom_attrs=submits(
                SourceDetailState.refresh(source.id), "Refresh a source", key=source.id
            ),
            disabled=SourceDetailState.busy,
            variant="soft",
            type="button",
        ),
        link_button(
            "Edit", f"/sources/new?source={source.id}", variant="soft", color_scheme="gray"
        ),
        _rename(),
        _delete(),
        gap="12px",
        wrap="wrap",
    )
    return rx.flex(
        facts,
        actions,
        gap="24px",
        wrap="wrap",
        align="start",
        justify="between",
        class_name="pd-panel",
        padding="20px 24px",
    )


def _fact(term: str, value: rx.Component | rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(term, class_name="pd-quiet"),
        rx.el.dd(value, style={"margin": "2px 0 0", "font_size": "var(--font-size-2)"}),
        min_width="0",
    )


def _place(place: rx.Var[str]) -> rx.Component:
    return rx.el.div(place, overflow_wrap="anywhere")


def _rename() -> rx.Component:
    # Not a dialog trigger, because Reflex would wrap a trigger with its own event in a div.
    button = rx.button(
        "Rename",
        on_click=SourceDetailState.start_renaming,
        variant="soft",
        color_scheme="gray",
        type="button",
        aria_haspopup="dialog",
    )
    return rx.fragment(button, _rename_dialog())


def _rename_dialog() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Rename this source", size="4"),
            rx.el.form(
                form_field(
                    "Name",
                    rx.input(
                        name=TYPED_NAME,
                        value=SourceDetailState.new_name,
                        on_change=SourceDetailState.set_new_name,
                        max_length=80,
                        auto_complete=False,
                    ),
                    field_id="new-name",
                    error=SourceDetailState.field_errors["name"],
                    help_text="Its apps keep their own names.",
                ),
                rx.flex(
                    rx.dialog.close(
                        rx.button("Cancel", variant="soft", color_scheme="gray", type="button")
                    ),
                    rx.button("Rename source", type="submit"),
                    gap="12px",
                    justify="end",
                    margin_top="16px",
                ),
                custom_attrs=submits_form(
                    SourceDetailState.rename(SourceDetailState.source.id, {}),
                    "Rename a source",
                    key=SourceDetailState.source.id,
                ),
                no_validate=True,
            ),
            max_width="480px",
            aria_describedby="new-name-help",
        ),
        open=SourceDetailState.renaming,
        on_open_change=SourceDetailState.set_renaming,
    )


def _delete() -> rx.Component:
    source = SourceDetailState.source
    used = rx.el.p(
        "Used by ",
        rx.el.strong(source.apps.join(", ")),
        rx.cond(
            source.live,
            ". The data are only in this source, so delete the app first.",
            ". Its data are a copy, so it keeps working, but it cannot be regenerated from this source.",
        ),
        style={"margin": "8px 0 0", "font_size": "var(--font-size-2)"},
    )
    lost = rx.alert_dialog.description(
        rx.el.p(
            "This connection and its list of tables are deleted. Uploaded files are deleted too; "
            "other files stay.",
            style={"margin": "0", "font_size": "var(--font-size-2)"},
        ),
        rx.cond(source.apps.length() > 0, used, rx.fragment()),
        size="2",
        as_="div",
    )
    return confirm_dialog(
        rx.button(
            "Delete",
            disabled=SourceDetailState.busy,
            variant="soft",
            color_scheme="red",
            type="button",
        ),
        title="Delete this source?",
        text=lost,
        confirm_label="Delete source",
        submitted=submits(
            SourceDetailState.delete(source.id), f"Delete {source.name}", key=source.id
        ),
        typed_name=source.name,
    )
