"""A real store, a real file as source, and the state of the generate page."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.sources.connected import store
from proto_ddf.web.generate import state as generate_state
from tests.unit.web.generate.states import SHOP, connect, load, new_state, operation


@pytest.fixture(autouse=True)
def database(migrated_home: Path) -> None:
    """Proto-DDF's own database, migrated."""


@pytest.fixture
def shop() -> store.SourceView:
    return connect("Shop", SHOP)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[GenerateAppInput]:
    """The inputs of the started operations."""
    asked: list[GenerateAppInput] = []

    def start(kind: str, given: GenerateAppInput) -> str:
        assert kind == "generate_app"
        asked.append(given)
        return "op1"

    monkeypatch.setattr(generate_state.service, "start", start)
    monkeypatch.setattr(generate_state.service, "view", lambda _id: operation())
    return asked


@pytest.fixture
def state(shop: store.SourceView) -> Any:
    """The page with its one source chosen and planned, and a valid name."""
    state = new_state()
    load(state)
    state.set_name("My shop")
    return state
