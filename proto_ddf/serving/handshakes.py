"""Cuts connections that never come to a request: with TLS the server itself waits for a handshake without a limit."""

import logging
import threading
import time

from .counters import COUNTERS
from .own_sockets import Peer, accepted, shut_down

_log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0


class Handshakes:
    """Which clients have sent a request, and a thread that cuts the others after `seconds`."""

    def __init__(self, port: int, seconds: float) -> None:
        self.known: set[Peer] = set()
        """Clients that have sent a request; the middleware adds them."""
        self._port = port
        self._seconds = seconds
        self._first_seen: dict[Peer, float] = {}

    def watch(self) -> None:
        """Start the thread, which ends with the process."""
        threading.Thread(target=self._run, name="handshakes", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(min(CHECK_SECONDS, self._seconds))
            self.check()

    def check(self) -> None:
        before, now, seen = set(self.known), time.monotonic(), dict[Peer, float]()
        for connection, peer in accepted(self._port):
            seen[peer] = self._first_seen.get(peer, now)
            if peer not in self.known and now - seen[peer] > self._seconds:
                COUNTERS.refused["no_request"] += 1
                _log.debug("A connection of %s is cut: it sent no request", peer[0])
                shut_down(connection)
        self._first_seen = seen
        self.known -= before - seen.keys()
