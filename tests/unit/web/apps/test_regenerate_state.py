"""The state of regenerating an app: the preview, starting it once, and what is shown at the end."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from reflex.state import State

from proto_ddf.errors import ValidationError
from proto_ddf.operations.kinds.regenerate import RegenerateAppInput
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.schema.diff import ChangeLine
from proto_ddf.web.apps import regenerate_state
from proto_ddf.web.apps.regenerate_state import RegeneratePreview, RegenerateState


class App:
    """The parts of an app that the state reads."""

    source_changes = (
        ChangeLine(tone="added", table="returns"),
        ChangeLine(tone="added", table="orders", what="note"),
        ChangeLine(tone="removed", table="parcels"),
    )


def view(state: str, **more: Any) -> OperationView:
    return OperationView(
        id="op", kind="regenerate_app", title="", subject="shop", state=state, created_at="", **more
    )


@pytest.fixture
def state() -> Any:
    root = State(_reflex_internal_init=True)
    made: Any = root.get_substate(RegenerateState.get_full_name().split("."))
    made.preview = RegeneratePreview(slug="shop", new_tables=["returns", "stock"])
    return made


def run(state: Any, handler: str, *given: Any) -> list[Any]:
    async def collect() -> list[Any]:
        return [event async for event in RegenerateState.event_handlers[handler].fn(state, *given)]

    return asyncio.run(collect())


def test_only_tables_that_are_new_can_be_chosen(state: Any) -> None:
    for name in ("stock", "returns", "returns", "orders"):
        state.choose_table(name, True, state.chosen)
    assert state.chosen == ["stock", "returns"]
    state.choose_table("stock", False, state.chosen)
    assert state.chosen == ["returns"]


def test_it_is_started_once_with_the_tables_chosen(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, Any]] = []

    def start(kind: str, given: Any) -> str:
        started.append((kind, given))
        return "op"

    monkeypatch.setattr(regenerate_state.service, "start", start)
    run(state, "regenerate", "shop", ["returns"])
    state.operation = view("running")
    run(state, "regenerate", "shop", ["returns"])
    given = RegenerateAppInput(slug="shop", add_tables=["returns"])
    assert started == [("regenerate_app", given)]


def test_what_cannot_be_started_is_reported_and_can_be_tried_again(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise ValidationError("gone", field="slug", value="shop", code="app_unknown")

    monkeypatch.setattr(regenerate_state.service, "start", refuse)
    run(state, "regenerate", "shop", [])
    assert state.error_message
    assert (state.busy, state._retry_handler) == (False, "regenerate")


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        (None, False),
        ("running", True),
        ("failed", True),
        ("succeeded", False),
        ("cancelled", False),
    ],
)
def test_the_page_shows_what_is_under_way_or_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, last: str | None, shown: bool
) -> None:
    monkeypatch.setattr(regenerate_state.hosted, "get_app", lambda _slug: App())
    monkeypatch.setattr(regenerate_state, "folder", lambda slug: tmp_path / slug)
    found = view(last) if last else None
    monkeypatch.setattr(regenerate_state.service, "last_for", lambda *_: found)
    preview, operation = regenerate_state._read_preview("shop")
    assert operation == (found if shown else None)
    assert (preview.new_tables, preview.known) == (["returns"], False)
    assert preview.kept_in.endswith("shop.previous")


def test_when_it_is_over_the_page_says_where_the_code_before_is(state: Any) -> None:
    state.choose_table("returns", True, [])
    state.operation = view("succeeded", output={"check": {"previous": "/apps/shop.previous"}})
    assert state._operation_ended() is not None
    assert (state.kept_in, state.chosen, state.operation.id) == ("/apps/shop.previous", [], "")
    state.dismiss_kept()
    assert state.kept_in == ""


def test_a_failed_one_stays_to_be_tried_again(state: Any) -> None:
    state.operation = view("failed")
    assert state._operation_ended() is None
    assert state.operation.id == "op"


def test_a_state_that_knows_nothing_takes_what_the_page_shows_as_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After an hour without an event the state is empty, but the page is not."""
    root = State(_reflex_internal_init=True)
    empty: Any = root.get_substate(RegenerateState.get_full_name().split("."))
    monkeypatch.setattr(RegenerateState, "_slug", lambda _: "shop")
    empty.choose_table("stock", True, ["returns"])
    assert empty.chosen == ["returns", "stock"]
    started: list[Any] = []
    monkeypatch.setattr(
        regenerate_state.service, "start", lambda _, given: started.append(given) or "op"
    )
    run(empty, "regenerate", "shop", ["returns", "stock"])
    assert started == [RegenerateAppInput(slug="shop", add_tables=["returns", "stock"])]
