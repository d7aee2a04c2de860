"""Marks forms and buttons whose event is submitted by assets/browser/outbox.js, so that nothing that a person submits
is lost, even while there is no connection. Such an element has no handler of its own."""

from typing import Any

import reflex as rx
from reflex_base.utils.format import format_event_handler


def event_name(handler: Any) -> str:
    """The full name of an event, as browsers send it."""
    return str(format_event_handler(handler))


def submits(
    event: rx.Var[str] | str, title: rx.Var[str], key: rx.Var[str], **payload: Any
) -> dict[str, Any]:
    """Attributes of a button that submits the event with these arguments.

    Args:
        title: what it does, for the list of what waits.
        key: submissions with the same key are sent in order.
    """
    return {
        "data-outbox": event,
        "data-outbox-title": title,
        "data-outbox-key": key,
        "data-outbox-payload": rx.Var.create(payload).to_string(),
    }


def submits_form(event: rx.Var[str] | str, title: rx.Var[str], key: rx.Var[str]) -> dict[str, Any]:
    """The same for a form. The event gets its fields in the argument `form`."""
    return submits(event, title, key) | {"data-outbox-argument": "form"}


def to_send() -> rx.Component:
    """The link to what waits to be sent; outbox_list.js shows it, with their number, only if there is something."""
    return rx.el.a(href="/outbox", hidden=True, custom_attrs={"data-outbox-count": ""})


def list_to_send() -> rx.Component:
    """What this browser has not sent yet, and what was not accepted; outbox_list.js draws it."""
    return rx.el.section(custom_attrs={"data-outbox-list": ""}, aria_label="To send")
