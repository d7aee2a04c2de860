"""A few seconds of what `make soak` does for ten minutes."""

from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from benchmarks.soak import FAULTS, WANTED, share, soak
from proto_ddf.serving.settings import DEFAULT_RATES
from tests.integration.serving.conftest import SETTINGS, Serving, served


@pytest.fixture
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    # Its clients are all at one address, and ask more often than people do.
    settings = replace(SETTINGS, rates=dict.fromkeys(DEFAULT_RATES, ""))
    with served(settings, tmp_path_factory.mktemp("serving")) as running:
        yield running


def test_clients_are_answered_while_others_misbehave(serving: Serving) -> None:
    process = psutil.Process(serving.process.pid)
    paths = {"/id": 0.05, "/whole?size=200000": 0.2}
    answers, faults = soak(process, serving.port, paths, seconds=8, wave_seconds=2)
    assert faults[: len(FAULTS)] == [fault.__name__ for fault in FAULTS]
    assert min(len(each.seconds) for each in answers.values()) > 10
    assert share(answers) >= WANTED, [
        failed for each in answers.values() for failed in each.failures
    ]
    assert serving.client.get("/id").status_code == 200
