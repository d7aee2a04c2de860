"""Finds likely mistakes in the shape of a table whose file has a header.

It reports a title above the header, a missing header, a row of units and a total at the end. Nothing is changed: a
person decides. Ordinary tables must give no warning, so each one needs evidence from the cells, for example that all
other values of a column are numbers or dates, or that a total is the sum of the rows above.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

Row = Sequence[str]
"""The cells as text; empty text for an empty cell."""

MOST_TITLES = 10
"""Number of rows above a possible header that are examined."""
_SHOWN = 40
_DAY = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2})?"
_MOMENT = re.compile(rf"({_DAY}([T ]{_CLOCK}.*)?|{_CLOCK}([.,]\d+)?)")
_NUMBER = re.compile(r"[-+]?[$€£¥]? ?(\d[\d.,'\u00a0 ]*|[.,]\d+)([eE][-+]?\d{1,3})?( ?[%€$£¥])?")
_MISSING = frozenset(
    [
        "-",
        "--",
        "\u2013",
        "\u2014",
        ".",
        "..",
        "…",
        "?",
        "*",
        "x",
        "na",
        "n/a",
        "#n/a",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "unknown",
    ]
)
_TITLE_MARK = re.compile(r"[#%;]|//")
_YEAR = re.compile(r"(19|20|21)\d\d")
_SERIES_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?%?")
_UNIT = re.compile(
    r"[(\[]?(%|‰|°[CFK]?|[€$£¥]|EUR|USD|GBP|CHF|[kKMGTmµμncdh]?(m|g|s|l|L|W|Wh|V|A|Hz|Pa|J|K|B|b|bar|mol|cal|eV|Ω)[²³23]?"
    r"|kg|t|ha|h|min|sec|ms|hours?|days?|years?|months?|weeks?|km/h|m/s|mph|ft|in|lb|oz|yd|mi|psi|ppm|ppb|pcs|pH|kWh"
    r"|dB|hPa|mbar|Stück|\w{1,4}/\w{1,4}[²³23]?)[)\]]?"
)
_TOTAL = re.compile(
    r"(grand |sub-?|sub )?totals?( (général|general|geral|generale))?|sums?|gesamt(summe|betrag)?|summe|zwischensumme|"
    r"insgesamt|totaal|totale|suma|somme|soma|summa|i alt|yhteensä|celkem|razem|ogółem|összesen|итого|всего|сумма|"
    r"σύνολο|toplam|合計|合计|总计|總計|小计|합계|(total )?averages?|means?|durchschnitt|mittelwert|moyenne|"
    r"promedio|media|gemiddelde|среднее",
    re.IGNORECASE,
)
_CERTAIN_TOTAL = re.compile(r"(grand total|total général|gesamtsumme)\b|.*:$", re.IGNORECASE)


def shape_warnings(names: Row, rows: Sequence[Row]) -> list[str]:
    """Warnings about the start of a table: clauses without a full stop.

    Args:
        names: the header, with "" for a column without a name.
        rows: the first rows below it.
    """
    if found := _title(names, rows):
        return [found]
    return [found for found in (_no_header(names, rows), _units(rows)) if found]


def find_header(rows: Sequence[Row]) -> int | None:
    """The index of the first row after row 0 that looks like the header of all rows below it.

    All its cells are text and different, and some column below it holds only numbers or dates.
    """
    for at, row in enumerate(rows[: MOST_TITLES + 1]):
        below = rows[at + 1 :]
        words = [cell.strip() for cell in row if cell.strip()]
        wide = len(words) >= max(2, 0.75 * len(row)) and len(words) > _filled(rows[0])
        if at and wide and below and are_names(words) and _typed(below):
            return at
    return None


def total_row_warning(last: Row, *, sums_match: bool, gaps: bool) -> str | None:
    """A warning if the last row is a total of the rows above it.

    Args:
        sums_match: whether a number in it is the sum or the mean of those above.
        gaps: whether it has no value in a column in which all other rows have one.
    """
    for cell in last:
        label = cell.strip()
        if not _is_text(label):
            continue
        named = _TOTAL.fullmatch(label.rstrip(":").strip())
        if named and (sums_match or gaps or _CERTAIN_TOTAL.match(label)):
            return f"the last row (“{label}”) looks like a total of the rows above it"
        return None
    return None


def are_names(words: Sequence[str]) -> bool:
    """Whether words may name columns: all are texts, and all are different."""
    return all(map(_is_text, words)) and len({word.casefold() for word in words}) == len(words)


def quoted_row(cells: Row) -> str:
    """A row as it is quoted in a warning."""
    text = ", ".join(cell.strip() for cell in cells if cell.strip())
    return f"“{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}”"


def _title(names: Row, rows: Sequence[Row]) -> str | None:
    if len(names) < 2 or _filled(names) > len(names) / 2:
        return None
    at = find_header([names, *rows])
    if at is None:
        return None
    return (
        f"the first row ({quoted_row(names)}) looks like a title, and the header seems to be {at}"
        f" {'row' if at == 1 else 'rows'} further down ({quoted_row(rows[at - 1])})"
    )


def _no_header(names: Row, rows: Sequence[Row]) -> str | None:
    """A warning if a name is a number or a date like all values below it, or if names occur again as values."""
    typed = _typed(rows)
    suspect = {
        at
        for at, name in enumerate(names)
        if at in typed and _kind(name) == _kind_of_column(rows, at)
    }
    numbers = [at for at in suspect if _kind(names[at]) == "number"]
    if (
        numbers
        and len(suspect) == len(numbers)
        and _are_series([names[at] for at in numbers], numbers)
    ):
        return None
    repeated = [
        at
        for at, name in enumerate(names)
        if _is_text(name) and any(at < len(row) and row[at] == name for row in rows)
    ]
    if any(list(row) == list(names) for row in rows):
        return f"the header ({quoted_row(names)}) is repeated among the rows"
    if suspect or len(repeated) > 1:
        return f"the first row ({quoted_row(names)}) looks like values: the file seems to have no header"
    return None


def _units(rows: Sequence[Row]) -> str | None:
    """A warning if the first row has words where all rows below it have numbers or dates."""
    if len(rows) < 3:
        return None
    first, below = rows[0], rows[1:]
    typed = _typed(below)
    words = [at for at in typed if at < len(first) and _is_text(first[at])]
    if not words or any(_kind(first[at]) for at in typed if at not in words):
        return None
    units = [at for at in words if _UNIT.fullmatch(first[at].strip())]
    others_empty = all(not first[at].strip() for at in range(len(first)) if at not in words)
    if len(units) == len(words) or others_empty or len(words) > 1:
        return f"the first row below the header ({quoted_row(first)}) looks like units or a second header"
    return None


def _are_series(names: Row, positions: Sequence[int]) -> bool:
    """Whether numbers may name adjacent columns: years, or a series. A series without another column before it must be
    even (0, 1, 2), because 1, 15.2 are more likely an id and a value."""
    if all(_YEAR.fullmatch(name) for name in names):
        return True
    beside = all(after - before == 1 for before, after in pairwise(positions))
    values = [float(name.rstrip("%")) for name in names if _SERIES_NUMBER.fullmatch(name)]
    steps = [after - before for before, after in pairwise(values)]
    rising = bool(steps) and min(steps) > 0
    even = rising and (
        (values[0] in (0, 1) and set(steps) == {1}) or len(set(steps)) == 1 < len(steps)
    )
    return len(values) == len(names) and beside and (even or (rising and positions[0] > 0))


def _typed(rows: Sequence[Row]) -> list[int]:
    """The columns that have values, all of them numbers or dates."""
    width = max(map(len, rows), default=0)
    return [at for at in range(width) if _kind_of_column(rows, at) in ("number", "date")]


def _kind_of_column(rows: Sequence[Row], at: int) -> str | None:
    """The kind of a column's values; None if there are several kinds or no values."""
    kinds = {_kind(row[at]) for row in rows if at < len(row)} - {None}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(cell: str) -> str | None:
    value = cell.strip()
    if not value or value.lower() in _MISSING:
        return None
    if _MOMENT.fullmatch(value):
        return "date"
    return "number" if _NUMBER.fullmatch(value) else "text"


def _is_text(cell: str) -> bool:
    return _kind(cell) == "text"


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def looks_like_comment(line: str) -> bool:
    """Whether a line begins like a comment."""
    return bool(_TITLE_MARK.match(line))
