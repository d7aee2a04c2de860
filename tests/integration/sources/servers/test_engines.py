"""Connections that are kept, lost, and discarded. The servers are real."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from structlog.testing import capture_logs

from proto_ddf.errors import classify
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.source import ServerSource
from tests.servers.database_server import Database
from tests.servers.reading import source_of
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start with no connections counted."""
    monkeypatch.setattr(engines, "_endpoints", {})
    yield
    engines.dispose_all()


@pytest.fixture
def source(server_database: Database) -> ServerSource:
    server_database.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    return source_of(server_database)


def counted(source: ServerSource) -> engines.ConnectionStatistics:
    return engines.statistics(engines.target_of(source.server, source.config))


def test_one_connection_serves_call_after_call(
    source: ServerSource, server_database: Database
) -> None:
    for _ in range(5):
        source.check()
        source_of(server_database, password=source.config.password).preview(PageRequest("t"))
    assert counted(source).connects == 1
    assert server_database.sessions() == 1


def test_simultaneous_calls_get_their_own_connections_and_few_are_kept(
    source: ServerSource, server_database: Database
) -> None:
    together = threading.Barrier(6)

    def hold(_: int) -> Any:
        with engines.pool(source.server, source.config).engine.connect() as connection:
            together.wait(120)
            return connection.exec_driver_sql("SELECT id FROM t").scalar_one()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(hold, range(6))) == [1] * 6
    assert counted(source).connects == 6
    wait_until(lambda: server_database.sessions() == 2)


def test_if_one_connection_breaks_all_others_are_discarded(
    source: ServerSource, server_database: Database
) -> None:
    engine = engines.pool(source.server, source.config).engine
    with engine.connect(), engine.connect():
        pass
    assert server_database.sessions() == 2
    server_database.end_sessions()
    with pytest.raises(Exception) as caught:  # noqa: PT011
        source.check()
    assert classify(caught.value).retryable
    with engine.connect() as one, engine.connect() as other:  # no second broken connection is used
        assert one.exec_driver_sql("SELECT 1").scalar_one() == 1
        assert other.exec_driver_sql("SELECT 1").scalar_one() == 1
    found = counted(source)
    assert (found.connects, found.reconnects, found.failures) == (4, 1, 1)
    assert found.last_error == classify(caught.value).code


def test_with_the_policy_a_broken_connection_causes_no_error_and_is_logged(
    source: ServerSource, server_database: Database
) -> None:
    config = server_database.config(password=source.config.password)
    resilient = make_source(source.server.name, config)
    resilient.check()
    server_database.end_sessions()
    with capture_logs() as lines:
        assert resilient.preview(PageRequest("t")).rows == ((1,),)
    target = resilient.target
    assert {"event": "connected again", "target": target, "log_level": "info"} in lines
    assert engines.statistics(target).reconnects == 1


def test_a_failed_connect_is_counted_and_is_not_a_reconnect(server_database: Database) -> None:
    source = source_of(server_database, password="")
    for _ in range(2):
        with pytest.raises(Exception):  # noqa: B017, PT011
            source.check()
    found = counted(source)
    assert (found.connects, found.reconnects, found.failures) == (0, 0, 2)
    assert found.last_error in {"password_missing", "authentication_failed"}


def test_idle_connections_are_closed(source: ServerSource, server_database: Database) -> None:
    source.check()
    engines.close_idle(3600)
    assert server_database.sessions() == 1
    engines.close_idle(0)
    wait_until(lambda: server_database.sessions() == 0)
    source.check()
    assert counted(source).reconnects == 0


def test_a_stream_that_is_read_slowly_is_not_idle(
    source: ServerSource, server_database: Database
) -> None:
    server_database.run("INSERT INTO t VALUES (2), (3)")
    stream = source.rows("t", 1)
    next(stream)
    engines.close_idle(0)
    assert [len(batch) for batch in stream] == [1, 1]
    assert counted(source).connects == server_database.sessions() == 1


def test_the_connections_of_a_changed_or_deleted_source_are_closed(
    source: ServerSource, server_database: Database
) -> None:
    kind, schema = source.server.name, source.read_schema()
    config = source.config.model_dump(mode="json")
    saved = store.save_source("Shop", kind, config, schema)
    source.check()
    store.rename_source(saved.id, "Store")
    store.save_source("Store", kind, config, schema, saved.id)
    assert server_database.sessions() == 1

    store.save_source("Store", kind, {**config, "writable": True}, schema, saved.id)
    wait_until(lambda: server_database.sessions() == 0)
    store.open_source(store.get_source(saved.id)).check()
    assert server_database.sessions() == 1

    store.delete_source(saved.id)
    wait_until(lambda: server_database.sessions() == 0)


def test_sessions_of_a_source_cannot_write(source: ServerSource) -> None:
    with engines.pool(source.server, source.config).engine.connect() as connection:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        assert classify(caught.value).code == "server_read_only"
