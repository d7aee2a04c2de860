"""What people are told of the sheets of a workbook that were read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from proto_ddf.sources.size_texts import count_text

_MOST_NAMED = 5


@dataclass
class SheetNotes:
    """What there is to tell of a sheet."""

    title: str = ""
    uncalculated: int = 0
    """Formulas without a stored result."""
    errors: int = 0
    """Cells like #N/A."""
    no_dates: list[str] = field(default_factory=list)
    """Cells that are formatted as dates and hold none: "B7"."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    """By their letters."""


def notes(left_out: Counter[str], sheets: Sequence[SheetNotes]) -> str:
    """All there is to tell, in a line; empty for nothing."""
    told = [f"{count_text(left_out[kind], f'{kind} sheet')} left out" for kind in sorted(left_out)]
    if errors := sum(sheet.errors for sheet in sheets):
        told.append(f"{count_text(errors, 'cell')} with an error read as empty")
    if formulas := sum(sheet.uncalculated for sheet in sheets):
        told.append(
            f"{count_text(formulas, 'formula')} without a stored result read as empty"
            " (save the workbook in a spreadsheet program first)"
        )
    for sheet in sheets:
        where = f" in sheet “{sheet.title}”" if len(sheets) > 1 else ""
        told.extend(f"{words}{where}" for words in _of_sheet(sheet))
    return "; ".join(told)


def _of_sheet(sheet: SheetNotes) -> list[str]:
    told = []
    if sheet.no_dates:
        count = count_text(len(sheet.no_dates), "date cell")
        words = "that holds no date" if len(sheet.no_dates) == 1 else "that hold no date"
        told.append(f"{count} {words} read as empty ({_named(sheet.no_dates)})")
    if sheet.hidden_rows:
        count = count_text(len(sheet.hidden_rows), "hidden row")
        told.append(f"{count} read like the others ({_named(sheet.hidden_rows)})")
    if sheet.hidden_columns:
        count = count_text(len(sheet.hidden_columns), "hidden column")
        told.append(f"{count} read like the others ({_named(sheet.hidden_columns)})")
    return told


def _named(all_of_them: Sequence[object]) -> str:
    listed = ", ".join(_words(all_of_them[:_MOST_NAMED]))
    more = len(all_of_them) - _MOST_NAMED
    return f"{listed} and {more:,} more" if more > 0 else listed


def _words(items: Iterable[object]) -> Iterable[str]:
    return (str(item) for item in items)
