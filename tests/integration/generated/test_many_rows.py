"""Many rows are changed or deleted together: all of them, or none.

The kind of fault: some rows are changed and others are not, because one of them was changed by somebody else, cannot
have the value, is in use, or the app ended in between; or rows are changed twice, or others than were shown."""

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.generated.submitting import killed, submitted
from tests.served_apps import app_on

ITEMS = """CREATE TABLE items (
    id integer PRIMARY KEY, word varchar(40) NOT NULL, code varchar(9) UNIQUE, amount integer CHECK (amount < 100),
    born date, parent_id integer, FOREIGN KEY (parent_id) REFERENCES items (id)
)"""
CHILDREN = """CREATE TABLE {name} (
    id integer PRIMARY KEY, item_id integer, FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE {rule}
)"""
PAIRS = "CREATE TABLE pairs (one varchar(9), other varchar(9), word varchar(9), PRIMARY KEY (one, other))"
STATEMENTS = (
    ITEMS,
    CHILDREN.format(name="notes", rule="CASCADE"),
    CHILDREN.format(name="loans", rule="SET NULL"),
    PAIRS,
)
MOMENTS = (None, "begin", "commit", "reply")
ROWS = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module", params=["own", "sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    with app_on(request.param, STATEMENTS, request, tmp_path_factory, "Many") as app:
        yield app


@pytest.fixture
def items(app):
    fill(app)
    return app.view("items")


def fill(app):
    app.run(
        "DELETE FROM notes",
        "DELETE FROM loans",
        "UPDATE items SET parent_id = NULL",
        "DELETE FROM items",
        *(
            f"INSERT INTO items (id, word, code, amount) VALUES ({n}, 'w{n}', 'c{n}', {n})"
            for n in ROWS
        ),
    )


def stored(app):
    columns = "id, word, code, amount, born, parent_id"
    return {row[0]: tuple(row[1:]) for row in app.run(f"SELECT {columns} FROM items")}


def chosen(app, view, rows):
    return app.selected_rows.read_chosen(view, [str(each) for each in rows]).seen


def edit(app, view, seen, name, text):
    return app.selected_rows.edit_rows(view, {"_rows": seen, "_field": name, name: text})


def delete(app, view, seen):
    return app.selected_rows.delete_rows(view, {"_rows": seen})


def refused(app, call, *given):
    with pytest.raises(app.errors.DataError) as raised:
        call(*given)
    return raised.value


def test_only_the_field_of_the_selected_rows_is_changed(app, items):
    before = stored(app)
    told = edit(app, items, chosen(app, items, (1, 3, 4)), "word", "same")
    assert told == "Word of 3 rows changed."
    for number, row in before.items():
        word = "same" if number in (1, 3, 4) else row[0]
        assert stored(app)[number] == (word, *row[1:])


def test_a_field_is_emptied_and_a_row_that_has_the_value_stays_as_it_is(app, items):
    app.run("UPDATE items SET born = '2024-02-29' WHERE id = 2")
    seen = chosen(app, items, (1, 2))
    app.selected_rows.edit_rows(items, {"_rows": seen, "_field": "born"})
    assert [row[3] for row in stored(app).values()] == [None] * 5


MEANWHILE = (
    "",
    "UPDATE items SET word = 'W{}' WHERE id = {}",
    "UPDATE items SET amount = amount + 1, word = 'x{}' WHERE id = {}",
    "UPDATE items SET id = id + 100, word = '{}' WHERE id = {}",
    "DELETE FROM items WHERE word = 'w{}' AND id = {}",
)


def test_if_any_row_was_changed_meanwhile_none_is(app):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rows=st.lists(st.sampled_from(ROWS), min_size=1, unique=True),
        other=st.sampled_from(ROWS),
        meanwhile=st.sampled_from(MEANWHILE),
        deletes=st.booleans(),
    )
    def take(rows, other, meanwhile, deletes):
        fill(app)
        view = app.view("items")
        seen = chosen(app, view, rows)
        if meanwhile:
            app.run(meanwhile.format(other, other))
        before = stored(app)

        def act():
            if deletes:
                delete(app, view, seen)
            else:
                edit(app, view, seen, "amount", "50")

        if meanwhile and other in rows:
            error = refused(app, act)
            assert error.address == f"/items/{other}"
            assert stored(app) == before
            return
        act()
        for number, row in before.items():
            if number not in rows:
                assert stored(app)[number] == row
            elif deletes:
                assert number not in stored(app)
            else:
                assert stored(app)[number] == (*row[:2], 50, *row[3:])

    take()


@pytest.mark.parametrize(
    ("name", "text", "at_field"),
    [
        ("amount", "100", True),
        ("amount", "many", True),
        ("parent_id", "77", True),
        ("word", "", True),
    ],
)
def test_a_value_that_is_not_accepted_changes_no_row(app, items, name, text, at_field):
    before = stored(app)
    error = refused(app, edit, app, items, chosen(app, items, (1, 2)), name, text)
    assert (name in error.fields) == at_field
    assert "“" in error.problem.message
    assert stored(app) == before


