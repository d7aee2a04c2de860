"""Notes for people about the sheets of a workbook that were read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from proto_ddf.sources.size_texts import count_text

_MOST_NAMED = 5


@dataclass
class SheetNotes:
    """What was found in a sheet."""

    title: str = ""
    uncalculated: int = 0
    """Formulas without a stored result."""
    errors: int = 0
    """Cells like #N/A."""
    not_dates: list[str] = field(default_factory=list)
    """Cells that are formatted as dates but hold no date, such as "B7"."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    """The letters of the columns."""


def notes(left_out: Counter[str], sheets: Sequence[SheetNotes]) -> str:
    """All notes on one line; empty if there are none."""
    found = [f"{count_text(left_out[kind], f'{kind} sheet')} left out" for kind in sorted(left_out)]
    if errors := sum(sheet.errors for sheet in sheets):
        found.append(f"{count_text(errors, 'cell')} with an error read as empty")
    if formulas := sum(sheet.uncalculated for sheet in sheets):
        found.append(
            f"{count_text(formulas, 'formula')} without a stored result read as empty"
            " (save the workbook in a spreadsheet program first)"
        )
    for sheet in sheets:
        where = f" in sheet “{sheet.title}”" if len(sheets) > 1 else ""
        found.extend(f"{words}{where}" for words in _of_sheet(sheet))
    return "; ".join(found)


def _of_sheet(sheet: SheetNotes) -> list[str]:
    found = []
    if sheet.not_dates:
        count = count_text(len(sheet.not_dates), "date cell")
        words = "that holds no date" if len(sheet.not_dates) == 1 else "that hold no date"
        found.append(f"{count} {words} read as empty ({_named(sheet.not_dates)})")
    if sheet.hidden_rows:
        count = count_text(len(sheet.hidden_rows), "hidden row")
        found.append(f"{count} read like the others ({_named(sheet.hidden_rows)})")
    if sheet.hidden_columns:
        count = count_text(len(sheet.hidden_columns), "hidden column")
        found.append(f"{count} read like the others ({_named(sheet.hidden_columns)})")
    return found


def _named(all_of_them: Sequence[object]) -> str:
    listed = ", ".join(_words(all_of_them[:_MOST_NAMED]))
    more = len(all_of_them) - _MOST_NAMED
    return f"{listed} and {more:,} more" if more > 0 else listed


def _words(items: Iterable[object]) -> Iterable[str]:
    return (str(item) for item in items)
