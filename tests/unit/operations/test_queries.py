from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import event

from proto_ddf.db import engine
from proto_ddf.operations import queries as operations_queries
from proto_ddf.operations.journal import journal
from proto_ddf.operations.model import Kind, Step


class Given(BaseModel):
    name: str


def _create(name: str, kind: str = "make") -> str:
    steps = [Step("a", "A", lambda _: None), Step("b", "B", lambda _: None)]
    made = Kind(kind, lambda g: g.name, Given, tuple(steps), lambda g: g.name)
    return journal.create(made, Given(name=name), "anonymous").operation_id


@pytest.fixture
def queries(database: Path):
    """The SELECTs sent while the list is watched."""
    sent: list[str] = []

    def note(_c, _cursor, statement, *_):
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    event.listen(engine.engine(), "before_cursor_execute", note)
    return sent


def test_an_unknown_operation_has_no_view(database: Path):
    assert operations_queries.load("unknown") is None


def test_the_newest_operations_come_first(database: Path):
    ids = [_create(f"app-{n}") for n in range(4)]
    assert [view.id for view in operations_queries.load_many(3)] == ids[:0:-1]


def test_operations_are_found_by_kind_subject_and_state(database: Path):
    made, stopped = _create("shop"), _create("shop", kind="stop")
    other = _create("flights")
    journal.cancel(stopped)
    assert [v.id for v in operations_queries.load_many(9, kind="make")] == [other, made]
    assert [v.id for v in operations_queries.load_many(9, subject="shop")] == [stopped, made]
    assert [v.id for v in operations_queries.load_many(9, state="cancelled")] == [stopped]
    assert operations_queries.load_many(9, kind="make", subject="shop", state="cancelled") == []


def test_steps_stay_with_their_operation(database: Path):
    for n in range(3):
        _create(f"app-{n}")
    assert [[s.name for s in v.steps] for v in operations_queries.load_many(9)] == [["a", "b"]] * 3


def test_a_view_takes_two_queries_and_so_does_a_list(queries: list[str]):
    operation_id = _create("shop")
    _create("flights")
    queries.clear()
    operations_queries.load(operation_id)
    assert len(queries) == 2
    queries.clear()
    operations_queries.load_many(50)
    assert len(queries) == 2


def test_times_are_iso_with_zone(database: Path):
    view = operations_queries.load(_create("shop"))
    assert view is not None
    assert view.created_at.endswith("+00:00")
    assert view.duration_seconds is None


def test_interim_outputs_are_not_read(queries):
    operation_id = _create("shop")
    queries.clear()
    assert operations_queries.load(operation_id) is not None
    assert operations_queries.load_many(9)
    assert queries
    assert not [each for each in queries if "interim_output" in each]
