"""What the list of incidents and the page of one have in common."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.trying_again import ErrorRowsMixin
from proto_ddf.web.shared.components.countdown import try_again_button
from proto_ddf.web.shared.components.numbers import count, time_ago
from proto_ddf.web.shared.components.submitting import submits


def failed_operation(error: Any) -> rx.Component:
    """What was being done, with a link to the operation if there is one."""
    return rx.cond(
        error.operation_id,
        rx.link(error.operation, href=f"/operations/{error.operation_id}", class_name="pd-link"),
        rx.el.span(error.operation),
    )


def error_again(state: type[ErrorRowsMixin], error: Any) -> rx.Component:
    """Try Again for one error; nothing if it cannot be tried again."""
    button = try_again_button(
        busy=state.retrying_id == error.id,
        submitted=submits(
            state.try_again(error.id, error.operation_id),
            "Try again: " + error.operation,
            key=error.operation_id,
        ),
        until=error.retry_at,
        seconds=state.waits[error.id],
        name="Try Again: " + error.operation,
    )
    return rx.cond(error.can_retry, rx.el.div(button, class_name="pd-error-again"), rx.fragment())


def occurrences(incident: Any) -> rx.Component:
    """How often and when: "12 times", "First seen a day ago", "Last seen 3 minutes ago"."""
    more = incident.count > 1
    return rx.fragment(
        rx.el.span(rx.cond(more, count(incident.count) + " times", "Once")),
        rx.cond(more, rx.el.span("First seen ", time_ago(incident.first_seen)), rx.fragment()),
        rx.el.span("Last seen ", time_ago(incident.last_seen)),
    )


def severity(word: rx.Var[str]) -> rx.Component:
    """ "High severity"."""
    return rx.el.span(
        rx.match(
            word,
            ("low", "Low"),
            ("medium", "Medium"),
            ("high", "High"),
            ("critical", "Critical"),
            word,
        ),
        " severity",
    )


def affected_links(affected: Any) -> rx.Component:
    """The apps and sources that an incident concerns, each a link; nothing if there are none.

    affected_links(incident.affected)
    """
    return rx.cond(
        affected.length() > 0,
        rx.el.div(
            rx.el.span("Affects", class_name="pd-quiet"),
            rx.el.ul(
                rx.foreach(affected, _affected_link), class_name="pd-whom", aria_label="Affected"
            ),
            class_name="pd-whom",
        ),
        rx.fragment(),
    )


def _affected_link(thing: Any) -> rx.Component:
    is_app = thing.kind == "app"
    link = rx.link(
        rx.cond(
            is_app,
            rx.icon("app-window", size=13, aria_label="App"),
            rx.icon("database", size=13, aria_label="Source"),
        ),
        rx.el.span(thing.name),
        href=rx.cond(is_app, f"/apps/{thing.id}", f"/sources/{thing.id}"),
        class_name="pd-link",
        size="1",
    )
    return rx.el.li(link)
