"""Repairs of a source: its paused calls are waited for, and lost connections are opened anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput, RefreshSourceInput
from proto_ddf.operations.recovery import recovery
from proto_ddf.operations.recovery.model import Cause, RecoveryContext
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.servers import engines
from proto_ddf.sources.sqlite import connecting
from tests.integration.operations.recovery.driving import (
    act_on_newest,
    attempts,
    wait_for_end,
    wait_for_outcome,
)
from tests.policies import QUICK, fresh_policies
from tests.servers.database_server import DatabaseServer


@pytest.fixture
def lose(shop: store.SourceView, ended: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets the source be away for the one refresh that opens its circuit, for five seconds; returns that refresh."""
    settings = {"max_retries": 0, "circuit_breaker_threshold": 1}
    pause = {"circuit_breaker_reset_timeout_ms": 5000}
    fresh_policies(monkeypatch, source={**QUICK, **settings, **pause})

    def broken(path: Path) -> None:
        raise ConnectionResetError(f"{path.name}: connection reset")

    def refresh() -> Any:
        with monkeypatch.context() as away:
            away.setattr(connecting, "read_connection", broken)
            return ended("refresh_source", RefreshSourceInput(source_id=shop.id))

    return refresh


def test_a_pause_is_waited_for_and_the_refresh_goes_on(
    workshop: Any, shop: store.SourceView, lose: Any, ended: Callable[..., Any], until: Any
) -> None:
    lost = lose()
    assert lost.error["code"] == "connection_failed"
    assert act_on_newest(until, lost.id) is None  # what cannot be reached is not repaired
    paused = ended("refresh_source", RefreshSourceInput(source_id=shop.id))
    assert paused.error["code"] == "circuit_open"
    attempt = act_on_newest(until, paused.id)
    assert attempt is not None
    assert attempt.doing == "Waiting until calls are admitted again"
    wait_for_outcome(until, attempt.operation_id, "Went on at Find the file")
    until(lambda: service.view(paused.id).state == "succeeded")  # type: ignore[union-attr]


def test_the_second_failure_of_a_source_waits_for_the_repair_of_the_first(
    workshop: Any, shop: store.SourceView, lose: Any, ended: Callable[..., Any], until: Any
) -> None:
    lose()
    given = RefreshSourceInput(source_id=shop.id)
    first = ended("refresh_source", given)
    assert act_on_newest(until, first.id) is not None
    second = ended("refresh_source", given)
    assert second.error["code"] == "circuit_open"
    assert act_on_newest(until, second.id) is None
    for each in (first, second):
        until(lambda each=each: service.view(each.id).state == "succeeded")  # type: ignore[union-attr]
    until(lambda: attempts() == [("wait_for_circuit", "verified")] * 2)


def test_connections_are_opened_anew(
    workshop: Any, postgres: DatabaseServer, ended: Callable[..., Any], until: Any
) -> None:
    database = postgres.create_database()
    database.run("CREATE TABLE customer (id INTEGER PRIMARY KEY)")
    given = ConnectSourceInput(name="S", kind="postgresql", config=database.config())
    saved = store.get_source(ended("connect_source", given).output["save"]["source_id"])
    source = store.open_source(saved)
    source.check()
    before = list(engines._pools.values())
    context = RecoveryContext(incident_id="lost", source_id=saved.id)
    strategy = STRATEGIES["reconnect"]
    assert strategy.obstacle(recovery._input(Cause(code="connection_lost"), context)) == ""
    started = recovery._start([strategy], Cause(code="connection_lost"), context)
    assert started is not None
    wait_for_end(until, started.operation_id, "verified")
    assert KINDS[saved.kind].release is not None
    assert before
    assert not {id(pool) for pool in before} & {id(pool) for pool in engines._pools.values()}
    engines.dispose_all()
    postgres.drop_database(database)
