"""Sources whose failures are tried again at once."""

from pathlib import Path

import pytest

from tests.policies import QUICK, fresh_policies


@pytest.fixture
def quick_retries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh_policies(monkeypatch, source=QUICK)
