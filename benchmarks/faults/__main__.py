"""`python -m benchmarks.faults` measures all rows, `python -m benchmarks.faults down SIGKILL` only those."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.faults.columns import MEASURED
from benchmarks.faults.conditions import FAULTS, Fault
from benchmarks.faults.document import FILE, WITHOUT_MEANING, cell_text, control_text, document
from benchmarks.faults.place import Place, opened_place
from benchmarks.faults.trials import Cell, control, measure
from benchmarks.report import machine
from tests.disks import small_disk

DISK = "64m"


def main(names: list[str]) -> None:
    known = [fault.name for fault in FAULTS]
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No faults {', '.join(unknown)}; there are {', '.join(known)}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended before all was measured."))
    measured: dict[tuple[str, str], Cell] = {}
    controls: dict[tuple[str, str], Cell] = {}
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, _place(Path(folder)) as place:
        for fault, column_class in _cells(names or known, place):
            key, column = (fault.name, column_class.name), column_class(place)
            measured[key] = measure(place, fault, column)
            controls[key] = control(place, fault, column)
            _print(fault.name, column.name, measured[key], controls[key])
            FILE.write_text(document(FILE.read_text(), measured, controls, _machine()))
    if broken := [key for key, cell in measured.items() if not cell.is_kept]:
        sys.exit(f"Not kept: {broken}")
    if all(cell.is_kept for cell in controls.values()):
        sys.exit("The faults do no harm without the protections either, so nothing is shown.")


def _cells(names: list[str], place: Place) -> Iterator[tuple[Fault, type]]:
    for fault in FAULTS:
        if fault.name not in names or fault.strike is None:
            continue
        if fault.needs_disk and not place.has_own_disk:
            print(f"{fault.name}: not measured, because mounting is not allowed here", flush=True)
            continue
        for column in MEASURED:
            if (fault.name, column.name) not in WITHOUT_MEANING:
                yield fault, column


def _machine() -> str:
    """What else it does decides about the times too."""
    return f"{machine()} Load at the end: {os.getloadavg()[0]:.0f}."


def _print(fault: str, column: str, cell: Cell, controlled: Cell) -> None:
    told = f"{cell_text(cell)}; without protections: {control_text(controlled)}"
    print(f"{fault}, {column}: {told}", flush=True)


@contextmanager
def _place(folder: Path) -> Iterator[Place]:
    """On a disk of its own, if one can be mounted."""
    home = folder / "home"
    try:
        disk = small_disk(home, DISK)
        disk.__enter__()
    except pytest.skip.Exception:
        with opened_place(home, has_own_disk=False) as place:
            yield place
        return
    try:
        with opened_place(home, has_own_disk=True) as place:
            yield place
    finally:
        disk.__exit__(None, None, None)


if __name__ == "__main__":
    main(sys.argv[1:])
