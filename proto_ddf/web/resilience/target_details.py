"""The details below a target's row when it is unfolded."""

import reflex as rx

from proto_ddf.web.resilience.target_state import Change, Detail, Fact, PastError
from proto_ddf.web.resilience.views import TargetView
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.numbers import clock_time, duration


def target_details(detail: rx.Var[Detail], target: rx.Var[TargetView]) -> rx.Component:
    """The target's present values, the timeline of its states, its last errors and its settings."""
    return rx.el.div(
        rx.el.dl(rx.foreach(detail.facts, fact_item), class_name="pd-target-facts"),
        rx.el.div(
            _history(detail, target),
            _errors(detail),
            class_name="pd-two",
        ),
        rx.el.div(
            rx.el.h3("Settings", class_name="pd-target-title"),
            rx.el.dl(rx.foreach(detail.settings, fact_item), class_name="pd-target-facts"),
        ),
        class_name="pd-target-details",
        role="group",
        aria_label="Details of " + target.title,
    )


def _history(detail: rx.Var[Detail], target: rx.Var[TargetView]) -> rx.Component:
    return rx.el.div(
        rx.el.h3("Changes of the last minutes", class_name="pd-target-title"),
        rx.cond(
            detail.changes,
            rx.el.ol(
                rx.foreach(detail.changes, _change),
                class_name="pd-timeline",
                tab_index=0,  # so that the keyboard can scroll it
                aria_label="Changes of " + target.title,
            ),
            rx.el.p("None.", class_name="pd-quiet"),
        ),
    )


def _change(change: rx.Var[Change]) -> rx.Component:
    lasted = rx.cond(
        change.lasted.is_not_none(),  # not its truth value, because it may be 0
        rx.el.span("for ", duration(change.lasted), class_name="pd-number"),
        rx.el.span("since then"),
    )
    return rx.el.li(
        status_badge(change.state, of="breaker"),
        rx.el.div(
            rx.el.span(change.reason),
            rx.el.div(clock_time(change.at), lasted, class_name="pd-quiet pd-facts"),
            class_name="pd-row-main",
        ),
        custom_attrs={"data-state": change.state},
    )


def _errors(detail: rx.Var[Detail]) -> rx.Component:
    return rx.el.div(
        rx.el.h3("Last errors", class_name="pd-target-title"),
        rx.cond(
            detail.errors,
            rx.el.ol(rx.foreach(detail.errors, _error), class_name="pd-past-errors"),
            rx.el.p("None.", class_name="pd-quiet"),
        ),
    )


def _error(error: rx.Var[PastError]) -> rx.Component:
    return rx.el.li(
        rx.el.span(error.title),
        rx.el.div(clock_time(error.at), rx.el.code(error.code), class_name="pd-quiet pd-facts"),
    )


def fact_item(fact: rx.Var[Fact]) -> rx.Component:
    """A name and its value, for a <dl>. It is marked if calls or retries are refused because of it."""
    warning = rx.icon("triangle-alert", size=12, aria_hidden="true")
    return rx.el.div(
        rx.el.dt(fact.name),
        rx.el.dd(rx.cond(fact.warning, warning, rx.fragment()), fact.value),
        custom_attrs={"data-warning": fact.warning},
    )
