"""Keeps Proto-DDF's server running: starts it, and starts it again after a crash.

python -m proto_ddf.supervisor

`make run` runs this. It imports nothing but the standard library, so that it stays small and has little that
could fail. An orderly end of the server, a refusal to start, and a signal that asks it to end are no crashes.
SIGTERM and SIGINT end the server in order, and then this process.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence

RESTARTS = 5
WITHIN_SECONDS = 600.0
"""The server is started again at most RESTARTS times in this time."""
PAUSE_SECONDS = 1.0
"""Before each new start."""
END_SECONDS = 15.0
"""How long an orderly end of the server may take; the server itself takes at most 10 s, unless it is frozen."""
ENDED, NOT_STARTED, BAD_SETTINGS = 0, 1, 2
"""Exit codes of a server that ended in order, or never served and said why."""
ORDERLY_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
STOP = frozenset({signal.SIGTERM, signal.SIGINT})
AWAITED = STOP | {signal.SIGCHLD}


def main() -> None:
    server = [sys.executable, "-m", "proto_ddf.server", "start", str(os.getpid())]
    sys.exit(Supervisor(server).run())


class Supervisor:
    """Runs `command` until it ends in order. From the main thread alone: it blocks signals and waits for them."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._crashes: deque[float] = deque()
        self._stop_at: float | None = None
        """When the server is killed that was asked to end."""

    def run(self) -> int:
        """Returns the exit code for this process."""
        signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        no_crash = {ENDED, NOT_STARTED, BAD_SETTINGS}
        while True:
            code = self._run_once()
            if self._stop_at is not None:
                return 0
            if code in no_crash or -code in ORDERLY_SIGNALS:
                return max(code, 0)
            no_crash -= {NOT_STARTED}  # what served before may start at the next try
            if not self._may_start_again(code):
                return 1
            if _wait(STOP, PAUSE_SECONDS):
                return 0

    def _run_once(self) -> int:
        # preexec_fn is safe here: this process has one thread.
        process = subprocess.Popen(self._command, preexec_fn=_unblock)
        while process.poll() is None:
            seconds = None if self._stop_at is None else self._stop_at - time.monotonic()
            if seconds is not None and seconds <= 0:
                _say("Proto-DDF's server did not end in time and was killed.")
                process.kill()
                process.wait()
            elif _wait(AWAITED, seconds) in STOP and self._stop_at is None:
                self._stop_at = time.monotonic() + END_SECONDS
                process.terminate()
        return process.returncode

    def _may_start_again(self, code: int) -> bool:
        now = time.monotonic()
        while self._crashes and self._crashes[0] <= now - WITHIN_SECONDS:
            self._crashes.popleft()
        self._crashes.append(now)
        how = f"exit code {code}" if code > 0 else _signal_name(-code)
        if len(self._crashes) > RESTARTS:
            _say(
                f"Proto-DDF's server crashed {len(self._crashes)} times within "
                f"{WITHIN_SECONDS / 60:g} minutes ({how}) and is not started again. "
                "Its log says more; make run starts it anew."
            )
            return False
        _say(f"Proto-DDF's server crashed ({how}). It is started again.")
        return True


def _wait(signals: frozenset[signal.Signals], seconds: float | None) -> int | None:
    """The next of the signals; None when none came in time."""
    if seconds is None:
        return signal.sigwaitinfo(signals).si_signo
    found = signal.sigtimedwait(signals, max(0.0, seconds))
    return found.si_signo if found else None


def _unblock() -> None:
    """In the child before it runs the server: a blocked signal would stay blocked there."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
