"""Every type of the three databases can be saved: what was not changed stays as it is, byte for byte, and what was
changed is read back as it was written.

The kind of fault: a value that its control, the form's encoding, Python or the driver cannot hold exactly is
written back as another one (infinity as NULL, 'Y' as 0, CRLF as LF, 0.1 as 0.10000000149), or counts as a change by
somebody else (a float that is compared by its text), or a comparison by collation or affinity misses a change by
somebody else. Each save goes through the form's own encoding and decoding: the values that a page puts into its
controls and hidden fields are sent as a browser sends them."""

import importlib
import sqlite3
from contextlib import closing, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.form_pages import Page, parts_of
from tests.stored_bytes import opened, stored_bytes
from tests.type_values import CASES

ALL = [(dialect, case.name) for dialect, cases in CASES.items() for case in cases]
KEYS = [
    (dialect, f"by_{case.name}") for dialect, cases in CASES.items() for case in cases if case.key
]


@pytest.mark.parametrize(("dialect", "table"), ALL + KEYS)
def test_a_save_of_another_field_leaves_every_byte_of_the_row(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    for number, part in enumerate(parts_of(app, view)):
        before = stored_bytes(app.place, table)
        # A browser sends all controls; a form without them is tried with some of the rows.
        for word, all_sent in ((f"one {number}", False), (f"two {number}", True))[number % 5 > 0 :]:
            page = Page(app, view, part)
            if page.form.read_only:
                assert dialect == "sqlite", "NULL as a key"
                break
            sent = page.controls if all_sent else {}
            assert page.save(**sent | {"word": word}) == part
            after = stored_bytes(app.place, table)
            changed = [key for key in before if before[key] != after[key]]
            assert len(changed) == 1, "of other rows nothing"
            at = [column.name for column in view.table.columns].index("word")
            old, new = before[changed[0]], after[changed[0]]
            assert old[:at] + old[at + 1 :] == new[:at] + new[at + 1 :], page.form.inputs
            assert app.data.fetch_row(view, app.keys.decode_key(view, part))["word"] == word
            before = after


@pytest.mark.parametrize(("dialect", "table"), ALL + KEYS)
def test_a_save_without_a_change_writes_nothing(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    before = stored_bytes(app.place, table)
    for part in parts_of(app, view):
        page = Page(app, view, part)
        if not page.form.read_only:
            assert page.save(**page.controls) == part
    assert stored_bytes(app.place, table) == before


@pytest.mark.parametrize(("dialect", "table"), [each for each in ALL if each[0] != "sqlite"])
def test_a_value_that_is_read_and_typed_into_another_row_is_stored_equally(typed, dialect, table):
    """Each value of the type is typed into another row, as the text of its control, if it can be typed."""
    app = typed(dialect)
    view = app.view(table)
    if "v" not in {each.name for each in view.form_fields}:
        return
    run = opened(app.place).cursor().execute
    run(f"DELETE FROM {table} WHERE id = 999")
    run(f"INSERT INTO {table} (id, word) VALUES (999, 'w')")
    for part in parts_of(app, view):
        held = Page(app, view, part).form.inputs["v"]
        if (
            part == "999"
            or held.shape == "readonly"
            or held.text.strip() == ""
            or not held.text.isprintable()
        ):
            continue
        run(f"UPDATE {table} SET v = NULL WHERE id = 999")
        with suppress(
            app.errors.DataError
        ):  # a form may refuse a value that another program stored
            Page(app, view, "999").save(v=held.text)
            wrote = Page(app, view, "999").form.inputs["v"]
            assert (wrote.text, wrote.shape) == (held.text, held.shape), held
    run(f"DELETE FROM {table} WHERE id = 999")


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_changes_of_two_fields_by_two_people_are_kept_and_of_one_field_are_a_conflict(
    typed, dialect, table
):
    app = typed(dialect)
    view = app.view(table)
    for part in parts_of(app, view)[:2] + parts_of(app, view)[-3:-2]:
        first, second = Page(app, view, part), Page(app, view, part)
        first.save(word="first")
        conflicts = importlib.import_module(f"{app.package}.conflicts")
        with pytest.raises(conflicts.Conflict):
            second.save(word="second")
        assert app.data.fetch_row(view, app.keys.decode_key(view, part))["word"] == "first"
        Page(app, view, part).save(word="w")


def _texts(alphabet):
    return st.text(alphabet, max_size=40)


WHOLE = st.integers(-(2**63), 2**63 - 1)
STORED = st.one_of(
    st.none(),
    WHOLE,
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.datetimes().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
    st.dates().map(str),
    st.times().map(str),
    st.sampled_from(
        ["t", "Y", "infinity", "0000-00-00", "24:00", "a\r\nb", "\n", "\r", " x ", "1e5", "1.10"]
    ),
    st.binary(min_size=1, max_size=8).map(lambda raw: ("text", raw)),
)
_QUICK = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_QUICK
@given(
    table=st.sampled_from([each.name for each in CASES["sqlite"]]),
    value=STORED,
    word=st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=9),
)
def test_any_stored_value_of_a_file_survives_a_save_of_another_field(typed, table, value, word):
    app = typed("sqlite")
    view = app.view(table)
    with closing(sqlite3.connect(app.place)) as connection, connection:
        connection.execute(f"DELETE FROM {table} WHERE id = 1000")
        marker, given_value = (
            ("CAST(? AS TEXT)", value[1]) if isinstance(value, tuple) else ("?", value)
        )
        connection.execute(f"INSERT INTO {table} VALUES (1000, 'before', {marker})", (given_value,))
    before = stored_bytes(app.place, table)
    page = Page(app, view, "1000")
    assert page.save(**page.controls | {"word": word}) == "1000"
    after = stored_bytes(app.place, table)
    (row,) = [key for key in after if bytes.fromhex(key.removesuffix("integer")) == b"1000"]
    assert {key for key in before if before[key] != after[key]} <= {row}
    assert after[row][2] == before[row][2]
    assert bytes.fromhex(after[row][1].removesuffix("text")).decode() == word
