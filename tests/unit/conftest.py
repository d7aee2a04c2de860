"""A home folder with an open, migrated database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS
from tests import vaulted
from tests.unit.aborting_server import aborting_server, client


@pytest.fixture
def database(migrated_home: Path) -> Path:
    return migrated_home / "proto_ddf.db"


@pytest.fixture
def vaulted_kind(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the kind of source of `tests.vaulted`."""
    monkeypatch.setitem(KINDS, vaulted.NAME, vaulted.KIND)


@pytest.fixture
def reference(vaulted_kind: None) -> str:
    """The reference of the password of a connected source of that kind."""
    made = vault.store(vaulted.RIGHT)
    store.save_source("Shop", vaulted.NAME, vaulted.config(made), vaulted.SCHEMA)
    return made


@pytest.fixture(scope="module")
def grpc_address() -> Iterator[str]:
    """Of a server that ends every call with the status it is asked for."""
    with aborting_server() as address:
        yield address


@pytest.fixture(scope="module")
def grpc_call(grpc_address: str) -> Iterator[Any]:
    """A call of that server."""
    with client(grpc_address) as call:
        yield call
