"""The ports of apps. A pair is reserved for the life of an app, so that the app keeps its address."""

import errno
import fcntl
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlmodel import Session, select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import PortReservation
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.progress import current_progress
from proto_ddf.settings import get_settings

SECOND_TRY_SECONDS = 1.0
ADDRESSES = (
    (socket.AF_INET, "127.0.0.1"),
    (socket.AF_INET, "0.0.0.0"),  # noqa: S104  only to test whether the port is in use on any address
    (socket.AF_INET6, "::"),
)


class PortPair(NamedTuple):
    frontend: int
    """The port of the app in production."""
    backend: int
    """The second port in development mode."""


class PortRegistry:
    """Reservations are stored in the database. Safe for use by several threads and processes."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def reserve_pair(self, name: str) -> PortPair:
        """The pair of `name`, reserved now if it was not before.

        If no pair is free, it tries once more after a second.

        Raises:
            SystemError: code port_unavailable.
        """
        pair = self._try(name)
        if pair is None:
            self._wait()
            pair = self._try(name)
        if pair is None:
            settings = get_settings()
            raise errors.SystemError(
                "No two free ports are left",
                component="ports",
                code="port_unavailable",
                start=settings.port_range_start,
                end=settings.port_range_end,
            )
        return pair

    def get(self, name: str) -> PortPair | None:
        with session() as db:
            return _pair(db.get(PortReservation, name))

    def release(self, name: str) -> None:
        """Free the pair of `name`, if it has one."""
        with _exclusive() as db:
            reservation = db.get(PortReservation, name)
            if reservation is not None:
                db.delete(reservation)
                db.commit()

    def _try(self, name: str) -> PortPair | None:
        with _exclusive() as db:
            known = _pair(db.get(PortReservation, name))
            if known is not None:
                return known
            taken = {get_settings().port}
            for reservation in db.exec(select(PortReservation)):
                taken |= {reservation.frontend, reservation.backend}
            free = _free_ports(taken)
            first, second = next(free, None), next(free, None)
            if first is None or second is None:
                return None
            db.add(PortReservation(name=name, frontend=first, backend=second))
            db.commit()
            return PortPair(first, second)

    def _wait(self) -> None:
        progress = current_progress.get()
        progress.report("No free ports, trying once more")
        for _ in range(10):
            progress.check_stop()
            self._sleep(SECOND_TRY_SECONDS / 10)


def is_free(port: int) -> bool:
    """Whether nothing listens on the port, on any address."""
    return all(_can_bind(family, address, port) for family, address in ADDRESSES)


def _can_bind(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return True  # this machine has no IPv6
    with probe:
        # Connections in TIME_WAIT do not prevent a server from listening.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            return family == socket.AF_INET6 and error.errno == errno.EADDRNOTAVAIL
    return True


def _free_ports(taken: set[int]) -> Iterator[int]:
    settings = get_settings()
    for port in range(settings.port_range_start, settings.port_range_end + 1):
        if port not in taken and port not in BLOCKED_PORTS and is_free(port):
            yield port


def _pair(reservation: PortReservation | None) -> PortPair | None:
    return PortPair(reservation.frontend, reservation.backend) if reservation else None


@contextmanager
def _exclusive() -> Iterator[Session]:
    """A session under a file lock that excludes other threads and processes.

    A transaction alone would be held open while ports are tested.
    """
    with (get_settings().home / "ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with session() as db:
            yield db


PORT_REGISTRY = PortRegistry()
