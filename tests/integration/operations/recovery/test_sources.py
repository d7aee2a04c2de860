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
    wait_for_end,
    wait_for_outcome,
)
from tests.policies import QUICK, fresh_policies
from tests.servers.database_server import DatabaseServer


def test_a_pause_is_waited_for_and_the_refresh_goes_on(
    workshop: Any,
    shop: store.SourceView,
    ended: Callable[..., Any],
    until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"max_retries": 0, "circuit_breaker_threshold": 1}
    pause = {"circuit_breaker_reset_timeout_ms": 1500}
    fresh_policies(monkeypatch, source={**QUICK, **settings, **pause})

    def broken(path: Path) -> None:
        raise ConnectionResetError(f"{path.name}: connection reset")

    given = RefreshSourceInput(source_id=shop.id)
    with monkeypatch.context() as away:
        away.setattr(connecting, "read_connection", broken)
        lost = ended("refresh_source", given)
        assert lost.error["code"] == "connection_failed"
        assert act_on_newest(until, lost.id) is None  # what cannot be reached is not repaired
    paused = ended("refresh_source", given)
    assert paused.error["code"] == "circuit_open"
    attempt = act_on_newest(until, paused.id)
    assert attempt is not None
    assert attempt.doing == "Waiting until calls are admitted again"
    wait_for_outcome(until, attempt.operation_id, "Went on at Find the file")
    until(lambda: service.view(paused.id).state == "succeeded")  # type: ignore[union-attr]


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
