"""How the flows recover from failures of a source: one policy for each target, pauses, and continuing after them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proto_ddf import errors
from proto_ddf.generator.spec import AppSpec
from proto_ddf.operations import service
from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    RefreshSourceInput,
    TestSourceInput,
)
from proto_ddf.operations.model import KINDS, StepContext
from proto_ddf.operations.planning import plan_tables
from proto_ddf.resilience import BreakerState, Policy, policies
from proto_ddf.resilience.injection import registry
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.sqlite import connecting
from tests.policies import QUICK, fresh_policies


@pytest.fixture(autouse=True)
def _own_policies(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FAULTS_ENABLED", "true")
    fresh_policies(monkeypatch, source={**QUICK, "circuit_breaker_reset_timeout_ms": 10_000})
    yield
    registry.stop_all()


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes databases unreachable, or reachable again: they are found but cannot be opened."""
    reading = connecting.read_connection

    def broken(path: Path) -> None:
        raise ConnectionResetError(f"{path.name}: connection reset")

    def put(away: bool) -> None:
        monkeypatch.setattr(connecting, "read_connection", broken if away else reading)

    return put


def the_policy() -> Policy:
    """The only policy of all sources."""
    [one] = [one for one in policies() if one.system == "source"]
    return one


def runs(operation_id: str) -> list[int]:
    view = service.view(operation_id)
    assert view is not None
    return [step.runs for step in view.steps]


def test_every_flow_calls_a_target_through_one_policy(ended, shop_file: Path) -> None:
    config = {"path": str(shop_file)}
    ended("test_source", TestSourceInput(kind="sqlite", config=config))
    done = ended("connect_source", ConnectSourceInput(name="Shop", kind="sqlite", config=config))
    source_id = done.output["save"]["source_id"]
    ended("refresh_source", RefreshSourceInput(source_id=source_id))
    store.open_source(store.get_source(source_id)).preview(PageRequest("customer"))
    calls = the_policy().snapshot().calls
    spec: AppSpec = plan_tables(source_id, ["customer"])
    assert the_policy().snapshot().calls > calls
    given = GenerateAppInput(
        source_id=source_id,
        spec=spec.model_copy(update={"name": "My app", "slug": "my_app", "allow_editing": True}),
    )
    calls = the_policy().snapshot().calls
    KINDS["generate_app"].steps_for(given)[0].run(StepContext("operation", given))
    used = the_policy().snapshot()
    # Three calls: find the file, read the tables, check that it can be written.
    assert used.calls == calls + 3
    assert used.target == f"shop.db (upload {shop_file.parent.name})"


def test_an_import_reads_through_the_policy_too(people: SourceView) -> None:
    spec = plan_tables(people.id, ["people"])
    given = GenerateAppInput(
        source_id=people.id, spec=spec.model_copy(update={"name": "My app", "slug": "my_app"})
    )
    steps = {step.name: step for step in KINDS["generate_app"].steps_for(given)}
    context = StepContext("operation", given)
    for name in ("validate", "render"):
        steps[name].run(context)
    registry.inject("source", "reset", calls=2)
    assert steps["import"].run(context) == {"rows": {"people": 2}}
    assert the_policy().snapshot().retries == 2


def test_calls_that_were_reset_are_tried_again_and_reported(ended, shop_file: Path) -> None:
    registry.inject("source", "reset", calls=3)
    config = {"path": str(shop_file)}
    done = ended("connect_source", ConnectSourceInput(name="Shop", kind="sqlite", config=config))
    assert done.state == "succeeded"
    attempts = [(step.attempt, step.attempts) for step in done.steps]
    assert attempts == [(3, 5), (0, 0), (0, 0), (0, 0)]
    assert runs(done.id) == [1, 1, 1, 1]


def test_an_error_that_a_person_has_to_correct_does_not_count(ended, shop_file: Path) -> None:
    shop_file.write_bytes(b"no database" * 100)
    for _ in range(12):
        done = ended("test_source", TestSourceInput(kind="sqlite", config={"path": str(shop_file)}))
        assert done.error["code"] == "sqlite_not_a_database"
    assert the_policy().breaker.state is BreakerState.CLOSED
    assert the_policy().snapshot().retries == 0


def test_after_repeated_failures_calls_are_paused_and_try_again_continues_after_the_pause(
    ended, workshop, shop_file: Path, unreachable: Callable[[bool], None], until
) -> None:
    unreachable(True)
    given = TestSourceInput(kind="sqlite", config={"path": str(shop_file)})
    failed = ended("test_source", given)
    assert failed.error["code"] == "connection_failed"  # one failed call does not pause anything

    def try_again():
        service.retry(failed.id)
        return workshop.wait(failed.id, "succeeded", "failed")

    while (again := try_again()).error["code"] != "circuit_open":
        assert again.error["code"] == "connection_failed"
    context = again.error["context"]
    retry_at = datetime.fromisoformat(context["retry_at"])
    assert retry_at.utcoffset().total_seconds() == 0
    assert 0 < (retry_at - datetime.now(UTC)).total_seconds() <= context["retry_after"] <= 10
    assert again.error["retry_possible"]

    unreachable(False)
    with pytest.raises(errors.SystemError) as refused:
        try_again()
    assert refused.value.code == "too_early"
    until(lambda: datetime.now(UTC) >= retry_at)
    before = runs(failed.id)
    assert try_again().state == "succeeded"
    assert runs(failed.id) == [before[0], before[1] + 1, 1]
    assert before[0] == 1
    assert the_policy().breaker.state is BreakerState.HALF_OPEN  # two of the three probes
