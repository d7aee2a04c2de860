"""Sessions that end, servers that start, stop and are killed, and queries that take too long. All of it is real."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from proto_ddf.errors import classify
from proto_ddf.resilience import BreakerState, add_attempt_listener, policy
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.resilient import SYSTEM, ResilientSource
from proto_ddf.sources.servers import engines, tcp_probe
from tests.policies import fresh_policies
from tests.ports import HOST
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.failing import (
    IMPATIENT,
    PATIENT,
    Failure,
    become_patient,
    connecting_fails,
    connects,
    failure_of,
)
from tests.servers.postgres import PostgresServer
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.usefixtures("patient")

ROWS = [(1, "Ann"), (2, "Bo")]
LOST = {"connection_lost", "server_stopping", "port_closed"}
"""The errors that a server that was ended may cause, depending on the moment."""


@pytest.fixture(autouse=True)
def _not_in_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend not to run in a container, where the error of a closed port of this machine would be another one."""
    monkeypatch.setattr(tcp_probe, "in_container", lambda: False)


def filled(server: DatabaseServer) -> Database:
    made = server.create_database()
    made.run(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bo')",
    )
    return made


@pytest.fixture
def shop(server: DatabaseServer) -> Iterator[Database]:
    """A database with a table, in the shared server of each kind."""
    made = filled(server)
    yield made
    engines.dispose_all()
    server.drop_database(made)


@pytest.fixture
def own_shop(own_server: DatabaseServer) -> Iterator[Database]:
    """The same in a server that the test may end."""
    yield filled(own_server)
    engines.dispose_all()


def source_of(database: Database, **changes: Any) -> ResilientSource:
    return make_source(database.server.kind, database.config(**changes))


def read(source: ResilientSource) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in source.preview(PageRequest("customer")).rows]


# Waiting queries


@contextmanager
def locked(database: Database) -> Iterator[Any]:
    """Locks the table, so that nobody can read it. Gives the session that holds the lock."""
    holder = database.connect()
    with holder.cursor() as cursor:
        if database.server.kind == "postgresql":
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE customer IN ACCESS EXCLUSIVE MODE")
        else:
            cursor.execute("LOCK TABLES customer WRITE")
    try:
        yield holder
    finally:
        holder.close()


_WAITING = {
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
    "mysql": "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%%' AND db = %s",
}
_KILL = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL CONNECTION {}"}


def waiting_session(database: Database, call: Future[Any]) -> int:
    """The session of a call that waits for the table; returns as soon as the call waits."""
    found: list[Any] = []

    def waits() -> bool:
        assert not call.done(), call.exception() or call.result()
        found[:] = database.server.run(_WAITING[database.server.kind], values=(database.name,))
        return bool(found)

    wait_until(waits)
    return int(found[0][0])


@pytest.fixture
def in_a_thread() -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor(1) as threads:
        yield threads.submit


def test_a_query_that_takes_too_long(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(shop)
    assert read(source) == ROWS
    fresh_policies(monkeypatch, source={**PATIENT, "read_timeout_ms": 2000})
    engines.dispose_all()
    source = source_of(shop)
    with locked(shop):
        failure = failure_of(source, lambda: read(source))
    failure.check("query_timeout", None, "2 s", retried=False)
    assert read(source) == ROWS


def test_a_session_that_is_ended_in_a_query(
    shop: Database, in_a_thread: Callable[..., Future[Any]]
) -> None:
    source = source_of(shop)
    assert read(source) == ROWS
    with locked(shop):
        call = in_a_thread(read, source)
        shop.server.run(_KILL[shop.server.kind].format(waiting_session(shop, call)))
    assert call.result() == ROWS
    snapshot = policy(SYSTEM, source.target).snapshot()
    assert snapshot.retries == 1
    assert snapshot.breaker is not None
    assert snapshot.breaker.failed == 1


def failure_when_ended(
    shop: Database,
    source: ResilientSource,
    in_a_thread: Callable[..., Future[Any]],
    end: Callable[[], None],
) -> Failure:
    """The failure of a read if `end` ends the server during its query."""
    with locked(shop):
        call = in_a_thread(lambda: failure_of(source, lambda: read(source)))
        waiting_session(shop, call)
        end()
        failure: Failure = call.result()
    assert failure.code in LOST
    return failure


def test_a_server_that_is_killed_in_a_query(
    own_shop: Database, in_a_thread: Callable[..., Future[Any]]
) -> None:
    source = source_of(own_shop)
    failure = failure_when_ended(own_shop, source, in_a_thread, own_shop.server.kill)
    failure.check(failure.code, failure_field(failure), retried=True)
    own_shop.server.start()
    assert read(source) == ROWS


def failure_field(failure: Failure) -> str | None:
    return "port" if failure.code == "port_closed" else None


def test_a_server_that_is_killed_while_rows_are_read(own_shop: Database) -> None:
    wide = "INSERT INTO wide SELECT id + {0}, name FROM wide"
    own_shop.run(
        "CREATE TABLE wide (id INTEGER PRIMARY KEY, name VARCHAR(2000))",
        "INSERT INTO wide VALUES (1, REPEAT('x', 2000))",
        *(wide.format(2**power) for power in range(13)),
    )
    source = source_of(own_shop)
    batches = source.rows("wide", batch=100)
    next(batches)
    own_shop.server.kill()
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the code is what counts
        list(batches)
    Failure("", raised.value, 3, 3).check("connection_lost", None, retried=True)
    own_shop.server.start()
    assert sum(map(len, source.rows("wide"))) == 2**13


# Servers that stop and start


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_the_first_call_after_a_restart(own_shop: Database, how: str) -> None:
    source = source_of(own_shop)
    assert read(source) == ROWS
    connects_before = engines.statistics(source.target)
    if how == "kill":
        own_shop.server.kill()
        own_shop.server.start()
    else:
        own_shop.server.restart()
    assert read(source) == ROWS
    now = engines.statistics(source.target)
    assert now.reconnects == connects_before.reconnects + 1
    assert policy(SYSTEM, source.target).snapshot().retries <= 1


def test_several_stale_connections_are_discarded_together(own_shop: Database) -> None:
    source = source_of(own_shop)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, [source] * 16)) == [ROWS] * 16
        own_shop.server.restart()
        assert list(threads.map(read, [source] * 16)) == [ROWS] * 16


