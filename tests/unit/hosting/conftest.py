"""A separate home folder for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.db.engine import dispose, migrate
from proto_ddf.settings import Settings, get_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    settings = get_settings()
    settings.prepare_home()
    migrate()
    yield settings
    dispose()
    get_settings.cache_clear()
