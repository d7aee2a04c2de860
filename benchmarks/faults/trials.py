"""Runs the trials of a cell, and judges them."""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.faults.columns import Column
from benchmarks.faults.conditions import Fault

QUICK_TRIALS, SLOW_TRIALS = 100, 5
QUICK_SECONDS = 1.0
"""A trial that takes less is repeated often."""
_LONGER_THAN_THE_MIDDLE = "word " * 280
"""A request is then longer than the bytes of "reset mid-body"."""


@dataclass(frozen=True)
class Trial:
    is_acknowledged: bool
    effects: int
    recovery_seconds: float
    """From the end of the fault, or its start if it lasts as long as the action, to the acknowledgement."""


@dataclass(frozen=True)
class Cell:
    trials: list[Trial]
    can_double: bool = True
    is_ordered: bool = True
    """What is stored is in the order in which it was done."""

    @property
    def lost(self) -> int:
        """Acknowledged, and not stored."""
        return sum(each.is_acknowledged and each.effects == 0 for each in self.trials)

    @property
    def doubled(self) -> int:
        return sum(each.effects > 1 for each in self.trials)

    @property
    def unknown(self) -> int:
        """Never acknowledged."""
        return sum(not each.is_acknowledged for each in self.trials)

    @property
    def p95(self) -> float:
        """Of the recoveries, by the nearest rank: of few trials the longest. 0 if there are none."""
        found = sorted(each.recovery_seconds for each in self.trials if each.is_acknowledged)
        return found[math.ceil(0.95 * len(found)) - 1] if found else 0.0

    @property
    def is_kept(self) -> bool:
        """All that is promised is."""
        return not (self.lost or self.doubled or self.unknown) and self.is_ordered


def measure(fault: Fault, column: Column, most: int = QUICK_TRIALS) -> Cell:
    """The trials of a cell, with the protections on. `most` is how many there are at most."""
    marks: list[str] = []
    trials: list[Trial] = []
    wanted = min(most, SLOW_TRIALS)
    while len(trials) < wanted:
        marks.append(mark_of(fault, len(marks)))
        begin = time.monotonic()
        trials.append(run(fault, column, marks[-1], column.act))
        if len(trials) == 1 and time.monotonic() - begin < QUICK_SECONDS:
            wanted = most
    stored = [each for each in column.stored() if each in marks]
    first = list(dict.fromkeys(stored))
    column.clean_up()
    return Cell(trials, column.can_double, first == [each for each in marks if each in first])


def control(fault: Fault, column: Column) -> Cell:
    """One trial with the protections off."""
    mark = mark_of(fault, "control")
    found = run(fault, column, mark, column.act_unprotected)
    column.clean_up()
    return Cell([found], column.can_double)


def run(fault: Fault, column: Column, mark: str, act: Callable[[str], bool]) -> Trial:
    assert fault.strike is not None
    column.prepare()
    struck = fault.strike(column)
    next(struck)
    begin = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(_timed, act, mark)
        if fault.lasts:
            doing.result()
            lifted = begin
        next(struck, None)
        if not fault.lasts:
            lifted = time.monotonic()
        is_acknowledged, end = doing.result()
    column.place.proxy.clear()
    return Trial(is_acknowledged, column.effects(mark), max(0.0, end - lifted))


def _timed(act: Callable[[str], bool], mark: str) -> tuple[bool, float]:
    return act(mark), time.monotonic()


def mark_of(fault: Fault, trial: int | str) -> str:
    return f"{fault.name} {trial} {_LONGER_THAN_THE_MIDDLE}".strip()
