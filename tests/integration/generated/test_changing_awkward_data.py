"""Changing rows: what is checked, what is stored, and what the database refuses."""

import pytest
import sqlalchemy as sa


@pytest.fixture
def thing(awkward):
    """The form of a row that can be saved."""
    return {
        "code": "",
        "parent_id": "",
        "made": "2024-02-29",
        "seen": "2024-02-29T10:30",
        "woken": "07:15",
        "price": "12.30",
        "ratio": "0.5",
        "ok": "true",
        "size": "3",
        "details": '{"b": 2}',
        "story": "",
    }


def wrong_fields(awkward, call, *arguments):
    with pytest.raises(awkward.errors.DataError) as refused:
        call(*arguments)
    return refused.value.fields


def test_values_are_stored_by_their_types(awkward, thing):
    view = awkward.view("things")
    part = awkward.changes.create(view, thing)
    key = awkward.keys.decode_key(view, part)
    stored = stored_row(awkward, key[0])
    awkward.delete(view, key)
    assert stored == ("2024-02-29", "2024-02-29 10:30:00", "07:15:00", 12.3, 0.5, 1, 3, None)


def stored_row(awkward, key):
    with awkward.database.engine().connect() as connection:
        found = connection.exec_driver_sql(
            "select made, seen, woken, price, ratio, ok, size, story from things where id = ?",
            (key,),
        ).one()
    return tuple(found)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("made", "2024-02-30", "Enter a date, like 2024-12-31."),
        ("seen", "tomorrow", "Enter a date and a time."),
        ("woken", "25:00", "Enter a time, like 13:45."),
        ("price", "1.234", "At most 2 decimals."),
        ("price", "1234567", "At most 6 digits before the decimal point."),
        ("price", "nan", "Enter a number."),
        ("price", "1e400", "At most 6 digits before the decimal point."),
        ("size", "1.5", "Enter a whole number."),
        ("size", "0", "At least 1."),
        ("size", "11", "At most 10."),
        ("details", "{", "Enter valid JSON."),
        ("code", "missing", "This row does not exist any more. Choose another one."),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(awkward, thing, field, text, message):
    view = awkward.view("things")
    before = awkward.data.count_rows(view, awkward.filters.Query())
    assert wrong_fields(awkward, awkward.changes.create, view, thing | {field: text}) == {
        field: message
    }
    awkward.data.forget_counts()
    assert awkward.data.count_rows(view, awkward.filters.Query()) == before


def test_a_count_follows_what_others_write_and_only_a_slow_one_is_cached(awkward, monkeypatch):
    view, query = awkward.view("codes"), awkward.filters.Query()
    code = view.table.c.code

    def added_by_another(value: str) -> int:
        with awkward.database.engine().begin() as connection:
            connection.execute(sa.insert(view.table).values({code: value}))
        counted: int = awkward.data.count_rows(view, query)
        return counted

    awkward.data.forget_counts()
    before = awkward.data.count_rows(view, query)
    assert added_by_another("counted 1") == before + 1
    monkeypatch.setattr(awkward.data, "SLOW_SECONDS", 0.0)
    assert added_by_another("counted 2") == before + 2
    assert added_by_another("counted 3") == before + 2
    for number in (1, 2, 3):
        awkward.delete(view, (f"counted {number}",))
    assert awkward.data.count_rows(view, query) == before


def test_only_what_differs_is_checked_and_written(awkward):
    view = awkward.view("things")
    values = awkward.data.fetch_row(view, (14,))
    form = awkward.texts(view, (14,))
    awkward.update(view, (14,), form | {"size": "9"})
    after = awkward.data.fetch_row(view, (14,))
    awkward.update(view, (14,), form)
    assert after == values | {"size": 9}
    assert after["made"] == "not a date"


