"""A state that keeps errors, what it records, and how long it sleeps."""

from typing import Any

import pytest
from reflex.state import State

from proto_ddf.web.shared.state import errors as module
from tests.unit.web.shared.error_states import DraftState


@pytest.fixture
def root() -> State:
    return State(_reflex_internal_init=True)


@pytest.fixture
def draft(root: State) -> DraftState:
    state = root.get_substate(DraftState.get_full_name().split("."))
    assert isinstance(state, DraftState)
    return state


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(code, operation) of the recorded errors."""
    kept: list[tuple[str, str]] = []
    monkeypatch.setattr(
        module.intake,
        "report",
        lambda error, operation: kept.append((error["code"], operation)),
    )
    return kept


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch, recorded: list[Any]) -> list[float]:
    """The seconds of the waits, which do not really wait."""
    seconds: list[float] = []

    async def sleep(wanted: float) -> None:
        seconds.append(wanted)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    return seconds
