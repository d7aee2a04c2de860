"""Database servers behind a bad network: a call never hangs and always has a typed error, and it works again when
the network does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from proto_ddf.errors import CATALOGUE
from proto_ddf.resilience import policy
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.resilient import SYSTEM, ResilientSource
from proto_ddf.sources.servers import engines
from tests.policies import fresh_policies
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.failing import (
    PATIENT,
    Failure,
    become_patient,
    connecting_fails,
    connects,
    failure_of,
)
from tests.servers.tcp_proxy import Flow, TcpProxy

pytestmark = pytest.mark.timeout(180)

ROWS = 20_000
directions = pytest.mark.parametrize("direction", ["upstream", "downstream"])
patient = pytest.mark.usefixtures("patient")
impatient = pytest.mark.usefixtures("impatient")

OF_THE_NETWORK = {"connection_lost", "host_silent"}


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[str, Database]]:
    """A database with many rows in the shared server of each kind, made when a test first asks for it."""
    made: dict[str, Database] = {}
    yield made
    for database in made.values():
        database.server.drop_database(database)


@pytest.fixture
def shop(server: DatabaseServer, shops: dict[str, Database]) -> Iterator[Database]:
    if server.kind not in shops:
        shops[server.kind] = database = server.create_database()
        statements = ["CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(200))"]
        values = ",".join(f"({at}, '{at:0200}')" for at in range(ROWS))
        database.run(*statements, f"INSERT INTO customer VALUES {values}")
    yield shops[server.kind]
    engines.dispose_all()


@pytest.fixture
def proxy(shop: Database, make_proxy: Callable[[int], TcpProxy]) -> TcpProxy:
    return make_proxy(shop.server.port)


@pytest.fixture
def config(shop: Database, proxy: TcpProxy, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The form's values for a connection through the proxy."""
    request.getfixturevalue("database")  # Proto-DDF's home folder, which holds the vault
    # If encryption is only preferred, libpq itself tries again without it.
    return shop.config(port=proxy.port, tls="require")


@pytest.fixture
def source(server_kind: str, config: dict[str, Any]) -> ResilientSource:
    return make_source(server_kind, config)


def first_ids(source: ResilientSource) -> list[Any]:
    return [row[0] for row in source.preview(PageRequest("customer", sort="id", limit=3)).rows]


def is_of_the_network(failure: Failure) -> None:
    assert failure.code in OF_THE_NETWORK, failure
    failure.check(failure.code, CATALOGUE[failure.code].field, retried=True)


@patient
@directions
@pytest.mark.parametrize(
    "flow",
    [
        pytest.param(Flow(latency=0.02, jitter=0.01), id="slow"),
        pytest.param(Flow(slice_bytes=3), id="sliced"),
        pytest.param(Flow(slice_bytes=100, slice_delay=0.001, close_delay=0.2), id="dripping"),
    ],
)
def test_a_slow_network_and_small_pieces_work(
    source: ResilientSource,
    config: dict[str, Any],
    server_kind: str,
    proxy: TcpProxy,
    direction: str,
    flow: Flow,
) -> None:
    setattr(proxy, direction, flow)
    connects(server_kind, config)
    assert first_ids(source) == [0, 1, 2]


CUTS = (1, 5, 40, 200, 900, 2000)


