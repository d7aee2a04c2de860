"""Both ways of calling through a policy, and what a listener is told."""

from collections.abc import Iterator

import pytest

from proto_ddf.resilience import add_attempt_listener
from tests.unit.resilience.policies import Run, run_async, run_sync


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


@pytest.fixture
def failed() -> Iterator[list[Exception]]:
    """The errors of failed attempts since the test began."""
    errors: list[Exception] = []
    remove = add_attempt_listener(lambda _system, _target, error: errors.append(error))
    yield errors
    remove()
