"""The page of one incident: what happened, its state, what it affects, what was tried, its errors and notes."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.detail.code_section import code_section
from proto_ddf.web.errors.detail.codegen_section import codegen_section
from proto_ddf.web.errors.detail.history_section import history_section
from proto_ddf.web.errors.detail.notes import notes_section
from proto_ddf.web.errors.detail.state import IncidentPageState
from proto_ddf.web.errors.parts import (
    affected_links,
    error_again,
    failed_operation,
    occurrences,
    severity,
)
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, error_details
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.numbers import clock_time, count, time_ago
from proto_ddf.web.shared.components.operation import step_list
from proto_ddf.web.shared.components.repairs import repairs_section
from proto_ddf.web.shared.components.submitting import submits

_MUTES = (("hour", "1 hour"), ("day", "1 day"), ("ever", "For ever"))
_NEWEST = 5
"""Events that are shown unfolded."""


def incident_page() -> rx.Component:
    state = IncidentPageState
    missing = empty_state(
        "search-x",
        "No such error",
        "There is no error at this address. The address may be wrong, or the error was removed because it was old.",
        link_button("All errors", "/errors", variant="soft"),
    )
    return page(
        rx.match(state.known, ("yes", state.incident.title), ("no", "Error not found"), "Error"),
        error_callout(state),
        rx.match(state.known, ("yes", _incident()), ("no", missing), skeleton_rows(5)),
        breadcrumbs=[("Errors", "/errors")],
    )


def _incident() -> rx.Component:
    return rx.fragment(
        _summary(),
        repairs_section(),
        _last_operation(),
        history_section(),
        _errors(),
        code_section(),
        codegen_section(),
        notes_section(),
    )


def _summary() -> rx.Component:
    """What happened and why, how often, and what can be done."""
    incident: Any = IncidentPageState.incident
    error = incident.error
    return rx.el.section(
        rx.el.div(
            status_badge(incident.state, of="incident"),
            severity(incident.severity),
            _when("Muted until ", incident.muted_until),
            _when("Acknowledged ", incident.acknowledged_at),
            _when("Resolved ", incident.resolved_at),
            class_name="pd-quiet pd-facts pd-incident-state",
            aria_live="polite",
        ),
        rx.el.div(
            rx.el.span(incident.message),
            rx.cond(error.hint, rx.el.span(error.hint, class_name="pd-quiet"), rx.fragment()),
            affected_links(incident.affected),
            rx.el.div(
                occurrences(incident),
                rx.el.span("Type: ", incident.type.replace("_", " ")),
                rx.cond(
                    incident.component,
                    rx.el.span("In: ", incident.component),
                    rx.fragment(),
                ),
                rx.el.span(error.error_type),
                class_name="pd-quiet pd-facts",
            ),
            class_name="pd-callout-text",
        ),
        _actions(),
        class_name="pd-panel pd-incident",
        aria_label="Summary",
        custom_attrs={"data-incident": incident.id, "data-state": incident.state},
    )


def _actions() -> rx.Component:
    state = IncidentPageState
    incident: Any = state.incident
    muted, resolved = incident.state == "muted", incident.state == "resolved"
    unseen = ~(muted | resolved | (incident.acknowledged_at != ""))
    nothing = rx.fragment()
    mute = rx.cond(resolved, nothing, _mute_menu())
    return rx.el.div(
        error_again(state, incident.error),
        rx.cond(unseen, _button("Acknowledge", "check", state.acknowledge(incident.id)), nothing),
        rx.cond(muted, _button("Unmute", "bell", state.unmute(incident.id)), mute),
        rx.cond(resolved, nothing, _button("Resolve", "circle-check", state.resolve(incident.id))),
        class_name="pd-incident-actions",
    )


def _when(what: str, at: rx.Var[str]) -> rx.Component:
    return rx.cond(at, rx.el.span(what, time_ago(at)), rx.fragment())


def _button(label: str, icon: str, event: Any) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=16, aria_hidden="true"),
        label,
        custom_attrs=submits(event, f"{label} an error", key=IncidentPageState.incident.id),
        disabled=IncidentPageState.busy,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )


def _mute_menu() -> rx.Component:
    incident: Any = IncidentPageState.incident
    items = [
        rx.menu.item(
            label,
            custom_attrs=submits(
                IncidentPageState.mute(incident.id, period), "Mute an error", key=incident.id
            ),
        )
        for period, label in _MUTES
    ]
    return rx.menu.root(
        rx.menu.trigger(
            rx.button(
                rx.icon("bell-off", size=16, aria_hidden="true"),
                "Mute",
                rx.icon("chevron-down", size=14, aria_hidden="true"),
                disabled=IncidentPageState.busy,
                variant="soft",
                color_scheme="gray",
                size="2",
                type="button",
            )
        ),
        rx.menu.content(*items),
    )


def _last_operation() -> rx.Component:
    operation: Any = IncidentPageState.operation
    head = rx.el.div(
        rx.el.div(
            rx.link(
                operation.title,
                href=f"/operations/{operation.id}",
                class_name="pd-link pd-section-title pd-cut",
            ),
            status_badge(operation.state),
            class_name="pd-row-main pd-row-line",
        ),
        rx.el.span(time_ago(operation.created_at), class_name="pd-quiet"),
        class_name="pd-row pd-operation-head",
    )
    shown = rx.el.div(head, step_list(operation.steps), class_name="pd-panel")
    return _section(
        "Last operation", rx.cond(operation.id, shown, _quiet("The last error has no operation."))
    )


def _errors() -> rx.Component:
    errors: Any = IncidentPageState.errors
    newest = rx.el.ol(
        rx.foreach(errors[:_NEWEST], _error_row), class_name="pd-rows pd-panel", aria_label="Events"
    )
    older = rx.el.details(
        rx.el.summary("Older events"),
        rx.el.ol(
            rx.foreach(errors[_NEWEST:], _error_row),
            class_name="pd-rows pd-panel",
            aria_label="Older events",
            margin_top="8px",
        ),
        class_name="pd-details",
    )
    listed = rx.fragment(newest, rx.cond(errors.length() > _NEWEST, older, rx.fragment()))
    title = rx.cond(
        IncidentPageState.incident.count > errors.length(),
        "Last "
        + count(errors.length())
        + " of "
        + count(IncidentPageState.incident.count)
        + " events",
        "Events",
    )
    return _section(
        title, rx.cond(errors.length() > 0, listed, _quiet("Its events were removed with age."))
    )


def _error_row(error: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(error.message),
            rx.el.div(
                clock_time(error.at),
                time_ago(error.at),
                failed_operation(error),
                rx.cond(error.resolved, status_badge("resolved"), rx.fragment()),
                class_name="pd-quiet pd-facts",
            ),
            error_details(error.details),
            class_name="pd-callout-text",
        ),
        rx.cond(  # that of the newest error is above
            error.id == IncidentPageState.incident.error.id,
            rx.fragment(),
            error_again(IncidentPageState, error),
        ),
        class_name="pd-row pd-error-row",
    )


def _section(title: str | rx.Var[str], content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="pd-section-title"), content, class_name="pd-section"
    )


def _quiet(text: str) -> rx.Component:
    return rx.el.div(rx.el.div(text, class_name="pd-row pd-quiet"), class_name="pd-panel")
