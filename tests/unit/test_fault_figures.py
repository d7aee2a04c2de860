"""The table of faults: how trials are judged, and how its document is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.faults.__main__ import arguments
from benchmarks.faults.columns import MEASURED
from benchmarks.faults.conditions import FAULTS
from benchmarks.faults.document import (
    COLUMNS,
    CONTROL_HEAD,
    FILE,
    HEAD,
    LIMITS,
    NOT_MEASURED,
    WITHOUT_MEANING,
    document,
)
from benchmarks.faults.trials import Cell, Trial

KNOWN = f"# Reliability\n\n| a | b |\n\ntext\n{LIMITS}\n- a limit\n"
ROWS = [fault.name for fault in FAULTS]
trials = st.lists(st.builds(Trial, st.booleans(), st.integers(0, 3), st.floats(0, 60)), min_size=1)


def rows_of(text: str) -> dict[str, list[str]]:
    """The cells of a table by the names of its rows."""
    lines = [line.removesuffix(" |").split(" | ") for line in text.splitlines()]
    return {each[0][2:].partition(":")[0]: each[1:] for each in lines if ":" in each[0]}


def written(known: str, row: str, column: str, cell: Cell) -> str:
    return document(known, {(row, column): cell}, {(row, column): cell}, "Machine: one.")


@given(trials)
def test_a_cell_keeps_its_promise_only_if_every_trial_is_done_once(found: list[Trial]) -> None:
    cell = Cell(found)
    done_once = all(each.is_acknowledged and each.effects == 1 for each in found)
    assert cell.is_kept == done_once
    assert not Cell(found, is_ordered=False).is_kept


@given(trials)
def test_the_95th_percentile_is_at_least_as_long_as_95_of_100_recoveries(
    found: list[Trial],
) -> None:
    times = [each.recovery_seconds for each in found if each.is_acknowledged]
    p95 = Cell(found).p95
    assert p95 in [*times, 0.0]
    assert sum(each <= p95 for each in times) >= 0.95 * len(times)


def test_a_new_section_has_a_cell_for_each_fault_and_action() -> None:
    text = document(KNOWN, {}, {}, "Machine: one.")
    before, _, section = text.partition(HEAD)
    assert before == KNOWN.partition(LIMITS)[0].rstrip() + "\n\n"
    assert text.endswith(LIMITS + KNOWN.partition(LIMITS)[2])
    for table in section.split(CONTROL_HEAD):
        rows = rows_of(table)
        assert [row for row in rows if row in ROWS] == ROWS
        for row in ROWS:
            expected = [WITHOUT_MEANING.get((row, column), NOT_MEASURED) for column in COLUMNS]
            assert rows[row] == expected


@given(st.sampled_from(ROWS[:10]), st.sampled_from(ROWS[10:15]))
def test_a_later_run_keeps_what_it_does_not_measure(first: str, second: str) -> None:
    cell, later = Cell([Trial(True, 1, 0.5)] * 5), Cell([Trial(False, 2, 0.0)], is_ordered=False)
    text = written(written(KNOWN, first, "outbox", cell), second, "outbox", later)
    place = COLUMNS.index("outbox")
    measured, controls = map(rows_of, text.partition(HEAD)[2].split(CONTROL_HEAD))
    assert measured[first][place] == "5: 0 / 0 / 0, 0.50 s"
    assert measured[second][place] == "1: 0 / 1 / 1, 0.00 s, out of order"
    assert (controls[first][place], controls[second][place]) == ("kept", "doubled, unknown")
    assert text == written(text, second, "outbox", later)


def test_the_document_has_the_rows_and_columns_of_today() -> None:
    known = FILE.read_text()
    assert document(known, {}, {}, "").count("\n") == known.count("\n")


@pytest.mark.parametrize("column", MEASURED)
def test_each_measured_action_has_a_column(column: type) -> None:
    assert column.name in COLUMNS


def test_all_rows_and_columns_are_measured_unless_some_are_chosen() -> None:
    everything = arguments([])
    assert everything.rows == ROWS
    assert everything.columns == list(dict.fromkeys(column.name for column in MEASURED))
    chosen = arguments(["--columns", "outbox,UI event", "down", "SIGKILL"])
    assert (chosen.rows, chosen.columns) == (["down", "SIGKILL"], ["outbox", "UI event"])


@pytest.mark.parametrize("given", [["up"], ["--columns", "inbox"]])
def test_an_unknown_row_or_column_is_refused(given: list[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(given)
