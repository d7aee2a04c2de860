"""Titles of key figures and charts, in words."""

from proto_ddf.generator.spec import FieldSpec, TableSpec


def figure_title(table: TableSpec, measure: str, value: FieldSpec | None) -> str:
    """ "Orders", "Total amount of invoices", "Average rating of reviews"."""
    if measure == "count" or value is None:
        return table.label
    return f"{_measured(measure, value)} of {_in_sentence(table.label)}"


def chart_title(
    table: TableSpec,
    measure: str,
    value: FieldSpec | None,
    by: FieldSpec,
    bucket: str | None,
    target: TableSpec | None = None,
) -> str:
    """ "Visits by clinic", "Total amount of invoices per month". `target` is the table that `by` refers to."""
    grouped = f"per {bucket}" if bucket else f"by {_in_sentence(_group_label(by, target))}"
    return f"{figure_title(table, measure, value)} {grouped}"


def _group_label(by: FieldSpec, target: TableSpec | None) -> str:
    """The label of a column; if that is short for a row of the table that it refers to, how such a row is called:
    "Dept" is a "Department"."""
    if target is None:
        return by.label
    short, whole = by.label.lower(), target.singular.lower()
    left = iter(whole)
    is_short = len(short) < len(whole) and short[:1] == whole[:1] and all(c in left for c in short)
    return target.singular if is_short else by.label


def _measured(measure: str, value: FieldSpec) -> str:
    word = "Total" if measure == "sum" else "Average"
    label = _in_sentence(value.label)
    return value.label if label.split()[0] == word.lower() else f"{word} {label}"


def _in_sentence(label: str) -> str:
    """The label for use inside a sentence; acronyms stay in capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
