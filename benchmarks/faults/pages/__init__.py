"""The rows whose faults are those of a browser: reload, two tabs and offline, on the real pages in Chromium."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.pages.action import PageAction
from benchmarks.faults.pages.chromium import chromium, opened_pages
from benchmarks.faults.pages.connect_source import ConnectSource
from benchmarks.faults.pages.faults import PAGE_FAULTS
from benchmarks.faults.pages.generate_app import GenerateApp
from benchmarks.faults.pages.note import Note
from benchmarks.faults.pages.save_row import SaveRow
from benchmarks.faults.pages.sign_in import SignIn
from benchmarks.faults.pages.trials import control, measure
from benchmarks.faults.pages.typed_text import TypedText
from benchmarks.faults.trials import Cell

__all__ = ["PAGE_ACTIONS", "measured_pages"]

PAGE_ACTIONS: tuple[type[PageAction], ...] = (
    *(Note, TypedText, SignIn),
    *(SaveRow, ConnectSource, GenerateApp),
)


def measured_pages(
    rows: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[tuple[str, str], Cell, Cell]]:
    """The row and the column, the cell and its control, of each of these rows and columns."""
    faults = [each for each in PAGE_FAULTS if each.name in rows]
    actions = [each for each in PAGE_ACTIONS if each.name in columns]
    if not faults or not actions:
        return
    with (
        TemporaryDirectory(prefix="faults-") as folder,
        chromium() as browser,
        opened_pages(Path(folder), browser) as pages,
    ):
        for action_class in actions:
            with action_class.opened(pages) as action:
                for fault in faults:
                    key = (fault.name, action.name)
                    yield key, measure(fault, action), control(fault, action)
