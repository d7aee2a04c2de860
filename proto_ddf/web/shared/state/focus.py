"""Moving the focus to a form field."""

import reflex as rx
from reflex.event import EventSpec


def focus(element_id: str) -> EventSpec:
    """Focus an element by its id, after a short delay in which a disabled field is rendered as enabled.

    `rx.set_focus` works only for elements whose id was set when they were created.
    """
    return rx.call_script(f"setTimeout(() => document.getElementById({element_id!r})?.focus(), 50)")
