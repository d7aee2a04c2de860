"""A home folder with an open, migrated database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf import vault
from proto_ddf.db import engine
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS
from tests import vaulted


@pytest.fixture
def database(home: Path) -> Iterator[Path]:
    engine.migrate()
    yield home / "proto_ddf.db"
    engine.dispose()


@pytest.fixture
def vaulted_kind(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind of source of `tests.vaulted` is one of those that can be connected."""
    monkeypatch.setitem(KINDS, vaulted.NAME, vaulted.KIND)


@pytest.fixture
def reference(vaulted_kind: None) -> str:
    """Of the password of a source of that kind, which is connected."""
    made = vault.store(vaulted.RIGHT)
    store.save_source("Shop", vaulted.NAME, vaulted.config(made), vaulted.SCHEMA)
    return made
