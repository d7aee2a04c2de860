"""The table in parts that are measured at once, because most of a trial is waiting: one column, with or without a browser."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from benchmarks.faults.columns import MEASURED, Column
from benchmarks.faults.conditions import FAULTS, Fault
from benchmarks.faults.disk import disk_of_its_own
from benchmarks.faults.document import WITHOUT_MEANING
from benchmarks.faults.pages import PAGE_ACTIONS, measured_pages
from benchmarks.faults.place import Place, opened_place
from benchmarks.faults.trials import Cell, control, measure

AT_ONCE = 3
"""Each with servers of its own."""
DISK = "512m"
"""No app is generated with less than 200 MB free, and it needs 150 MB."""

MeasuredCell = tuple[tuple[str, str], Cell, Cell]
"""The row and the column, the cell, and its control."""


def measured_cells(rows: Sequence[str], columns: Sequence[str]) -> Iterator[MeasuredCell]:
    """Those of each part as soon as it is measured."""
    names = list(dict.fromkeys(each.name for each in MEASURED if each.name in columns))
    actions = [each.name for each in PAGE_ACTIONS if each.name in columns]
    with ProcessPoolExecutor(AT_ONCE, get_context("spawn")) as pool:
        begun = [pool.submit(_measured_column, rows, name) for name in names]
        begun += [pool.submit(_measured_in_browser, rows, name) for name in actions]
        for part in as_completed(begun):
            yield from part.result()


def _measured_column(rows: Sequence[str], name: str) -> list[MeasuredCell]:
    if not any(fault.strike for fault in FAULTS if fault.name in rows):
        return []
    with _place() as place:
        return [
            ((fault.name, name), measure(fault, column), control(fault, column))
            for fault, column in _cells(rows, name, place)
        ]


def _measured_in_browser(rows: Sequence[str], name: str) -> list[MeasuredCell]:
    return list(measured_pages(rows, [name]))


def _cells(rows: Sequence[str], name: str, place: Place) -> Iterator[tuple[Fault, Column]]:
    """By class, because one may have a place of its own."""
    for column_class in MEASURED:
        faults = [each for each in FAULTS if each.name in rows and _is_measured(each, column_class)]
        if column_class.name != name or not faults:
            continue
        with column_class.opened(place) as column:
            for fault in faults:
                if fault.needs_disk and not column.place.has_own_disk:
                    print(f"{fault.name}: not measured, because mounting is not allowed here")
                else:
                    yield fault, column


def _is_measured(fault: Fault, column: type[Column]) -> bool:
    has_meaning = (fault.name, column.name) not in WITHOUT_MEANING
    return fault.strike is not None and has_meaning and column.is_struck_by(fault.name)


@contextmanager
def _place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = Path(folder) / "home"
        with (
            disk_of_its_own(home, DISK) as is_mounted,
            opened_place(home, has_own_disk=is_mounted) as place,
        ):
            yield place
