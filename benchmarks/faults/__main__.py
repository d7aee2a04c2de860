"""Measures the table, or the rows and columns that are asked for."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.columns import MEASURED, Column
from benchmarks.faults.conditions import FAULTS, Fault
from benchmarks.faults.disk import disk_of_its_own
from benchmarks.faults.document import FILE, WITHOUT_MEANING, cell_text, control_text, document
from benchmarks.faults.pages import measured_pages
from benchmarks.faults.place import Place, opened_place
from benchmarks.faults.trials import Cell, control, measure
from benchmarks.report import machine

DISK = "512m"
"""No app is generated with less than 200 MB free, and it needs 150 MB."""


def main() -> None:
    asked = arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended before all was measured."))
    measured: dict[tuple[str, str], Cell] = {}
    controls: dict[tuple[str, str], Cell] = {}
    for key, cell, controlled in _measured(asked.rows, asked.columns):
        measured[key], controls[key] = cell, controlled
        _print(*key, cell, controlled)
        FILE.write_text(document(FILE.read_text(), measured, controls, _machine()))
    if broken := [key for key, cell in measured.items() if not cell.is_kept]:
        sys.exit(f"Not kept: {broken}")
    if all(cell.is_kept for cell in controls.values()):
        sys.exit("The faults do no harm without the protections either, so nothing is shown.")


def arguments(given: list[str]) -> argparse.Namespace:
    """`rows` and `columns`: by default all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    rows = [fault.name for fault in FAULTS]
    columns = list(dict.fromkeys(column.name for column in MEASURED))
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(rows)}")
    parser.add_argument("--columns", default=",".join(columns), help="separated by commas")
    asked = parser.parse_args(given)
    asked.columns = asked.columns.split(",")
    for known, chosen in ((rows, asked.rows), (columns, asked.columns)):
        if unknown := [each for each in chosen if each not in known]:
            parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    asked.rows = asked.rows or rows
    return asked


def _measured(rows: list[str], columns: list[str]) -> Iterator[tuple[tuple[str, str], Cell, Cell]]:
    """The row and the column, the cell and its control, of each."""
    if any(fault.strike for fault in FAULTS if fault.name in rows):
        with _place() as place:
            for fault, column in _cells(rows, columns, place):
                yield (fault.name, column.name), measure(fault, column), control(fault, column)
    yield from measured_pages(rows, columns)


def _cells(rows: list[str], columns: list[str], place: Place) -> Iterator[tuple[Fault, Column]]:
    """Column by column, because one may have a place of its own."""
    for column_class in MEASURED:
        faults = [each for each in FAULTS if each.name in rows and _is_measured(each, column_class)]
        if column_class.name not in columns or not faults:
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


def _machine() -> str:
    """What else it does decides about the times too."""
    return f"{machine()} Load at the end: {os.getloadavg()[0]:.0f}."


def _print(fault: str, column: str, cell: Cell, controlled: Cell) -> None:
    told = f"{cell_text(cell)}; without protections: {control_text(controlled)}"
    print(f"{fault}, {column}: {told}", flush=True)


@contextmanager
def _place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = Path(folder) / "home"
        with (
            disk_of_its_own(home, DISK) as is_mounted,
            opened_place(home, has_own_disk=is_mounted) as place,
        ):
            yield place


if __name__ == "__main__":
    main()
