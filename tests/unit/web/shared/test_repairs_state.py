"""The state of repairs: what the address is about, and that a repair is started once."""

from typing import Any

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.operations.recovery import runner
from proto_ddf.web.shared.state import repairs
from proto_ddf.web.shared.state.repairs import RecoveryState, RepairOption, Repairs
from tests.unit.web.states import open_for_one_look, run, state_of

OPTION = RepairOption("reset_system", "Reset it", "It is away meanwhile")


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(RecoveryState, "_about", lambda _self: ("apps", "shop"))
    return state_of(RecoveryState)


def test_what_is_found_is_shown_and_stays_at_the_next_load(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def read(*about: str) -> Repairs:
        asked.append((about[0], about[1]))
        assert len(asked) == 1 or state.options == [OPTION]
        return Repairs(options=[OPTION])

    monkeypatch.setattr(repairs, "_read", read)
    open_for_one_look(monkeypatch, repairs)
    for _ in range(2):
        run(state, "follow")
    assert state.options == [OPTION]
    assert asked == [("apps", "shop")] * 2


def test_a_repair_is_started_once(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(runner, "execute_asked", lambda *given: started.append(given))
    state.starting = "clean_environment"
    run(state, "start", "apps", "shop", "reset_system")
    assert started == []
    state.starting = ""
    run(state, "start", "apps", "shop", "reset_system")
    assert started == [("apps", "shop", "reset_system")]
    assert state.starting == ""


@pytest.mark.parametrize("name", [None, 7, ["reset_system"]])
def test_what_a_client_makes_up_starts_nothing(
    state: Any, monkeypatch: pytest.MonkeyPatch, name: object
) -> None:
    monkeypatch.setattr(runner, "execute_asked", lambda *_: pytest.fail("it was started"))
    run(state, "start", "apps", "shop", name)


def test_why_it_cannot_be_started_is_said(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str) -> None:
        raise ValidationError("No", "strategy", "x", code="recovery_under_way")

    monkeypatch.setattr(runner, "execute_asked", refuse)
    run(state, "start", "apps", "shop", "reset_system")
    assert "being repaired" in state.error_message
    assert state.starting == ""
