"""Sources whose failed calls are retried at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.sources.servers import engines
from tests.policies import fresh_policies
from tests.servers.failing import IMPATIENT, PATIENT


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    """No connection stays open after a test, because the servers are shared."""
    yield
    engines.dispose_all()


@pytest.fixture
def patient(home: Path, database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two retries at once; an answer may take long."""
    fresh_policies(monkeypatch, source=PATIENT)


@pytest.fixture
def impatient(home: Path, database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two retries at once; a server that does not answer within 0.3 s counts as silent."""
    fresh_policies(monkeypatch, source=IMPATIENT)


@pytest.fixture
def brief(home: Path, database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two retries at once; a wait for a server that waits too ends after 2 s, which is long enough for an answer."""
    limits = {"connect_timeout_ms": 2000, "read_timeout_ms": 2000}
    fresh_policies(monkeypatch, source={**PATIENT, **limits})


@pytest.fixture
def config_of() -> Callable[..., dict[str, Any]]:
    """The form's values for a port of this machine on which no database server answers."""

    def make(port: int, **changes: Any) -> dict[str, Any]:
        known = {"host": "127.0.0.1", "port": port, "database": "shop", "user": "ann"}
        return {**known, **changes}

    return make
