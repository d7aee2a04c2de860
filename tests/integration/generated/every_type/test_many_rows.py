"""Rows with keys and values of every type are changed together, and only where they hold what was shown.

The kind of fault: a value that cannot be compared exactly lets a change of somebody else pass, or stops a change although
nobody changed anything; a key of a strange type reaches another row."""

import pytest

from tests.form_pages import Page, parts_of
from tests.stored_bytes import stored_bytes
from tests.type_values import CASES

ALL = [(dialect, case.name) for dialect, cases in CASES.items() for case in cases]
KEYS = [
    (dialect, f"by_{case.name}") for dialect, cases in CASES.items() for case in cases if case.key
]
MOST = 5
"""Number of rows of a table that are changed together."""


def without_word(app, view):
    """What is stored, without the column "word"."""
    at = [column.name for column in view.table.columns].index("word")
    rows = stored_bytes(app.place, view.name)
    return {key: row[:at] + row[at + 1 :] for key, row in rows.items()}


def words(app, view, parts):
    keys = [app.keys.decode_key(view, part) for part in parts]
    return {app.data.fetch_row(view, key)["word"] for key in keys}


@pytest.mark.parametrize(("dialect", "table"), ALL + KEYS)
def test_all_rows_get_a_value_or_none_if_one_was_changed_meanwhile(typed, dialect, table):
    app = typed(dialect)
    view, rows = app.view(table), app.selected_rows
    every = parts_of(app, view)
    some = every[:: len(every) // MOST + 1]
    parts = [part for part in some if not Page(app, view, part).form.read_only]
    if len(parts) < 2:
        return
    before = without_word(app, view)
    form = {"_rows": rows.read_chosen(view, parts).seen, "_field": "word", "word": "many"}
    rows.edit_rows(view, form)
    assert words(app, view, parts) == {"many"}
    assert without_word(app, view) == before, "nothing else"
    seen = rows.read_chosen(view, parts).seen
    Page(app, view, parts[-1]).save(word="other")
    held = stored_bytes(app.place, table)
    for call in (
        lambda: rows.delete_rows(view, {"_rows": seen}),
        lambda: rows.edit_rows(view, form | {"_rows": seen, "word": "again"}),
    ):
        with pytest.raises(app.errors.DataError) as refused:
            call()
        assert refused.value.address == f"/{view.route}/{parts[-1]}"
        assert stored_bytes(app.place, table) == held
