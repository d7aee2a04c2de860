"""Connecting succeeds although many of the calls to the source are reset."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput
from proto_ddf.resilience.injection import registry
from proto_ddf.sources.connected import store
from tests.policies import QUICK, fresh_policies

RUNS = 50
SHARE = 0.3
SEED = 2976
"""A call is given up after five resets in a row: at 30 %, one call in 400. With this seed the first 1,000 draws have no
five resets in a row."""


@pytest.fixture(autouse=True)
def _own_policies(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The policies of a server, except that their waits are short."""
    monkeypatch.setenv("FAULTS_ENABLED", "true")
    fresh_policies(monkeypatch, source=QUICK)
    yield
    registry.stop_all()


def test_the_seed_has_no_five_resets_in_a_row() -> None:
    draws = random.Random(SEED)
    reset = [draws.random() < SHARE for _ in range(1_000)]
    assert max(len(list(row)) for is_reset, row in itertools.groupby(reset) if is_reset) < 5


def test_connecting_succeeds_fifty_times_while_three_in_ten_calls_are_reset(
    workshop, shop_file: Path
) -> None:
    registry.inject("source", "reset", rate=SHARE, seed=SEED)
    config = {"path": str(shop_file)}
    retried = 0
    for run in range(RUNS):
        given = ConnectSourceInput(name=f"Shop {run}", kind="sqlite", config=config)
        done = workshop.wait(service.start("connect_source", given), "succeeded", "failed")
        assert (done.state, done.error) == ("succeeded", None)
        assert [(step.state, step.runs) for step in done.steps] == [("succeeded", 1)] * 4
        retried += sum(step.attempts > 0 for step in done.steps)
    assert retried > RUNS / 2  # in three of four runs at least one of the four calls is reset
    names = {source.name for source in store.list_sources()}
    assert names == {f"Shop {run}" for run in range(RUNS)}
