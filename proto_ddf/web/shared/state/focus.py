"""Putting the focus on the field at fault."""

import reflex as rx
from reflex.event import EventSpec


def focus(element_id: str) -> EventSpec:
    """Focus an element, once the field that was disabled is drawn anew.

    By id: `rx.set_focus` knows only elements whose id was set where they were made.
    """
    return rx.call_script(f"setTimeout(() => document.getElementById({element_id!r})?.focus(), 50)")
