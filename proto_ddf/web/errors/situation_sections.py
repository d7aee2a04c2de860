"""How things stand now: what is new, escalating, refused and not told, each in a short section."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.section import section
from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.countdown import countdown
from proto_ddf.web.shared.components.numbers import count, time_ago

STATE = SituationState


def news_section() -> rx.Component:
    return section(
        "news",
        "New or back since your last look",
        _incidents(STATE.news, "New or back since your last look"),
        number=STATE.news.total,
        nothing="Nothing is new.",
        beside=rx.cond(
            STATE.is_first_look,
            rx.el.span("In the last 24 hours"),
            rx.el.span("Last look ", time_ago(STATE.since)),
        ),
    )


def escalating_section() -> rx.Component:
    return section(
        "escalating",
        "Escalating",
        _incidents(STATE.escalating, "Escalating"),
        number=STATE.escalating.total,
        nothing="No error is getting more frequent.",
    )


def repairs_section() -> rx.Component:
    repairs: Any = STATE.repairs
    rows = rx.el.ul(
        rx.foreach(repairs, _repair), class_name="pd-rows pd-panel", aria_label="Repairs"
    )
    return section(
        "repairs",
        "Being repaired",
        rows,
        number=repairs.length(),
        nothing="Nothing is being repaired, and nothing was in the last 24 hours.",
        beside=rx.cond(
            repairs.length() > 0,
            f"{STATE.repairing} at work now; the newest of the last 24 hours are listed",
            "",
        ),
    )


def waiting_section() -> rx.Component:
    waiting: Any = STATE.waiting
    rows = rx.el.ul(
        rx.foreach(waiting.listed, _waiting),
        _more(waiting.total, waiting.listed),
        class_name="pd-rows pd-panel",
        aria_label="Waiting for you",
    )
    return section(
        "waiting",
        "Waiting for you",
        rows,
        number=waiting.total,
        nothing="Nothing waits for a person.",
    )


def circuits_section() -> rx.Component:
    circuits: Any = STATE.circuits
    rows = rx.el.ul(
        rx.foreach(circuits, _circuit), class_name="pd-rows pd-panel", aria_label="Open circuits"
    )
    return section(
        "circuits",
        "Open circuits",
        rows,
        number=circuits.length(),
        nothing="All calls are admitted.",
        beside=rx.link("Resilience", href="/resilience", class_name="pd-link"),
    )


def undelivered_section() -> rx.Component:
    deliveries: Any = STATE.undelivered
    rows = rx.el.ul(
        rx.foreach(deliveries, _delivery),
        class_name="pd-rows pd-panel",
        aria_label="Undelivered notifications",
    )
    return section(
        "undelivered",
        "Undelivered notifications",
        rows,
        number=STATE.undelivered_count,
        nothing="Everything was delivered.",
        beside=rx.link("Notifications", href="/settings/notifications", class_name="pd-link"),
    )


def _incidents(found: Any, label: str) -> rx.Component:
    return rx.el.ul(
        rx.foreach(found.lines, _incident),
        _more(found.total, found.lines),
        class_name="pd-rows pd-panel",
        aria_label=label,
    )


def _more(total: Any, listed: Any) -> rx.Component:
    more = rx.el.li(
        count(total - listed.length()),
        " more are among what is broken.",
        class_name="pd-row pd-quiet",
    )
    return rx.cond(total > listed.length(), more, rx.fragment())


def _incident(incident: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.link(incident.title, href=f"/errors/{incident.id}", class_name="pd-link"),
            rx.el.span(incident.message, class_name="pd-quiet pd-cut"),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(incident.last_seen), class_name="pd-quiet"),
        status_badge(incident.state, of="incident"),
        class_name="pd-row pd-line-row",
    )


def _repair(repair: Any) -> rx.Component:
    attempt = rx.cond(
        repair.by_person,
        "Started by a person",
        f"Attempt {repair.number} of {repair.total}",
    )
    return rx.el.li(
        rx.el.div(
            rx.link(repair.title, href=f"/operations/{repair.operation_id}", class_name="pd-link"),
            rx.el.span(
                attempt, rx.cond(repair.what, ": " + repair.what, ""), class_name="pd-quiet"
            ),
            class_name="pd-row-main",
            aria_live="polite",
        ),
        rx.el.span(time_ago(repair.at), class_name="pd-quiet"),
        status_badge(repair.state, of="repair"),
        class_name="pd-row pd-line-row",
    )


def _waiting(waiting: Any) -> rx.Component:
    return rx.el.li(
        rx.icon("user-round", size=16, aria_hidden="true"),
        rx.el.div(
            rx.link(waiting.title, href=f"/errors/{waiting.incident_id}", class_name="pd-link"),
            rx.el.span(waiting.what, class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(waiting.at), class_name="pd-quiet"),
        class_name="pd-row pd-line-row",
    )


def _circuit(circuit: Any) -> rx.Component:
    waiting = countdown(
        circuit.probe.until, circuit.probe.seconds, before="Next call in", over="Next call is due"
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(circuit.name),
            rx.cond(
                circuit.failure,
                rx.el.span("Last failure: ", circuit.failure, class_name="pd-quiet"),
                rx.fragment(),
            ),
            class_name="pd-row-main",
        ),
        rx.cond(circuit.state == "open", waiting, rx.fragment()),
        status_badge(circuit.state, of="breaker"),
        class_name="pd-row pd-line-row",
    )


def _delivery(delivery: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(delivery.title),
            rx.el.span(
                "By ",
                delivery.channel,
                rx.cond(delivery.error, ": " + delivery.error, ""),
                class_name="pd-quiet pd-cut",
            ),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(delivery.created_at), class_name="pd-quiet"),
        status_badge(delivery.state, of="delivery"),
        class_name="pd-row pd-line-row",
    )