@patient
@directions
@pytest.mark.parametrize("ending", ["close", "reset"])
def test_connections_that_end_after_some_bytes(
    source: ResilientSource,
    config: dict[str, Any],
    server_kind: str,
    proxy: TcpProxy,
    direction: str,
    ending: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They end during the sign-in or later: the kind of error is always the same, and there is none when the
    network works again."""
    for limit in CUTS:
        fresh_policies(monkeypatch, source=PATIENT)
        setattr(proxy, direction, Flow(limit=limit, ending=ending))
        is_of_the_network(failure_of(source, lambda: first_ids(source)))
        is_of_the_network(connecting_fails(server_kind, config))
    proxy.clear()
    assert first_ids(source) == [0, 1, 2]
    connects(server_kind, config)


@patient
@directions
def test_one_bad_connection_is_replaced(
    source: ResilientSource, proxy: TcpProxy, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in CUTS:
        fresh_policies(monkeypatch, source=PATIENT)
        engines.dispose_all()
        setattr(proxy, direction, Flow(limit=limit, ending="reset"))
        proxy.faulty = 1
        assert first_ids(source) == [0, 1, 2]
        assert policy(SYSTEM, source.target).snapshot().retries == 1


@impatient
@directions
@pytest.mark.parametrize("limit", [0, 5, 200, 1500])
def test_a_network_that_stops_passing_data(
    source: ResilientSource,
    proxy: TcpProxy,
    direction: str,
    limit: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setattr(proxy, direction, Flow(limit=limit, ending="silence"))
    failure = failure_of(source, lambda: first_ids(source))
    failure.check("host_silent", "host", retried=True)
    proxy.clear()
    become_patient(monkeypatch)
    assert first_ids(source) == [0, 1, 2]


@impatient
@directions
def test_a_network_that_stops_passing_data_later(
    source: ResilientSource, proxy: TcpProxy, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert first_ids(source) == [0, 1, 2]
    setattr(proxy, direction, Flow(silent=True))
    failure = failure_of(source, lambda: first_ids(source))
    failure.check("host_silent", "host", retried=True)
    proxy.clear()
    become_patient(monkeypatch)
    assert first_ids(source) == [0, 1, 2]


@patient
def test_connections_that_are_reset_between_two_calls(
    source: ResilientSource, proxy: TcpProxy
) -> None:
    assert first_ids(source) == [0, 1, 2]
    proxy.reset_all()
    assert first_ids(source) == [0, 1, 2]
    assert engines.statistics(source.target).reconnects == 1


@patient
def test_a_result_that_is_reset_in_its_first_batch(
    source: ResilientSource, proxy: TcpProxy
) -> None:
    proxy.downstream = Flow(limit=100_000, ending="reset")
    failure = failure_of(source, lambda: list(source.rows("customer", batch=10_000)))
    is_of_the_network(failure)
    policy(SYSTEM, source.target).reset()
    proxy.faulty = 1
    assert sum(map(len, source.rows("customer", batch=10_000))) == ROWS


@patient
@pytest.mark.parametrize("ending", ["close", "reset"])
def test_a_stream_that_breaks_later(source: ResilientSource, proxy: TcpProxy, ending: Any) -> None:
    """A stream cannot be restarted: its reader gets an error and never mistakes a part for the whole."""
    proxy.downstream = Flow(limit=1_000_000, ending=ending)
    batches = source.rows("customer", batch=100)
    first = next(batches)
    assert len(first) == 100
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the code is what counts
        list(batches)
    Failure("", raised.value, 3, 3).check("connection_lost", None, retried=True)
    proxy.clear()
    assert sum(map(len, source.rows("customer"))) == ROWS


@impatient
def test_a_stream_that_stops_passing_data(source: ResilientSource, proxy: TcpProxy) -> None:
    proxy.downstream = Flow(limit=1_000_000, ending="silence")
    batches = source.rows("customer", batch=100)
    next(batches)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the code is what counts
        list(batches)
    Failure("", raised.value, 3, 3).check("host_silent", "host", retried=True)


@patient
def test_a_reader_that_stops_early(source: ResilientSource, proxy: TcpProxy) -> None:
    """Nothing waits for the rest of the rows."""
    batches = source.rows("customer", batch=100)
    next(batches)
    proxy.downstream = Flow(silent=True)
    batches.close()  # type: ignore[attr-defined]
    proxy.clear()
    assert first_ids(source) == [0, 1, 2]


@patient
def test_a_proxy_that_refuses_for_a_while(
    config: dict[str, Any], server_kind: str, proxy: TcpProxy
) -> None:
    proxy.refusing = True
    is_of_the_network(connecting_fails(server_kind, config))
    proxy.faulty = 2
    found = connects(server_kind, config)
    assert "read_tables" in found
