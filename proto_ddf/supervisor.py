"""Keeps Proto-DDF's server running: starts it, and restarts it after a crash.

python -m proto_ddf.supervisor

`make run` runs this. It imports only the standard library, so that it stays small and reliable. An orderly shutdown of
the server, a refusal to start and an end by a signal such as SIGTERM are not crashes. SIGTERM and SIGINT shut down the
server and then end this process.
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
"""The server is restarted at most RESTARTS times in this time."""
PAUSE_SECONDS = 1.0
"""Before each restart."""
END_SECONDS = 15.0
"""Time limit for a shutdown of the server. The server itself takes at most 10 s, unless it is frozen."""
ENDED, NOT_STARTED, INVALID_SETTINGS = 0, 1, 2
"""Exit codes of a server that shut down, or that did not start and printed why."""
ORDERLY_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
STOP = frozenset({signal.SIGTERM, signal.SIGINT})
AWAITED = STOP | {signal.SIGCHLD}


def main() -> None:
    server = [sys.executable, "-m", "proto_ddf.server", "start", str(os.getpid())]
    sys.exit(Supervisor(server).run())


class Supervisor:
    """Runs `command` until it ends without a crash. For the main thread only: it blocks signals and waits for them."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._crashes: deque[float] = deque()
        self._stop_at: float | None = None
        """When a server that was asked to end is killed."""

    def run(self) -> int:
        """Returns the exit code for this process."""
        signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        no_crash = {ENDED, NOT_STARTED, INVALID_SETTINGS}
        while True:
            code = self._run_once()
            if self._stop_at is not None:
                return 0
            if code in no_crash or -code in ORDERLY_SIGNALS:
                return max(code, 0)
            no_crash -= {NOT_STARTED}  # a server that started before may start at the next attempt
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
                _print("Proto-DDF's server did not end in time and was killed.")
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
            _print(
                f"Proto-DDF's server crashed {len(self._crashes)} times within "
                f"{WITHIN_SECONDS / 60:g} minutes ({how}) and is not restarted. "
                "See its log; make run starts it again."
            )
            return False
        _print(f"Proto-DDF's server crashed ({how}). It is restarted.")
        return True


def _wait(signals: frozenset[signal.Signals], seconds: float | None) -> int | None:
    """The next of the signals; None if none came in time."""
    if seconds is None:
        return signal.sigwaitinfo(signals).si_signo
    found = signal.sigtimedwait(signals, max(0.0, seconds))
    return found.si_signo if found else None


def _unblock() -> None:
    """Runs in the child before the server starts, because blocked signals are inherited."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
