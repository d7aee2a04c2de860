"""What the guard of events costs: `python -m benchmarks.event_guard [rounds]`.

It looks up the session of the socket, counts the event against two rates, and compares the role with the least role of the
event. The peer is the same way of an event with nothing in it.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from reflex.app import EventNamespace
from reflex.event import Event
from reflex_base.event.context import EventContext

from benchmarks.report import Comparison, publish

ROUNDS = 15
EVENTS = 50_000
MORE_MICROSECONDS = 5.0
SOCKET = "socket"
NAME = "reflex___state____state.proto_ddf___web___apps___state____app_state.set_log_search"

TEXT = f"""{EVENTS:,} events of one signed-in tab pass the guard and nothing else, against the same calls with nothing in
them. Processor time of one event."""


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ["PROTO_DDF_HOME"] = str(Path(folder) / "home")
        ours, peer = asyncio.run(_measure(rounds))
    limit = Comparison("Guard of an event", ours, peer, "us", 1.0, MORE_MICROSECONDS)
    publish("Guard of events", TEXT, [limit], "nothing")


async def _measure(rounds: int) -> tuple[list[float], list[float]]:
    guarded, empty = _ways()
    ours: list[float] = []
    peer: list[float] = []
    for _ in range(rounds):
        ours.append(await _microseconds(guarded))
        peer.append(await _microseconds(empty))
    return ours, peer


def _ways() -> tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
    """An event's way through the guard, and through nothing."""
    from proto_ddf.accounts.sessions import SESSIONS
    from proto_ddf.proto_ddf import app
    from proto_ddf.web.access import namespace, throttle
    from proto_ddf.web.access.binding import bind
    from proto_ddf.web.access.event_guard import EventGuard
    from tests.homes import opened_home

    opened_home().__enter__()
    EventNamespace.on_event = _nothing  # type: ignore[method-assign]  # only the guard is measured
    throttle.SOCKET_RATE = namespace.SOCKET_RATE = namespace.SESSION_RATE = 10.0**9
    SESSIONS.load()
    session, _ = SESSIONS.begin(address="127.0.0.1")
    namespace_of_tabs = app.event_namespace
    assert isinstance(namespace_of_tabs, namespace.GuardedNamespace)
    namespace_of_tabs._admit(SOCKET, session)
    unused: object = None
    EventContext.set(
        EventContext(token=bind(session.id, "tab"), state_manager=unused, enqueue_impl=unused)  # type: ignore[arg-type]
    )
    guard, event, bare = EventGuard(), Event(name=NAME), EventNamespace("/_event", app)

    async def guarded() -> None:
        await namespace_of_tabs.on_event(SOCKET, event)
        assert await guard.preprocess(app, None, event) is None

    async def empty() -> None:
        await bare.on_event(SOCKET, event)
        await _nothing()

    return guarded, empty


async def _nothing(*_: object) -> None:
    pass


async def _microseconds(way: Callable[[], Awaitable[None]]) -> float:
    begin = time.process_time()
    for _ in range(EVENTS):
        await way()
    return (time.process_time() - begin) / EVENTS * 1e6


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
