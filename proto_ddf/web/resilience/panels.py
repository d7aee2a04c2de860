"""Panels of policies and circuit breakers: one panel for each system, one row for each target."""

from typing import Any

import reflex as rx

from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.resilience.target_details import fact_item, target_details
from proto_ddf.web.resilience.views import ALL, SystemView, TargetView
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.countdown import countdown
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.numbers import count, time_ago

_FILTER_WORDS = {ALL: "All", "open": "Open", "half_open": "Half-open", "closed": "Closed"}


def state_filters() -> rx.Component:
    """Filters by state, each with the number of its targets."""
    chips = [
        rx.el.button(
            words,
            rx.el.span(count(ResilienceState.states[state]), class_name="pd-number"),
            type="button",
            on_click=ResilienceState.show_only(state),
            class_name="pd-chip pd-chip-count",
            custom_attrs={"aria-pressed": rx.cond(ResilienceState.only == state, "true", "false")},
        )
        for state, words in _FILTER_WORDS.items()
    ]
    return rx.el.div(*chips, class_name="pd-chips", role="group", aria_label="Filter by state")


def system_panel(system: rx.Var[SystemView]) -> rx.Component:
    """The panel of a system: what its targets share, then each target."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(system.label, class_name="pd-section-title"),
            _shared(system),
            class_name="pd-section-head pd-system-head",
        ),
        rx.el.ul(rx.foreach(system.targets, _target), class_name="pd-rows pd-panel"),
        class_name="pd-section",
        aria_label=system.label,
        custom_attrs={"data-system": system.name},
    )


def _shared(system: rx.Var[SystemView]) -> rx.Component:
    return rx.el.dl(
        rx.foreach(system.shared, fact_item),
        class_name="pd-inline-facts",
    )


def _target(target: rx.Var[TargetView]) -> rx.Component:
    details: Any = ResilienceState.unfolded
    unfolded = ResilienceState.unfolded.contains(target.key)
    return rx.el.li(
        rx.el.div(
            _name(target, unfolded),
            rx.el.div(
                status_badge(target.state, of="breaker"),
                rx.cond(target.alerting, _alerting(), rx.fragment()),
                class_name="pd-target-state",
            ),
            _counts(target),
            _buttons(target),
            class_name="pd-row pd-target-row",
        ),
        rx.cond(unfolded, target_details(details[target.key], target), rx.fragment()),
        class_name="pd-target",
        custom_attrs={"data-target": target.key, "data-state": target.state},
    )


def _alerting() -> rx.Component:
    return rx.badge(
        rx.icon("triangle-alert", size=13, aria_hidden="true"),
        "Many network errors",
        color_scheme="amber",
        size="2",
        title="At least NETWORK_ERROR_ALERT_THRESHOLD within NETWORK_ERROR_WINDOW_SECONDS; other errors do not count",
    )


def _name(target: rx.Var[TargetView], unfolded: rx.Var[bool]) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon("chevron-right", size=16, class_name="pd-chevron", aria_hidden="true"),
            rx.el.span(target.title),
            type="button",
            on_click=ResilienceState.toggle(target.key),
            class_name="pd-unfold",
            custom_attrs={"aria-expanded": rx.cond(unfolded, "true", "false")},
        ),
        rx.el.div(_now(target), class_name="pd-quiet pd-target-now"),
        class_name="pd-row-main",
    )


def _now(target: rx.Var[TargetView]) -> rx.Component:
    """The present state of a target in one line."""
    last = rx.cond(
        target.failure,
        rx.el.span("Last failure: ", target.failure, ", ", time_ago(target.failed_at)),
        rx.el.span("No failures"),
    )
    waits = rx.cond(
        target.probe.until,
        countdown(
            target.probe.until, target.probe.seconds, before="Probe in", over="Probe due now"
        ),
        rx.fragment(),
    )
    doing = rx.match(
        target.state,
        ("forced_open", rx.el.span("Until it is reset")),
        ("half_open", rx.el.span("The next calls are probes")),
        rx.cond(
            target.consecutive_failures > 0,
            rx.el.span(
                target.consecutive_failures,
                rx.cond(target.consecutive_failures == 1, " failure", " consecutive failures"),
            ),
            rx.fragment(),
        ),
    )
    return rx.fragment(rx.cond(target.state == "open", waits, doing), last)


def _counts(target: rx.Var[TargetView]) -> rx.Component:
    return rx.el.dl(
        _number("Calls", count(target.calls)),
        _number("Failed", count(target.failed)),
        _number("Refused", count(target.refused)),
        class_name="pd-target-counts",
    )


def _number(label: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))


def _buttons(target: rx.Var[TargetView]) -> rx.Component:
    nothing_to_reset = (target.state == "closed") & (target.consecutive_failures == 0)
    reset = rx.button(
        "Reset",
        on_click=ResilienceState.reset_breaker(target.key),
        disabled=nothing_to_reset,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
        custom_attrs={"aria-label": "Reset " + target.title},
    )
    force = confirm_dialog(
        rx.button(
            "Force open",
            disabled=target.state == "forced_open",
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
            custom_attrs={"aria-label": "Force open " + target.title},
        ),
        title="Force this circuit open?",
        text=rx.Var.create("Every call to “")
        + target.title
        + "” is refused at once until you choose Reset. "
        + target.stops,
        confirm_label="Force open",
        cancel_label="Leave it",
        on_confirm=ResilienceState.force_open(target.key),
    )
    return rx.el.div(
        rx.cond(target.state == "off", rx.fragment(), rx.fragment(reset, force)),
        class_name="pd-target-buttons",
    )
