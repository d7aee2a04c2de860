"""Whatever widget a column is given, its form changes nothing that was not touched, and writes what was typed: a value
that does not fit its widget is shown as it is stored, a share has no noise of floats, "Y" stays "Y" and not "y" or 1, and
a date-time that is shown as a date keeps the form in which it is stored."""

import sqlite3
from contextlib import closing
from datetime import datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.generator.planning.widgets import allowed_widgets
from proto_ddf.generator.spec import Widget
from tests.form_pages import Page, parts_of, with_widget
from tests.stored_bytes import stored_bytes
from tests.type_values import CASES

ALL = [(dialect, case.name) for dialect, cases in CASES.items() for case in cases]
FLAGS = {"text": (("Y", "N"), ("true", "false"), ("1", "0")), "integer": (("1", "0"),)}
PART = 6
"""Each row is tried with one widget in so many, and each widget with one row in so many."""
SEVERAL = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def views_with_every_widget(app, table):
    """The view of the table with each widget that its field `v` may have, apart from the present one."""
    view = app.view(table)
    [spec] = [each for each in app.spec.tables if each.name == table]
    [field] = [each for each in spec.fields if each.name == "v"]
    for widget in allowed_widgets(field, related=False):
        if widget not in (field.widget, Widget.READONLY, Widget.SELECT, Widget.IMAGE):
            yield with_widget(app, view, "v", widget)
    for flags in FLAGS.get(field.type, ()):
        yield with_widget(app, view, "v", "switch", flags=flags)


def values_of(app, table):
    """What is stored in `v`, byte for byte, by the key."""
    return {key: row[2] for key, row in stored_bytes(app.place, table).items()}


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_a_save_of_another_field_leaves_a_value_of_any_widget(typed, dialect, table):
    app = typed(dialect)
    if "v" not in {each.name for each in app.view(table).form_fields}:
        return
    for number, view in enumerate(views_with_every_widget(app, table)):
        for part in parts_of(app, view)[number % PART :: PART]:
            before = values_of(app, table)
            page = Page(app, view, part)
            assert page.save(**page.controls | {"word": f"{number} {part}"[:9]}) == part
            assert values_of(app, table) == before, page.form.inputs


STORED_TEXTS = st.one_of(
    st.datetimes().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
    st.dates().map(str),
    st.dates().map(lambda day: f"{day}T00:00"),
    st.dates().map(lambda day: f"{day} 00:00:00.000"),
    st.integers(0, 9999).map(lambda year: f"{year:04}-01-01 00:00:00"),
    st.integers(0, 9999).map(lambda year: f"{year:04}"),
    st.times().map(str),
    st.floats(allow_nan=False).map(str),
    st.sampled_from(
        ["Y", "N", "y", "0", "1", "true", "0000-00-00", "24:00", "1e5", "#FFF", " x ", "[]"]
    ),
    st.text(max_size=9),
)
STORED = st.one_of(
    STORED_TEXTS,
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.binary(),
)


@SEVERAL
@given(table=st.sampled_from([each.name for each in CASES["sqlite"]]), value=STORED, data=st.data())
def test_any_stored_value_survives_a_save_with_any_widget(typed, table, value, data):
    app = typed("sqlite")
    view = data.draw(
        st.sampled_from(list(views_with_every_widget(app, table)) or [app.view(table)])
    )
    with closing(sqlite3.connect(app.place)) as connection, connection:
        connection.execute(f"DELETE FROM {table} WHERE id = 1000")
        connection.execute(f"INSERT INTO {table} VALUES (1000, 'before', ?)", (value,))
    before = values_of(app, table)
    page = Page(app, view, "1000")
    assert page.save(**page.controls | {"word": "after"}) == "1000"
    assert values_of(app, table) == before


def stored(app, table, value):
    """A row of an SQLite file with that value in `v`."""
    with closing(sqlite3.connect(app.place)) as connection, connection:
        connection.execute(f"DELETE FROM {table} WHERE id = 1001")
        connection.execute(f"INSERT INTO {table} (id, word, v) VALUES (1001, 'w', ?)", (value,))


def now(app, table):
    return app.run(f"SELECT v FROM {table} WHERE id = 1001")[0][0]


PERCENT = st.decimals(-10_000, 10_000, allow_nan=False, places=4)


