"""Both ways of calling through a policy."""

import pytest

from tests.unit.resilience.policies import Run, run_async, run_sync


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found
