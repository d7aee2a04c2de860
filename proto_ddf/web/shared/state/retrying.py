"""Retrying an event: running it to its end, and the notice that it is too early."""

import asyncio
from collections.abc import Callable
from math import ceil

import reflex as rx
from reflex.event import EventSpec
from reflex_base.event import Event
from reflex_base.event.context import EventContext


async def run_to_end(again: Callable[[], EventSpec]) -> Exception | None:
    """Run the event that `again` returns as if the page had sent it, for the tab of the calling background event.

    Waits until the handler has ended. Returns the exception that the handler or `again` raised, and None if the
    handler ended without one or was cancelled because a newer run of it superseded it.
    """
    context = EventContext.get()
    try:
        [over] = await context.enqueue_impl(context.token, *Event.from_event_type(again()))
    except Exception as error:
        return error
    await asyncio.wait([over])
    return None if over.cancelled() else over.exception()


def too_early_notice(seconds: float) -> EventSpec:
    """The toast after a Try Again that came too early."""
    wait = ceil(seconds)
    toast: EventSpec = rx.toast.warning(
        f"It is too early to try again: wait {wait} s more.", position="bottom-right"
    )
    return toast