def test_a_unique_value_is_kept_unique(awkward):
    view = awkward.view("codes")
    form = {"code": "fresh", "meaning": "plain"}
    assert wrong_fields(awkward, awkward.changes.create, view, form) == {
        "meaning": "Another row already has this meaning."
    }
    assert "code" in wrong_fields(
        awkward, awkward.changes.create, view, {"code": "plain", "meaning": "x"}
    )


def test_a_composite_key_that_another_row_has_marks_both_fields(awkward):
    view = awkward.view("full_names")
    key = awkward.data.fetch_page(view, awkward.filters.Query(), 1).rows[0].href
    first, last = awkward.keys.decode_key(view, key.rpartition("/")[2])
    names = dict(zip(view.key, (first, last), strict=True))
    assert set(wrong_fields(awkward, awkward.changes.create, view, names)) == set(names)


def test_the_key_of_a_row_can_be_changed(awkward):
    view = awkward.view("codes")
    awkward.changes.create(view, {"code": "before", "meaning": "some"})
    part = awkward.update(view, ("before",), {"code": "after/1", "meaning": "some"})
    key = awkward.keys.decode_key(view, part)
    assert key == ("after/1",)
    awkward.delete(view, key)


def test_the_consequences_of_a_deletion_are_shown(awkward):
    codes, things = awkward.view("codes"), awkward.view("things")
    values = awkward.data.fetch_row(codes, ("new",))
    (said,) = awkward.consequences.consequences(codes, values)
    assert (said.count, said.text) == (15, "rows of Things will no longer refer to anything.")
    assert not said.prevents
    (said,) = awkward.consequences.consequences(things, awkward.data.fetch_row(things, (1,)))
    assert said.count == 1
    assert said.text == "row of Things refers to it: delete or change them first."
    assert said.prevents


def test_a_row_in_use_is_not_deleted(awkward):
    with pytest.raises(awkward.errors.DataError) as refused:
        awkward.delete(awkward.view("things"), (1,))
    assert refused.value.problem == awkward.errors.IN_USE


@pytest.mark.parametrize("table", ["no_key", "seen_things"])
def test_a_table_without_a_key_cannot_be_changed(awkward, table):
    view = awkward.view(table)
    for call in (
        lambda: awkward.changes.create(view, {}),
        lambda: awkward.changes.update(view, (), {}, awkward.row_snapshot.Snapshot("")),
        lambda: awkward.changes.delete(view, (), awkward.row_snapshot.Snapshot("")),
    ):
        with pytest.raises(awkward.errors.DataError) as refused:
            call()
        assert refused.value.problem == awkward.errors.NOT_ALLOWED


def test_a_row_that_no_longer_exists_is_reported(awkward):
    view, start = awkward.view("codes"), awkward.row_snapshot.Snapshot("nobody")
    for call in (
        lambda: awkward.changes.update(view, ("nobody",), {"code": "nobody"}, start),
        lambda: awkward.changes.delete(view, ("nobody",), start),
        lambda: awkward.data.fetch_row(view, ("nobody",)),
    ):
        with pytest.raises(awkward.errors.DataError) as refused:
            call()
        assert refused.value.problem == awkward.errors.ROW_GONE


def test_a_table_that_no_longer_exists_is_reported(awkward):
    view = awkward.view("nothing")
    with awkward.database.engine().begin() as connection:
        connection.exec_driver_sql('alter table "nothing" rename to "away"')
    try:
        with pytest.raises(awkward.errors.DataError) as refused:
            awkward.data.fetch_page(view, awkward.filters.Query(), 5)
        assert refused.value.problem == awkward.errors.TABLE_CHANGED
    finally:
        with awkward.database.engine().begin() as connection:
            connection.exec_driver_sql('alter table "away" rename to "nothing"')


def test_a_new_row_starts_with_the_defaults_of_the_database(awkward):
    found = awkward.defaults.default_texts(awkward.view("with_defaults"))
    assert found == {"word": "it's", "number": "-3.5", "yes": "true", "no": "false"}
