"""The health of sources: a badge for lists, and the panel on the page of a source."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.countdown import countdown
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.sources.health_state import SourceHealthState


def health_badge(source_id: rx.Var[str]) -> rx.Component:
    """The state of a source in a list."""
    states: Any = SourceHealthState.states
    state = states.get(source_id, "checking").to(str)
    return rx.el.span(
        status_badge(state, of="source"),
        class_name="pd-health",
        custom_attrs={"data-health": state},
    )


def visibility_listener() -> rx.Component:
    """Not visible: it reports whether the tab is in the foreground, because sources are then checked more often."""
    return rx.window_event_listener(on_visibility_change=SourceHealthState.set_hidden)


def connection_panel() -> rx.Component:
    """The source of the page: its state, since when, how long it took to answer, and the last error."""
    return rx.el.section(
        visibility_listener(),
        rx.el.div(
            rx.el.h2("Connection", class_name="pd-section-title"),
            _check_button(),
            class_name="pd-row pd-connection-head",
        ),
        rx.el.div(_now(), _facts(), class_name="pd-connection-body"),
        class_name="pd-panel",
        aria_label="Connection",
        custom_attrs={"data-health": SourceHealthState.shown.state},
    )


def _check_button() -> rx.Component:
    shown = SourceHealthState.shown
    waiting = countdown(
        shown.pause.until, shown.pause.seconds, before="Next check in", over="Checking soon"
    )
    button = rx.button(
        rx.icon("refresh-cw", size=14, aria_hidden="true"),
        rx.cond(shown.checking, "Checking…", "Check now"),
        on_click=SourceHealthState.check_now,
        disabled=shown.checking
        | shown.opened_by_hand
        | (shown.pause.until != "")
        | (shown.id == ""),
        variant="soft",
        color_scheme="gray",
        size="1",
        type="button",
        min_width="104px",
    )
    return rx.flex(
        rx.cond(shown.pause.until, waiting, rx.fragment()),
        button,
        gap="12px",
        align="center",
        margin_left="auto",
    )


def _now() -> rx.Component:
    shown = SourceHealthState.shown
    return rx.el.div(
        status_badge(shown.state, of="source"),
        rx.el.div(
            rx.el.div(shown.message),
            rx.el.div(shown.note, class_name="pd-quiet"),
            class_name="pd-connection-words",
        ),
        class_name="pd-connection-now",
        role="status",
    )


def _facts() -> rx.Component:
    shown = SourceHealthState.shown
    counted = rx.fragment(
        _fact("Connects", count(shown.connects)), _fact("Reconnects", count(shown.reconnects))
    )
    return rx.el.dl(
        _fact("Since", rx.cond(shown.since, time_ago(shown.since), _none("None yet"))),
        _fact("Last answer", rx.cond(shown.latency, shown.latency, _none("None yet"))),
        _fact("Usual answer", rx.cond(shown.usual_latency, shown.usual_latency, _none("None yet"))),
        rx.cond(shown.server, counted, rx.fragment()),
        _fact("Last error", rx.cond(shown.error, _error(), _none("None"))),
        class_name="pd-connection-facts",
    )


def _error() -> rx.Component:
    shown = SourceHealthState.shown
    # Folded, so that the panel keeps its height.
    words = rx.el.details(
        rx.el.summary("Message"),
        rx.el.div(shown.error_message, " ", shown.error_hint, class_name="pd-quiet"),
        class_name="pd-details",
    )
    return rx.fragment(
        shown.error,
        ", ",
        time_ago(shown.error_at),
        rx.cond(shown.error_message, words, rx.fragment()),
    )


def _fact(term: str, value: rx.Component | rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(value))


def _none(word: str) -> rx.Component:
    return rx.el.span(word, class_name="pd-quiet")