def test_a_server_that_is_down(own_shop: Database) -> None:
    source = source_of(own_shop)
    assert read(source) == ROWS
    own_shop.server.stop()
    for _ in range(2):  # first with kept connections, then without
        failure = failure_of(source, lambda: read(source))
        failure.check("port_closed", "port", str(own_shop.server.port), retried=True)
    own_shop.server.start()
    assert read(source) == ROWS


def test_calls_of_a_server_that_stays_down_are_paused(
    own_shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaker = {
        "circuit_breaker_threshold": 6,
        "circuit_breaker_reset_timeout_ms": 5000,
        "circuit_breaker_success_threshold": 2,
    }
    fresh_policies(monkeypatch, source={**PATIENT, **breaker})
    source = source_of(own_shop)
    own_shop.server.stop()
    failures = [failure_of(source, lambda: read(source)) for _ in range(3)]
    assert [failure.code for failure in failures] == ["port_closed", "port_closed", "circuit_open"]
    assert failures[2].counted == 0
    own_shop.server.start()
    state = policy(SYSTEM, source.target).breaker
    assert state is not None
    wait_until(lambda: state.state is not BreakerState.OPEN)
    assert [read(source) for _ in range(2)] == [ROWS] * 2
    assert state.state is BreakerState.CLOSED


@pytest.mark.timeout(180)
def test_a_deadline_ends_a_call_to_a_server_that_hangs(
    own_shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_hour = 3_600_000
    slow = {**PATIENT, "connect_timeout_ms": an_hour, "read_timeout_ms": an_hour}
    fresh_policies(monkeypatch, source=slow)
    source, other = source_of(own_shop), source_of(own_shop, user="somebody_else")
    assert read(source) == ROWS
    own_shop.server.pause()
    fresh_policies(monkeypatch, source={**slow, "deadline_ms": 500})
    for call in (lambda: read(source), lambda: read(other)):  # in a session, and during the sign-in
        assert failure_of(source, call).code in {"host_silent", "deadline_exceeded"}
    own_shop.server.resume()
    fresh_policies(monkeypatch, source=slow)
    assert read(source) == ROWS


def test_a_server_that_hangs(own_shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh_policies(monkeypatch, source=IMPATIENT)
    source = source_of(own_shop)
    assert read(source) == ROWS
    own_shop.server.pause()
    failure = failure_of(source, lambda: read(source))
    failure.check("host_silent", "host", retried=True)
    own_shop.server.resume()
    become_patient(monkeypatch)
    assert read(source) == ROWS


def test_a_server_that_starts(make_server: Callable[..., Any]) -> None:
    server = make_server("postgresql")
    shop = filled(server)
    server.stop()
    hold = server.start_slowly()
    wait_until(lambda: can_connect(server.port))
    failure = connecting_fails("postgresql", shop.config())
    failure.check("server_starting", None, "PostgreSQL", retried=True)
    hold.unlink()
    server.wait_until_ready()
    connects("postgresql", shop.config())


def can_connect(port: int) -> bool:
    try:
        socket.create_connection((HOST, port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_server_that_shuts_down(make_server: Callable[..., Any]) -> None:
    server = make_server("postgresql")
    assert isinstance(server, PostgresServer)
    shop = filled(server)
    session = shop.connect()
    server.stop_when_sessions_end()
    wait_until(lambda: shutting_down(server))
    failure = connecting_fails("postgresql", shop.config())
    failure.check("server_stopping", None, "PostgreSQL", retried=True)
    session.close()


def shutting_down(server: PostgresServer) -> bool:
    try:
        server.run("SELECT 1")
    except Exception as error:
        return "shutting down" in str(error)
    return False


def test_a_server_that_is_shut_down_in_a_query(
    own_shop: Database, in_a_thread: Callable[..., Future[Any]]
) -> None:
    source = source_of(own_shop)
    failed: list[tuple[str, str]] = []
    stop_listening = add_attempt_listener(
        lambda _system, target, error: failed.append((target, classify(error).code))
    )
    failure = failure_when_ended(own_shop, source, in_a_thread, own_shop.server.stop)
    stop_listening()
    assert failure.attempts == 3
    first = next(code for target, code in failed if target == source.target)
    assert first in {"server_stopping", "connection_lost"}
    own_shop.server.start()
    assert read(source) == ROWS
