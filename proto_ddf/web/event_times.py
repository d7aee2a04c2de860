"""Measures how long the events of pages take, for the metrics."""

import asyncio
import time
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext

from proto_ddf.serving.counters import COUNTERS


class MeasureEvents(rx.Middleware):
    """A middleware of Reflex. Background events are not measured: they run for as long as a page follows something."""

    async def preprocess(self, app: Any, state: Any, event: Event) -> StateUpdate | None:
        registered = RegistrationContext.get().event_handlers.get(event.name)
        task = asyncio.current_task()
        if task is not None and registered is not None and not registered.handler.is_background:
            began = time.perf_counter()
            task.add_done_callback(
                lambda _task: COUNTERS.event_seconds.add(time.perf_counter() - began)
            )
        return None
