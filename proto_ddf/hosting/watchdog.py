"""Ends a server whose event loop does not run any more, after writing what all threads do to the log.

A frozen server answers nobody and does not handle SIGTERM. Once it has ended, whoever looks after it starts it
again. This file imports nothing of proto_ddf: runner.py loads it, and it runs in generated apps too.

There are two watches, for two ways to freeze:

- A thread asks the loop for a sign of life and waits; after four waits in a row without one it ends the
  process. It counts waits instead of seconds: while the process does not run (SIGSTOP, suspend of the
  machine), no wait passes. A wait that took far longer than asked for was one in which the process did not run,
  and does not count.
- C code that does not release Python's lock keeps that thread from running too. Therefore it winds up a timer
  of the system at each wait, which counts the processor time of this process (setitimer(2), ITIMER_PROF) and so
  stands still with it. If the timer runs down, faulthandler's signal handler, which needs no lock, writes the
  stacks, and the signal ends the process.
"""

import asyncio
import faulthandler
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

FROZEN_SECONDS = 20.0
"""How long an event loop may stand still. The watch needs up to a quarter more to see it."""
FROZEN_EXIT = 70
"""The exit code of a process that the first watch ended: EX_SOFTWARE of sysexits(3)."""
WAITS = 4
"""In a row without a sign of life, each a quarter of the limit."""
LATE = 2.0
"""A wait that took this many times as long as asked for does not count."""


def watch_loop(
    loop: asyncio.AbstractEventLoop, seconds: float = FROZEN_SECONDS, log: Path | None = None
) -> None:
    """End this process once `loop` has not run for `seconds`. Returns at once; the watch ends with the loop.

    Call it from the main thread. `log` is a file to which the stacks are appended, besides stderr.
    """
    outputs = [sys.stderr] if log is None else [sys.stderr, _open(log)]
    faulthandler.register(signal.SIGPROF, outputs[-1], all_threads=True, chain=True)
    arguments = (loop, seconds, outputs)
    threading.Thread(target=_watch, args=arguments, name="watchdog", daemon=True).start()


def _watch(loop: asyncio.AbstractEventLoop, seconds: float, outputs: list[TextIO]) -> None:
    wait = seconds / WAITS
    processor_seconds = seconds * len(os.sched_getaffinity(0))
    alive = threading.Event()
    missed = 0
    while missed < WAITS:
        alive.clear()
        try:
            loop.call_soon_threadsafe(alive.set)
        except RuntimeError:  # the loop is closed
            signal.setitimer(signal.ITIMER_PROF, 0)
            return
        signal.setitimer(signal.ITIMER_PROF, processor_seconds)
        asked = time.monotonic()
        time.sleep(wait)
        if alive.is_set():
            missed = 0
        elif time.monotonic() - asked < LATE * wait:
            missed += 1
    _end(seconds, outputs)


def _end(seconds: float, outputs: list[TextIO]) -> None:
    """Write the stacks and leave. Nothing here takes a lock that a frozen thread may hold."""
    what = f"The event loop has not run for {seconds:g} seconds"
    head = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {what}. All threads:\n"
    for output in outputs:
        os.write(output.fileno(), head.encode())
        faulthandler.dump_traceback(output, all_threads=True)
        os.write(output.fileno(), f"FrozenError: {what}; the process ends.\n".encode())
    os._exit(FROZEN_EXIT)


def _open(log: Path) -> TextIO:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w")
