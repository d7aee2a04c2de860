"""Ends a server whose event loop does not run any more, after writing what all threads do to the log.

A frozen server answers nobody and does not handle SIGTERM. Once it has ended, whoever looks after it starts it
again. This file imports nothing of proto_ddf: runner.py loads it, and it runs in generated apps too.

There are two watches, for two ways to freeze:

- A thread asks the loop for a sign of life and waits; after four waits in a row without one it ends the
  process. It counts waits instead of seconds: while the process does not run (SIGSTOP, suspend of the
  machine), no wait passes. A wait that took far longer than asked for was one in which the process did not run,
  and does not count.
- C code that does not release Python's lock keeps that thread from running too. Therefore it winds up two timers
  of the system at each wait. They count processor time, and so stand still with the process: one that of the
  loop's thread (timer_create(2), SIGALRM), one that of all threads (setitimer(2), SIGPROF), for another thread
  that keeps the lock; it gets the limit once for each core, which threads of C libraries may use meanwhile. If one
  runs down, faulthandler's signal handler, which needs no lock, writes the stacks, and the signal ends the process.
"""

import asyncio
import ctypes
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

    Call it from the loop's thread. `log` is a file to which the stacks are appended, besides stderr.
    """
    outputs = [sys.stderr] if log is None else [sys.stderr, _open(log)]
    for ends in (signal.SIGALRM, signal.SIGPROF):
        faulthandler.register(ends, outputs[-1], all_threads=True, chain=True)
    arguments = (loop, seconds, outputs, ThreadTimer(threading.get_ident()))
    threading.Thread(target=_watch, args=arguments, name="watchdog", daemon=True).start()


class ThreadTimer:
    """Sends this process SIGALRM when a thread has used some processor time; does nothing where the C library
    does not have such timers."""

    def __init__(self, thread: int) -> None:
        self._library = ctypes.CDLL(None)
        self._timer = ctypes.c_void_p()
        create = getattr(self._library, "timer_create", None)
        clock = time.pthread_getcpuclockid(thread)
        # Without a sigevent it sends SIGALRM.
        self._exists = create is not None and create(clock, None, ctypes.byref(self._timer)) == 0

    def wind_up(self, seconds: float) -> None:
        """Start anew; 0 seconds stops it."""
        if self._exists:
            whole, part = divmod(seconds, 1)
            # struct itimerspec: no interval, then the time until it runs down, in seconds and nanoseconds.
            until = (ctypes.c_long * 4)(0, 0, int(whole), int(part * 1e9))
            self._library.timer_settime(self._timer, 0, ctypes.byref(until), None)


def _watch(
    loop: asyncio.AbstractEventLoop, seconds: float, outputs: list[TextIO], timer: ThreadTimer
) -> None:
    wait = seconds / WAITS
    processor_seconds = seconds * len(os.sched_getaffinity(0))
    alive = threading.Event()
    missed = 0
    while missed < WAITS:
        alive.clear()
        try:
            loop.call_soon_threadsafe(alive.set)
        except RuntimeError:  # the loop is closed
            timer.wind_up(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            return
        timer.wind_up(seconds)
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
