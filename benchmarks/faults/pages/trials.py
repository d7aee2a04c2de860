"""Runs the trials of a cell of these rows. Playwright works in one thread, so the fault and the action are in the same one."""

import time
from collections.abc import Sequence

from playwright.sync_api import BrowserContext, Page

from benchmarks.faults.pages.action import PageAction
from benchmarks.faults.pages.faults import PageFault
from benchmarks.faults.trials import QUICK_SECONDS, QUICK_TRIALS, SLOW_TRIALS, Cell, Trial


def measure(fault: PageFault, action: PageAction, most: int = QUICK_TRIALS) -> Cell:
    """The trials of a cell, with the protections on. `most` is how many there are at most."""
    trials: list[Trial] = []
    wanted = min(most, SLOW_TRIALS)
    while len(trials) < wanted:
        begin = time.monotonic()
        with action.opened_context(is_protected=True) as context:
            trials.append(_run(fault, action, context, str(len(trials)), is_patient=True))
        if len(trials) == 1 and time.monotonic() - begin < QUICK_SECONDS:
            wanted = most
    action.clean_up()
    return Cell(trials, action.can_double)


def control(fault: PageFault, action: PageAction) -> Cell:
    """One trial with the protections off."""
    with action.opened_context(is_protected=False) as context:
        trial = _run(fault, action, context, "control", is_patient=False)
    action.clean_up()
    return Cell([trial], action.can_double)


def _run(
    fault: PageFault, action: PageAction, context: BrowserContext, label: str, *, is_patient: bool
) -> Trial:
    """In a browser of its own: what one trial leaves in it, such as a draft, is not for the next one."""
    marks = [f"{fault.name} {label} {tab}".capitalize() for tab in range(fault.tabs)]
    action.prepare(context)
    tabs = [context.new_page() for _ in marks]
    for tab, mark in zip(tabs, marks, strict=True):
        tab.on("dialog", lambda dialog: dialog.accept())  # a changed form is left all the same
        action.fill(tab, mark)
    left = fault.strike(action, tabs, marks)
    lifted = time.monotonic()
    is_acknowledged = action.follow(left, marks[0], is_patient=is_patient)
    recovery = time.monotonic() - lifted
    return Trial(is_acknowledged, _effects(action, left, marks), recovery)


def _effects(action: PageAction, left: Page, marks: Sequence[str]) -> int:
    """Of what was done in all tabs: 0 if anything of it is missing."""
    promised = marks if action.survives_closing else marks[:1]
    counts = [action.effects(left, mark) for mark in promised]
    return max(counts) if all(counts) else 0
