"""Two cells of saving a row; Proto-DDF itself is not needed."""

from pathlib import Path

import pytest

from benchmarks.faults.app_place import app_on_server, app_with_own_file
from benchmarks.faults.columns import SaveRow, SaveRowOnServer
from benchmarks.faults.conditions import FAULTS, Fault
from benchmarks.faults.trials import control, measure
from benchmarks.faults.upstream import UPSTREAM_ROW, opened_upstream
from tests.servers.postgres import PostgresServer

ADD_AND_CHANGE = 2
"""Trials: they take turns."""


def fault(name: str) -> Fault:
    return next(each for each in FAULTS if each.name == name)


def test_a_row_is_saved_once_and_without_the_protections_twice(tmp_path: Path) -> None:
    lost_answer = fault("reset after commit and before the reply")
    with app_with_own_file(tmp_path / "disk") as app:
        column = SaveRow(app)
        cell = measure(lost_answer, column, ADD_AND_CHANGE)
        assert len(cell.trials) == ADD_AND_CHANGE
        assert cell.is_kept, cell
        assert control(lost_answer, column).doubled == 1


@pytest.mark.skipif(bool(PostgresServer.missing()), reason=PostgresServer.missing())
def test_a_row_is_saved_once_after_its_database_server_has_failed(tmp_path: Path) -> None:
    with opened_upstream() as upstream, app_on_server(tmp_path, upstream) as app:
        cell = measure(fault(UPSTREAM_ROW), SaveRowOnServer(app, upstream), ADD_AND_CHANGE)
    assert len(cell.trials) == ADD_AND_CHANGE
    assert cell.is_kept, cell
