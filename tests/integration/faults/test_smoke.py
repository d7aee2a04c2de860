"""A few cells of the table of faults, with the protections on and off; `make faults` measures all."""

from collections.abc import Iterator

import pytest

from benchmarks.faults.columns import (
    Column,
    ConnectSource,
    GenerateApp,
    Outbox,
    SignIn,
    UiEvent,
)
from benchmarks.faults.conditions import FAULTS, Fault
from benchmarks.faults.place import Place, opened_place
from benchmarks.faults.trials import control, measure
from tests.servers.postgres import PostgresServer

TRIALS = 3


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with opened_place(tmp_path_factory.mktemp("faults") / "home", has_own_disk=False) as opened:
        yield opened


def fault(name: str) -> Fault:
    return next(each for each in FAULTS if each.name == name)


@pytest.mark.parametrize(
    ("name", "column", "harm"),
    [
        ("reset after commit and before the reply", Outbox, "doubled"),
        ("reset before the request", UiEvent, "lost"),
        ("timeout", SignIn, "unknown"),
    ],
)
def test_nothing_is_lost_or_doubled_and_without_the_protections_it_is(
    place: Place, name: str, column: type[Column], harm: str
) -> None:
    with column.opened(place) as opened:
        cell = measure(fault(name), opened, TRIALS)
        assert len(cell.trials) == TRIALS
        assert cell.is_kept, cell
        assert getattr(control(fault(name), opened), harm) == 1


@pytest.mark.skipif(bool(PostgresServer.missing()), reason=PostgresServer.missing())
@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("reset after commit and before the reply", ConnectSource),
        ("upstream 429 / 5xx / garbage", ConnectSource),
        ("reset after commit and before the reply", GenerateApp),
    ],
)
def test_an_operation_is_started_once_and_succeeds(
    place: Place, name: str, column: type[Column]
) -> None:
    with column.opened(place) as opened:
        cell = measure(fault(name), opened, most=1)
    assert len(cell.trials) == 1
    assert cell.is_kept, cell
