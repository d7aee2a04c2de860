"""/errors/reports: a form that makes a report, and the reports that were made."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from proto_ddf.web.errors.reports.state import FORMATS, RANGES, TYPES, ReportsState
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.feedback import confirm_dialog, empty_state, skeleton_rows
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.numbers import file_size, time_ago
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.submitting import submits

STATE = ReportsState


def reports_page() -> rx.Component:
    rows = rx.el.ol(
        rx.foreach(STATE.reports, _row), class_name="pd-rows pd-panel", aria_label="Reports"
    )
    nothing = empty_state(
        "file-chart-column",
        "No reports yet",
        "A report tells what failed in a range of time, how often, and how long it took to repair. It is one file, which "
        "you can print or pass on.",
    )
    return page(
        "Reports",
        error_callout(STATE),
        _form(),
        operation_panel(STATE, result=notice("The report is in the list.", kind="success")),
        rx.cond(
            STATE.loaded,
            rx.cond(STATE.reports.length() > 0, rows, nothing),
            skeleton_rows(3, height="64px"),
        ),
        breadcrumbs=[("Errors", "/errors")],
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            _select(
                "Report on", TYPES, STATE.type, STATE.set_type, "type", "What the report covers."
            ),
            rx.cond(STATE.type == "summary", rx.fragment(), _about()),
            _select(
                "Range",
                RANGES,
                STATE.time_range,
                STATE.set_time_range,
                "time_range",
                "Until now, in whole hours.",
            ),
            _select(
                "Format",
                FORMATS,
                STATE.format,
                STATE.set_format,
                "format",
                "The report is one file.",
            ),
            class_name="pd-report-fields",
        ),
        rx.el.div(
            rx.button(
                rx.cond(STATE.busy, "Making the report…", "Make report"),
                disabled=STATE.busy,
                size="2",
                type="submit",
            ),
            rx.el.span(_schedule(), class_name="pd-quiet"),
            class_name="pd-row-line pd-buttons",
        ),
        custom_attrs=submits(STATE.generate(_options()), "Make a report"),
        no_validate=True,
        class_name="pd-panel pd-report-form",
        aria_label="New report",
    )


def _options() -> rx.Var[dict[str, str]]:
    options = {
        "type": STATE.type,
        "format": STATE.format,
        "time_range": STATE.time_range,
        "about": STATE.about,
    }
    return rx.Var.create(options)


def _schedule() -> rx.Var[str]:
    return rx.match(
        STATE.schedule,
        ("daily", "A summary is also made each day at 6:00."),
        ("weekly", "A summary is also made each Monday at 6:00."),
        "Set REPORT_SCHEDULE to daily or weekly to have summaries made by themselves.",
    )


def _select(
    label: str,
    words: Mapping[str, str],
    value: Any,
    on_change: Any,
    name: str,
    help_text: str,
) -> rx.Component:
    items = [rx.select.item(word, value=key) for key, word in words.items()]
    return form_field(
        label,
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*items, position="popper"),
            value=value,
            on_change=on_change,
        ),
        error=STATE.field_errors[name],
        help_text=help_text,
        field_id=name,
    )


def _about() -> rx.Component:
    is_app = STATE.type == "app"
    return form_field(
        rx.cond(is_app, "App", "Error"),
        rx.select.root(
            rx.select.trigger(
                placeholder=rx.cond(is_app, "Choose an app", "Choose an error"), width="100%"
            ),
            rx.select.content(
                rx.foreach(
                    STATE.choices, lambda choice: rx.select.item(choice.name, value=choice.id)
                ),
                position="popper",
            ),
            value=STATE.about,
            on_change=STATE.set_about,
        ),
        error=STATE.field_errors["about"],
        help_text=rx.cond(is_app, "The newest first.", "Open ones first, then the others."),
        field_id="about",
    )


def _row(report: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(report.title, class_name="pd-report-title"),
            rx.el.div(
                rx.el.span(_type_word(report.type)),
                rx.el.span(report.time_range),
                rx.el.span(report.format.upper()),
                rx.el.span(file_size(report.size), class_name="pd-number"),
                rx.el.span("Made ", time_ago(report.created_at)),
                rx.cond(report.is_scheduled, rx.el.span("By schedule"), rx.fragment()),
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-row-main",
        ),
        rx.button(
            rx.icon("download", size=14, aria_hidden="true"),
            "Download",
            on_click=rx.download(
                url=f"/api/reports/{report.id}", filename=f"report-{report.id}.{report.format}"
            ),
            aria_label="Download " + report.title,
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
        ),
        _delete(report),
        class_name="pd-row pd-report-row",
        custom_attrs={"data-report": report.id},
    )


def _type_word(kind: rx.Var[str]) -> rx.Var[str]:
    return rx.match(kind, *TYPES.items(), kind)


def _delete(report: Any) -> rx.Component:
    return confirm_dialog(
        rx.button(
            rx.icon("trash-2", size=14, aria_hidden="true"),
            "Delete",
            aria_label="Delete " + report.title,
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
            disabled=STATE.deleting != "",
        ),
        title="Delete this report?",
        text="Its file is deleted. The errors that it tells of stay.",
        confirm_label="Delete report",
        submitted=submits(STATE.delete(report.id), "Delete a report", key=report.id),
    )