@SEVERAL
@given(typed_text=PERCENT.map(lambda number: f"{number.normalize():f}"))
def test_a_share_is_stored_as_typed_and_shown_as_typed(typed, typed_text):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_real"), "v", "percent")
    stored(app, "a_real", None)
    Page(app, view, "1001").save(v=typed_text)
    assert Decimal(repr(now(app, "a_real"))) * 100 == Decimal(typed_text)
    held = Page(app, view, "1001").form.inputs["v"]
    assert (Decimal(held.text), held.shape) == (Decimal(typed_text), "")


DAY_FORMS = st.sampled_from(
    ["{}", "{} 00:00", "{} 00:00:00", "{}T00:00:00", "{}T00:00", "{} 00:00:00.000"]
)


@SEVERAL
@given(
    first=st.dates(),
    second=st.dates(),
    form=DAY_FORMS,
    table=st.sampled_from(["a_datetime", "a_text"]),
)
def test_a_date_is_stored_in_the_form_of_the_one_before(typed, first, second, form, table):
    app = typed("sqlite")
    view = with_widget(app, app.view(table), "v", "date")
    stored(app, table, form.format(first))
    page = Page(app, view, "1001")
    assert page.controls["v"] == str(first)
    page.save(v=str(second))
    assert now(app, table) == form.format(second)


@SEVERAL
@given(first=st.integers(1, 9999), second=st.integers(1, 9999), form=DAY_FORMS)
def test_a_year_is_stored_in_the_form_of_the_one_before(typed, first, second, form):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_datetime"), "v", "year")
    stored(app, "a_datetime", form.format(f"{first:04}-01-01"))
    page = Page(app, view, "1001")
    assert page.controls["v"] == f"{first:04}"
    page.save(v=f"{second:04}")
    assert now(app, "a_datetime") == form.format(f"{second:04}-01-01")


MOMENT_FORMS = st.sampled_from(
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
    ]
)
WHOLE_MINUTES = st.datetimes(datetime(1000, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@SEVERAL
@given(first=WHOLE_MINUTES, second=WHOLE_MINUTES, form=MOMENT_FORMS)
def test_a_moment_in_a_text_is_stored_in_the_form_of_the_one_before(typed, first, second, form):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_text"), "v", "datetime")
    stored(app, "a_text", first.strftime(form))
    Page(app, view, "1001").save(v=second.isoformat(timespec="minutes"))
    assert now(app, "a_text") == second.strftime(form)


@SEVERAL
@given(first=st.times(), second=st.times())
def test_a_time_in_a_text_loses_no_digit(typed, first, second):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_text"), "v", "time")
    stored(app, "a_text", str(first))
    Page(app, view, "1001").save(v=str(second))
    assert time.fromisoformat(now(app, "a_text")) == second


@pytest.mark.parametrize("flags", [("Y", "N"), ("t", "f"), ("ja", "nein"), ("1", "0")])
def test_a_switch_writes_yes_and_no_as_the_source_does(typed, flags):
    app = typed("sqlite")
    table = "a_text"
    view = with_widget(app, app.view(table), "v", "switch", flags=flags)
    for before, sent, after in ((flags[0], "false", flags[1]), (flags[1], "true", flags[0])):
        stored(app, table, before)
        page = Page(app, view, "1001")
        page.save(v=sent)
        assert now(app, table) == after
    stored(app, table, "maybe")
    page = Page(app, view, "1001")
    assert page.form.inputs["v"].shape == "input"
    page.save(**page.controls)
    assert now(app, table) == "maybe"


@pytest.mark.parametrize(
    ("widget", "text"),
    [
        ("uuid", "123"),
        ("color", "red"),
        ("json", "{"),
        ("date", "soon"),
        ("date", "2024-02-30"),
        ("year", "MMXX"),
        ("year", "2024-02-30"),
        ("datetime", "2024-05-01"[:7]),
        ("time", "25:00"),
        ("image", "picture.png"),
    ],
)
def test_what_does_not_fit_its_widget_is_refused(typed, widget, text):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_text"), "v", widget)
    stored(app, "a_text", "before")
    with pytest.raises(app.errors.DataError) as refused:
        Page(app, view, "1001").save(v=text)
    assert set(refused.value.fields) == {"v"}
    assert now(app, "a_text") == "before"


def test_a_new_date_has_the_form_of_the_last_rows(typed):
    app = typed("sqlite")
    view = with_widget(app, app.view("a_datetime"), "v", "date")
    stored(app, "a_datetime", "2024-05-01T00:00")
    made = app.changes.create(view, {"word": "w", "v": "2024-06-02"})
    assert app.run(f"SELECT v FROM a_datetime WHERE id = {made}") == [("2024-06-02T00:00",)]
