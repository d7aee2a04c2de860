"""A separate home folder for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.settings import Settings
from tests.homes import opened_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "home"))
    with opened_home() as settings:
        yield settings
