"""Measures the table, or the rows and columns that are asked for."""

import argparse
import os
import signal
import sys

from benchmarks.faults.columns import MEASURED
from benchmarks.faults.conditions import FAULTS
from benchmarks.faults.document import FILE, cell_text, control_text, document
from benchmarks.faults.parts import AT_ONCE, measured_cells
from benchmarks.faults.trials import Cell
from benchmarks.report import machine


def main() -> None:
    asked = arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended before all was measured."))
    measured: dict[tuple[str, str], Cell] = {}
    controls: dict[tuple[str, str], Cell] = {}
    for key, cell, controlled in measured_cells(asked.rows, asked.columns):
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


def _machine() -> str:
    """What else it does decides about the times too."""
    load = os.getloadavg()[0]
    return f"{machine()} Up to {AT_ONCE} columns at once. Load at the end: {load:.0f}."


def _print(fault: str, column: str, cell: Cell, controlled: Cell) -> None:
    told = f"{cell_text(cell)}; without protections: {control_text(controlled)}"
    print(f"{fault}, {column}: {told}", flush=True)


if __name__ == "__main__":
    main()
