"""What runs for a session is cancelled when it ends, and nothing else is. With Reflex's own processor of events."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from reflex.event import Event, EventHandler
from reflex_base.event.processor import EventProcessor
from reflex_base.registry import RegistrationContext

from proto_ddf.web.access.binding import bind
from proto_ddf.web.access.namespace import GuardedNamespace


class Running:
    """The events that run, by what they were started for."""

    def __init__(self) -> None:
        self.started: set[str] = set()
        self.cancelled: set[str] = set()

    async def run(self, what: str) -> None:
        self.started.add(what)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.add(what)
            raise


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_the_events_of_an_ended_session_are_cancelled(monkeypatch: pytest.MonkeyPatch):
    running = Running()

    async def wait_for_ever(what: str) -> None:
        await running.run(what)

    monkeypatch.setitem(
        RegistrationContext.ensure_context().event_handlers,
        "wait_for_ever",
        SimpleNamespace(handler=EventHandler(fn=wait_for_ever), states=()),  # type: ignore[arg-type]
    )

    async def scenario() -> None:
        processor = EventProcessor().configure()
        await processor.start()
        app: Any = SimpleNamespace(event_processor=processor, sio=None)
        namespace = GuardedNamespace("/_event", app)
        for session in ("aaaa", "bbbb"):
            for tab in ("1", "2"):
                event = Event(name="wait_for_ever", payload={"what": f"{session} {tab}"})
                await processor.enqueue(bind(session, tab), event)
        await until(lambda: len(running.started) == 4)
        await namespace.end_sessions(frozenset({"aaaa"}))
        await until(lambda: len(running.cancelled) == 2)
        assert running.cancelled == {"aaaa 1", "aaaa 2"}
        await processor.stop()

    asyncio.run(scenario())
