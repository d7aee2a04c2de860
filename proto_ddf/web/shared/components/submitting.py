"""Marks forms and buttons whose events go through the outbox, so that nothing that a person submits is lost (docs/outbox.md).

Such an element has no handler of its own: the browser's script keeps the event and sends it. A handler that it may call takes
everything that decides about its effect as arguments, because the tab may show another page when it runs.
"""

import json
from typing import Any

import reflex as rx
from reflex.event import EventHandler, EventSpec
from reflex_base.utils.format import format_event_handler

from proto_ddf.web.shared.state.kept_forms import KeptFormMixin, storage_places


def submits(event: Any, title: str | rx.Var[str], *, key: str | rx.Var[str] = "") -> dict[str, Any]:
    """The `custom_attrs` of a button that submits an event.

        rx.button("Stop", custom_attrs=submits(State.act("stop", app.slug), "Stop an app", key=app.slug))

    `title` says in the list of what waits what it does. Submissions with the same `key` are sent in order; by default those
    of the same event are.
    """
    handler, payload = _parts(event)
    attributes: dict[str, Any] = {
        "data-outbox": format_event_handler(handler),
        "data-outbox-title": title,
    }
    if payload:
        attributes["data-outbox-payload"] = rx.Var.create(payload).to_string()
    if isinstance(key, rx.Var) or key:
        attributes["data-outbox-key"] = key
    return attributes


def submits_form(
    event: Any,
    title: str | rx.Var[str],
    *,
    argument: str = "form",
    key: str | rx.Var[str] = "",
    keeps: type[KeptFormMixin] | None = None,
) -> dict[str, Any]:
    """The `custom_attrs` of a form that submits an event, whose `argument` gets the form's fields. With `keeps` it also sends
    what the browser keeps of that form."""
    attributes = submits(event, title, key=key) | {"data-outbox-argument": argument}
    if keeps is not None:
        attributes["data-outbox-kept"] = json.dumps(storage_places(keeps))
    return attributes


def _parts(event: Any) -> tuple[EventHandler, dict[str, Any]]:
    """The handler of an event, and its arguments by name."""
    if isinstance(event, EventHandler):
        return event, {}
    if not isinstance(event, EventSpec):
        raise TypeError(f"{event!r} is not one event of a state")
    return event.handler, {str(name): value for name, value in event.args}
