"""A home folder with an open, migrated database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.db import engine


@pytest.fixture
def database(home: Path) -> Iterator[Path]:
    engine.migrate()
    yield home / "proto_ddf.db"
    engine.dispose()
