"""Serves an ASGI app in this process on one port, until it is told to end."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from . import watchdog
from .settings import ServingSettings
from .stack import protect

STOP_SECONDS = 4.0
"""Time limit for an orderly shutdown; shorter than the grace period before a supervisor kills."""


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
    raise_descriptor_limit()
    asyncio.run(
        _serve(
            protect(app, settings, host, port),
            host,
            port,
            settings,
            stop_seconds,
            frozen_seconds,
            stacks,
        )
    )


def raise_descriptor_limit() -> None:
    """Raise the limit of open files and connections, often 1,024, to the maximum for this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(
    app: Any,
    host: str,
    port: int,
    settings: ServingSettings,
    stop_seconds: float,
    frozen_seconds: float | None,
    stacks: Path | None,
) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # with HTTP/2 enabled, idle connections are never closed
        http1_settings=HTTP1Settings(header_read_timeout=settings.request_timeout_ms),
        backlog=settings.max_connections,
        backpressure=settings.max_connections,
        log_enabled=False,
    )

    def stop() -> None:
        # Rarely the shutdown hangs and blocks the event loop; then this thread ends the process.
        timer = threading.Timer(stop_seconds, exit_process, (0,))
        timer.daemon = True
        timer.start()
        server.stop()  # type: ignore[no-untyped-call]

    seconds = watchdog.FROZEN_SECONDS if frozen_seconds is None else frozen_seconds
    watchdog.watch_loop(asyncio.get_running_loop(), seconds, stacks)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop)
    await server.serve()
    if not server.interrupt_signal:
        raise RuntimeError("The server ended without a signal")


def exit_process(code: int) -> None:
    """End this process at once, without waiting for threads of libraries."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