def test_a_row_in_use_that_is_not_selected_keeps_all(app, items):
    app.run("UPDATE items SET parent_id = 2 WHERE id = 5")
    seen = chosen(app, items, (1, 2, 3))
    (said,) = app.selected_rows.consequences_of(items, seen)
    assert (said.count, said.prevents) == (1, True)
    before = stored(app)
    refused(app, delete, app, items, seen)
    assert stored(app) == before


@pytest.mark.parametrize("parents", [{2: 1, 3: 2, 4: 3}, {1: 2, 2: 3, 3: 4}, {1: 4, 2: 4, 3: 1}])
def test_rows_that_refer_to_each_other_are_deleted_in_their_order(app, items, parents):
    app.run(
        *(f"UPDATE items SET parent_id = {to} WHERE id = {each}" for each, to in parents.items())
    )
    seen = chosen(app, items, (1, 2, 3, 4))
    assert app.selected_rows.consequences_of(items, seen) == []
    delete(app, items, seen)
    assert set(stored(app)) == {5}


def test_what_else_a_deletion_affects_is_summed_over_the_rows(app, items):
    app.run(
        "INSERT INTO notes VALUES (1, 1), (2, 1), (3, 2), (4, 5)",
        "INSERT INTO loans VALUES (1, 2), (2, 3)",
    )
    seen = chosen(app, items, (1, 2, 4))
    said = {each.text: each.count for each in app.selected_rows.consequences_of(items, seen)}
    assert said == {
        "rows of Notes will be deleted with them.": 3,
        "row of Loans will no longer refer to anything.": 1,
    }
    delete(app, items, seen)
    assert app.run("SELECT id FROM notes") == [(4,)]
    assert app.run("SELECT id FROM loans WHERE item_id IS NULL") == [(1,)]


def test_rows_with_composite_keys(app):
    app.run(
        "DELETE FROM pairs",
        "INSERT INTO pairs VALUES ('a', 'b', 'x'), ('a', 'c', 'x'), ('~', '/', 'x')",
    )
    view = app.view("pairs")
    parts = [row.href.rpartition("/")[2] for row in app.all_rows(view, app.filters.Query())]
    edit(app, view, app.selected_rows.read_chosen(view, parts[:2]).seen, "word", "y")
    assert sorted(row[0] for row in app.run("SELECT word FROM pairs")) == ["x", "y", "y"]
    delete(app, view, app.selected_rows.read_chosen(view, parts).seen)
    assert app.run("SELECT word FROM pairs") == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("deletes", [True, False])
def test_killed_at_any_moment_and_sent_again_it_takes_effect_once(app, items, moment, deletes):
    seen, key = chosen(app, items, (1, 2, 3)), uuid4().hex
    before = stored(app)

    def act():
        if deletes:
            delete(app, items, seen)
        else:
            edit(app, items, seen, "word", "same")

    def carry_out():
        known = app.submission_store.find(key)
        if known and known.reply:
            return known.reply
        with submitted(app, key) as submission:
            act()
        return submission.reply

    if moment:
        assert killed(app, moment, carry_out)
        assert stored(app) == before or moment == "reply"
    first = carry_out()
    assert (first.outcome, first.address) == ("done", "/items")
    assert carry_out() == first
    after = stored(app)
    if deletes:
        assert set(after) == {4, 5}
    else:
        assert [after[key][0] for key in sorted(after)] == ["same"] * 3 + ["w4", "w5"]
    assert all(after[each] == before[each] for each in (4, 5))


def test_what_a_page_never_sends_changes_nothing(app, items):
    before, rows = stored(app), app.selected_rows
    seen = chosen(app, items, (1, 2))
    row = json.loads(seen)[0]
    for sent in (None, "", "{}", "[]", "[1]", '[{"key": "1"}]', json.dumps([row, row])):
        refused(app, delete, app, items, sent)
        refused(app, edit, app, items, sent, "word", "x")
    many = json.dumps([row | {"key": str(n)} for n in range(rows.MOST + 1)])
    refused(app, delete, app, items, many)
    for name in ("id", "code", "nothing", ""):
        refused(app, edit, app, items, seen, name, "7")
    for key in ("~x", "77", ""):
        refused(app, delete, app, items, json.dumps([row | {"key": key}]))
    assert stored(app) == before


def test_a_person_who_may_only_read_changes_nothing(app, items):
    seen, before = chosen(app, items, (1, 2)), stored(app)
    token = app.sign_in._may_edit.set(False)
    try:
        refused(app, delete, app, items, seen)
        refused(app, edit, app, items, seen, "word", "x")
    finally:
        app.sign_in._may_edit.reset(token)
    assert stored(app) == before
