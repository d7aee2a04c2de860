"""Ends a server whose event loop is frozen, after writing the stacks of all threads to the log.

A frozen server answers no requests and does not handle SIGTERM. After it has ended, its supervisor starts it again.
It runs in generated apps too.

There are two mechanisms, for two causes:

- A thread schedules a callback in the loop and waits. After four consecutive waits without a callback it ends the
  process. It counts waits and not seconds, because no wait ends while the process is suspended (SIGSTOP, suspend of
  the machine). A wait that took much longer than requested does not count, because the process was suspended then.
- C code that does not release the global interpreter lock blocks that thread too. Therefore the thread restarts two
  timers of the operating system at each wait. They measure CPU time and so stop while the process is suspended. One
  measures the loop's thread (timer_create(2), SIGALRM). The other measures all threads (setitimer(2), SIGPROF), in
  case another thread holds the lock; its limit is multiplied by the number of cores, because threads of C libraries
  may use all of them. When a timer expires, faulthandler's signal handler, which needs no lock, writes the stacks,
  and the signal ends the process.
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
"""Time without a run of the event loop after which the process is ended. Detection takes up to a quarter longer."""
FROZEN_EXIT = 70
"""The exit code of a process that the thread ended: EX_SOFTWARE of sysexits(3)."""
WAITS = 4
"""Consecutive waits without a callback. Each takes a quarter of the limit."""
LATE = 2.0
"""A wait that took this many times as long as requested does not count."""


def watch_loop(
    loop: asyncio.AbstractEventLoop, seconds: float = FROZEN_SECONDS, log: Path | None = None
) -> None:
    """End this process when `loop` has not run for `seconds`. Returns at once; watching ends with the loop.

    Call it from the loop's thread. The stacks are written to stderr and appended to the file `log`.
    """
    outputs = [sys.stderr] if log is None else [sys.stderr, _open(log)]
    for ends in (signal.SIGALRM, signal.SIGPROF):
        faulthandler.register(ends, outputs[-1], all_threads=True, chain=True)
    arguments = (loop, seconds, outputs, ThreadTimer(threading.get_ident()))
    threading.Thread(target=_watch, args=arguments, name="watchdog", daemon=True).start()


class ThreadTimer:
    """Sends SIGALRM to this process when a thread has used some CPU time. It does nothing if the C library has no such
    timers."""

    def __init__(self, thread: int) -> None:
        self._library = ctypes.CDLL(None)
        self._timer = ctypes.c_void_p()
        create = getattr(self._library, "timer_create", None)
        clock = time.pthread_getcpuclockid(thread)
        # The default without a sigevent is SIGALRM.
        self._exists = create is not None and create(clock, None, ctypes.byref(self._timer)) == 0

    def restart(self, seconds: float) -> None:
        """Start the timer again; 0 seconds stops it."""
        if self._exists:
            whole, part = divmod(seconds, 1)
            # struct itimerspec: no interval, then the time until it expires, in seconds and nanoseconds.
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
            timer.restart(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            return
        timer.restart(seconds)
        signal.setitimer(signal.ITIMER_PROF, processor_seconds)
        asked = time.monotonic()
        time.sleep(wait)
        if alive.is_set():
            missed = 0
        elif time.monotonic() - asked < LATE * wait:
            missed += 1
    _end(seconds, outputs)


def _end(seconds: float, outputs: list[TextIO]) -> None:
    """Write the stacks and exit. Nothing here takes a lock that a frozen thread may hold."""
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
