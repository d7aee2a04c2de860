"""Running what failed once more, to its end."""

import asyncio
from collections.abc import Callable
from math import ceil

import reflex as rx
from reflex.event import EventSpec
from reflex_base.event import Event
from reflex_base.event.context import EventContext


async def run_to_end(again: Callable[[], EventSpec]) -> Exception | None:
    """Run the event that `again` makes, for the tab whose background event calls this, as if the page had sent it.

    Returns once its handler is over: with the exception that it raised, or that `again` raised; with None where it
    ended in order, or was cancelled because a newer run of the same handler took its place.
    """
    context = EventContext.get()
    try:
        [over] = await context.enqueue_impl(context.token, *Event.from_event_type(again()))
    except Exception as error:
        return error
    await asyncio.wait([over])
    return None if over.cancelled() else over.exception()


def tell_too_early(seconds: float) -> EventSpec:
    """What a page says to a Try Again that comes before its time."""
    wait = ceil(seconds)
    told: EventSpec = rx.toast.warning(
        f"It is too early to try again: wait {wait} s more.", position="bottom-right"
    )
    return told
