"""The number of connections that an operation makes to a database server, counted by the server."""

import re
from collections.abc import Callable, Iterator

import pytest
from pydantic import BaseModel

from proto_ddf.db.tables import AppState
from proto_ddf.generator.planning.regenerate import relevant_schema
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.operations.kinds.regenerate import RegenerateAppInput
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    RefreshSourceInput,
    TestSourceInput,
)
from proto_ddf.operations.model import KINDS, StepContext
from proto_ddf.operations.planning import plan_tables
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.servers import engines
from tests.servers.database_server import Database, DatabaseServer

Ended = Callable[[str, BaseModel], OperationView]


class Counts:
    """The server's counts since the last `reset`, which closes all connections."""

    def __init__(self, server: DatabaseServer) -> None:
        self._server = server
        self._is_postgres = server.kind == "postgresql"
        self._general_log = server.folder / "general.log"
        self._own_connections = 0
        if self._is_postgres:
            server.set(log_connections="on", log_statement="all")  # type: ignore[attr-defined]
        else:
            path = str(self._general_log)
            server.set(general_log_file=path, general_log=1)  # type: ignore[attr-defined]
        self.reset()

    def reset(self) -> None:
        engines.dispose_all()
        self._connections_before = self._connections()
        self._log_before = len(self._log())

    @property
    def connections(self) -> int:
        """Connections over TCP, including those without a sign-in."""
        return self._connections() - self._connections_before

    @property
    def schema_reads(self) -> int:
        """The number of times that the whole catalogue was read. To read the rows of a table, only its own part is
        read."""
        whole = {
            "postgresql": r"parameters: \$1 = '{}', \$2 = '{}', \$3 = NULL, \$4 = NULL, \$5 = NULL",
            "mysql": r"information_schema\.COLUMNS WHERE TABLE_SCHEMA = '\w+'\s+ORDER BY",
        }[self._server.kind]
        return len(re.findall(whole, self._log()[self._log_before :]))

    def _connections(self) -> int:
        if self._is_postgres:
            return len(re.findall("connection received: host=127", self._server.log))
        # Each query for the count makes a connection itself.
        self._own_connections += 1
        [(_, number)] = self._server.run("SHOW GLOBAL STATUS LIKE 'Connections'")
        return int(number) - self._own_connections

    def _log(self) -> str:
        if self._is_postgres:
            return self._server.log
        return self._general_log.read_text(errors="replace")


@pytest.fixture
def shop(own_server: DatabaseServer) -> Database:
    database = own_server.create_database()
    database.run(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE invoice (id INTEGER PRIMARY KEY, total INTEGER)",
        "INSERT INTO customer VALUES (1, 'Ann')",
    )
    return database


@pytest.fixture
def counts(shop: Database) -> Iterator[Counts]:
    yield Counts(shop.server)
    engines.dispose_all()


def connect(ended: Ended, shop: Database, *, writable: bool = False) -> str:
    """Connects the database as a source; returns the source's id."""
    config = shop.config(writable=writable)
    done = ended(
        "connect_source", ConnectSourceInput(name="S", kind=shop.server.kind, config=config)
    )
    assert done.state == "succeeded"
    return str(done.output["save"]["source_id"])


def connect_and_plan(ended: Ended, shop: Database) -> tuple[str, AppSpec]:
    """The id of a connected source, and the plan of an app that may change its rows."""
    source_id = connect(ended, shop, writable=True)
    spec = plan_tables(source_id, ["customer"]).model_copy(
        update={"name": "My app", "slug": "my_app", "allow_editing": True}
    )
    return source_id, spec


def run_first_step(kind: str, given: BaseModel) -> None:
    prepared = KINDS[kind].prepare(given)
    KINDS[kind].steps_for(prepared)[0].run(StepContext("operation", prepared))


@pytest.mark.parametrize("writable", [False, True])
def test_a_connection_is_tested_with_two_connections_and_one_read(
    ended: Ended, shop: Database, counts: Counts, writable: bool
) -> None:
    given = TestSourceInput(kind=shop.server.kind, config=shop.config(writable=writable))
    done = ended("test_source", given)
    assert done.state == "succeeded"
    assert done.steps[-2].message == "may read 2 of 2 tables" + ", may change rows" * writable
    assert (counts.connections, counts.schema_reads) == (2, 1)


@pytest.mark.parametrize("writable", [False, True])
def test_a_source_is_connected_with_two_connections_and_one_read(
    ended: Ended, shop: Database, counts: Counts, writable: bool
) -> None:
    source_id = connect(ended, shop, writable=writable)
    assert (counts.connections, counts.schema_reads) == (2, 1)
    assert {table.name for table in store.get_source(source_id).schema.tables} == {
        "customer",
        "invoice",
    }


def test_a_source_is_refreshed_with_two_connections_and_one_read(
    ended: Ended, shop: Database, counts: Counts
) -> None:
    source_id = connect(ended, shop)
    counts.reset()
    assert ended("refresh_source", RefreshSourceInput(source_id=source_id)).state == "succeeded"
    assert (counts.connections, counts.schema_reads) == (2, 1)


def test_the_first_step_of_a_generation_makes_one_connection_and_one_read(
    ended: Ended, shop: Database, counts: Counts
) -> None:
    source_id, spec = connect_and_plan(ended, shop)
    counts.reset()
    run_first_step("generate_app", GenerateAppInput(source_id=source_id, spec=spec))
    assert (counts.connections, counts.schema_reads) == (1, 1)


def test_the_first_step_of_a_regeneration_makes_one_connection_and_one_read(
    ended: Ended, shop: Database, counts: Counts
) -> None:
    source_id, spec = connect_and_plan(ended, shop)
    made_from = relevant_schema(spec, store.get_source(source_id).schema)
    hosted.create_app(spec, source_id, "maker", made_from)
    records.change("my_app", state=AppState.STOPPED)
    counts.reset()
    run_first_step("regenerate_app", RegenerateAppInput(slug="my_app"))
    assert (counts.connections, counts.schema_reads) == (1, 1)
