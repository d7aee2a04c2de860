"""Serves an ASGI app in this process on one port, until it is told to end."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import uvloop

from . import watchdog
from .handshakes import Handshakes
from .limits import possible_connections
from .listening import Listening, make_server
from .open_work import OPEN_WORK
from .own_sockets import accepted, shut_down
from .settings import ServingSettings
from .stack import protect

STOP_SECONDS = 4.0
"""Time limit for an orderly shutdown; shorter than the grace period before a supervisor kills."""
REQUESTS_SHARE = 0.4
"""The share of that time which requests have to end."""


def serve(
    app: Any,
    host: str,
    port: int,
    settings: ServingSettings,
    stop_seconds: float = STOP_SECONDS,
    frozen_seconds: float | None = None,
    stacks: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    The process exits if the shutdown takes longer than `stop_seconds`, or if the event loop does not run for
    `frozen_seconds` (None: the default of watchdog.py). In the second case the stacks of all threads are written to
    stderr and appended to the file `stacks`.
    """
    handshakes = None
    if settings.tls_cert:
        handshakes = Handshakes(port, settings.request_timeout_ms / 1000)
        handshakes.watch()
    protected = protect(app, settings, host, port, handshakes)
    most = possible_connections(settings.max_connections)
    server = make_server(protected, host, port, settings, most)
    # A quarter faster than asyncio's own loop in what most of the work is: many short messages.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(server, stop_seconds, frozen_seconds, stacks))


async def _serve(
    server: Listening, stop_seconds: float, frozen_seconds: float | None, stacks: Path | None
) -> None:
    loop = asyncio.get_running_loop()
    ending: list[asyncio.Task[None]] = []

    def stop() -> None:
        # Rarely the shutdown hangs and blocks the event loop; then this thread ends the process.
        timer = threading.Timer(stop_seconds, exit_process, (0,))
        timer.daemon = True
        timer.start()
        ending.append(loop.create_task(_end(server, stop_seconds)))

    seconds = watchdog.FROZEN_SECONDS if frozen_seconds is None else frozen_seconds
    watchdog.watch_loop(loop, seconds, stacks)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop)
    await server.serve()
    if not server.interrupt_signal:
        raise RuntimeError("The server ended without a signal")


async def _end(server: Listening, stop_seconds: float) -> None:
    """Take no new work, tell open pages, let requests end, and cut what remains, so that there is time for the app's own
    shutdown (the end of the lifespan), which begins when no connection is open."""
    OPEN_WORK.draining = True
    await OPEN_WORK.close_websockets()
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.sleep(stop_seconds * REQUESTS_SHARE)
    OPEN_WORK.cancel()
    for connection, _ in accepted(server.bind_port):
        shut_down(connection)


def exit_process(code: int) -> None:
    """End this process at once, without waiting for threads of libraries."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
