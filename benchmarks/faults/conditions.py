"""The faults of the table. Each is switched on before an action, and off while the action runs."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from benchmarks.faults.columns import Column
from benchmarks.faults.upstream import UPSTREAM_ROW
from tests.disks import fill_up
from tests.servers.tcp_proxy import CLEAR, Flow

HELD_SECONDS = 0.3
"""How long faults last that do not end by themselves."""
Strike = Callable[[Column], Iterator[None]]


@dataclass(frozen=True)
class Fault:
    """`strike` runs up to its yield before the action begins, and then on while it runs; None where it is not built yet."""

    name: str
    description: str
    strike: Strike | None = None
    lasts: bool = False
    """As long as the action: there is no moment from which on it should succeed."""
    needs_disk: bool = False
    """The home folder must be on a disk of its own."""


def slow(flow: Flow) -> Strike:
    def strike(column: Column) -> Iterator[None]:
        proxy = column.place.proxy
        proxy.upstream = proxy.downstream = flow
        yield

    return strike


def once(upstream: Flow = CLEAR, downstream: Flow = CLEAR) -> Strike:
    """Of one connection: the open one, or the first that is opened."""

    def strike(column: Column) -> Iterator[None]:
        proxy = column.place.proxy
        proxy.faulty = 0 if column.keeps_open else 1
        proxy.upstream, proxy.downstream = upstream, downstream
        yield

    return strike


def down(column: Column) -> Iterator[None]:
    proxy = column.place.proxy
    proxy.refusing = True
    proxy.reset_all()
    yield
    time.sleep(HELD_SECONDS)
    proxy.clear()


def killed(column: Column) -> Iterator[None]:
    yield
    time.sleep(random.uniform(0, column.struck_within))
    column.place.server.kill()
    column.place.start()


def terminated(column: Column) -> Iterator[None]:
    yield
    time.sleep(random.uniform(0, column.struck_within))
    column.place.server.terminate()
    column.place.start()


def stopped(column: Column) -> Iterator[None]:
    process = column.place.server.process
    assert process is not None
    yield
    time.sleep(random.uniform(0, column.struck_within))
    process.send_signal(signal.SIGSTOP)
    time.sleep(HELD_SECONDS)
    process.send_signal(signal.SIGCONT)


def disk_full(column: Column) -> Iterator[None]:
    filler = fill_up(column.place.server.home)
    yield
    time.sleep(HELD_SECONDS)
    filler.unlink()


def database_locked(column: Column) -> Iterator[None]:
    database = column.place.database
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        time.sleep(HELD_SECONDS)
        other.execute("ROLLBACK")


def upstream_fails(column: Column) -> Iterator[None]:
    assert column.upstream is not None
    column.upstream.fail()
    yield
    time.sleep(HELD_SECONDS)
    column.upstream.recover()


def _ends(ending: Literal["close", "reset", "silence"], after: int = 0) -> Flow:
    return Flow(limit=after, ending=ending)


FAULTS: tuple[Fault, ...] = (
    Fault("latency", "50 to 70 ms each way", slow(Flow(latency=0.05, jitter=0.02)), lasts=True),
    Fault("down", "connections are reset and refused for 0.3 s", down),
    Fault("bandwidth", "20 kB a second each way", slow(Flow(bytes_per_second=20_000)), lasts=True),
    Fault(
        "slow close",
        "the end of a stream comes 0.3 s late",
        slow(Flow(close_delay=0.3)),
        lasts=True,
    ),
    Fault(
        "timeout", "the request arrives, its answer never does", once(downstream=_ends("silence"))
    ),
    Fault("reset before the request", "not a byte of it arrives", once(upstream=_ends("reset"))),
    Fault("reset mid-body", "the first 1,000 bytes arrive", once(upstream=_ends("reset", 1_000))),
    Fault(
        "reset after commit and before the reply",
        "the request is done, and the connection is reset instead of the answer",
        once(downstream=_ends("reset")),
    ),
    Fault("slicing", "pieces of 7 bytes", slow(Flow(slice_bytes=7)), lasts=True),
    Fault(
        "half-open",
        "nothing arrives any more, and neither side is told",
        once(_ends("silence"), _ends("silence")),
    ),
    Fault("SIGKILL", "the server is killed while the action runs, and started again", killed),
    Fault("SIGSTOP", "the server stands still for 0.3 s", stopped),
    Fault(
        "SIGTERM", "the server is asked to end while the action runs, and started again", terminated
    ),
    Fault("disk full", "not a byte is free for 0.3 s", disk_full, needs_disk=True),
    Fault("database locked", "another process locks it for 0.3 s", database_locked),
    Fault(
        UPSTREAM_ROW,
        "for 0.3 s the database that is called has too many connections, is shutting down, or answers garbage",
        upstream_fails,
    ),
    Fault("reload", "of the page, in Chromium"),
    Fault("two tabs", "with the same page, in Chromium"),
    Fault("offline", "the browser is, in Chromium"),
)
