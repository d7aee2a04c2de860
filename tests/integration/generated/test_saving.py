"""A save writes what a person changed, and only where the row still is what that person saw.

The kind: whatever may reach the database by a save or a deletion that the person did not mean. To it belong fields
nobody touched, the work of somebody else in the same row, other rows with an equal key, and a form that the server no
longer remembers. Each is tried on the three databases; values of every type are in test_saving_every_type.py.
"""

import pytest

from tests.served_apps import app_on

COLUMNS = """word {text}, code {text}, ratio {double}, amount decimal(12, 2), flag boolean, born date, seen {moment},
    story {long}, small {real}"""
TYPES = {
    "sqlite": {"text": "varchar(40)", "double": "real", "moment": "datetime", "long": "text"},
    "postgresql": {"text": "varchar(40)", "double": "double precision", "moment": "timestamp(6)"},
    "mysql": {
        "text": "varchar(40)",
        "double": "double",
        "moment": "datetime(6)",
        "long": "longtext",
    },
}
REAL = {"sqlite": "real", "postgresql": "real", "mysql": "float"}
LONG = "Once upon a time. " * 40


def statements(dialect):
    types = {"long": "text"} | TYPES[dialect] | {"real": REAL[dialect]}
    return (
        f"CREATE TABLE items (id integer PRIMARY KEY, {COLUMNS.format(**types)})",
        "CREATE TABLE children (id integer PRIMARY KEY, item_id integer REFERENCES items (id))",
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Saving") as made:
        yield made


@pytest.fixture
def item(app):
    """The key of a row of this test's own."""
    app.run("DELETE FROM items")
    app.run(
        "INSERT INTO items (id, word, code, ratio, amount, flag, born, seen, story, small) VALUES"
        f" (1, 'Apple', 'a-1', 0.1, 12.50, true, '2024-02-29', '2024-02-29 10:30:00', '{LONG}', 0.1)"
    )
    return (1,)


def row(app, columns="word, code, ratio, amount, flag, born, seen, story, small"):
    (found,) = app.run(f"SELECT {columns} FROM items WHERE id = 1")
    return tuple(found)


def save(app, key, start, **texts):
    return app.changes.update(app.view("items"), key, texts, start)


def opened(app, key):
    """What the form of the row starts with."""
    return app.form(app.view("items"), key).snapshot


def conflict_of(app, call, *arguments, **named):
    with pytest.raises(app.conflicts.Conflict) as refused:
        call(*arguments, **named)
    return {each.name: (each.mine, each.theirs) for each in refused.value.versions}


def test_only_the_field_that_was_touched_is_written(app, item):
    before = row(app)
    save(app, item, opened(app, item), word="Pear")
    assert row(app) == ("Pear", *before[1:])


def test_a_form_that_sends_every_field_as_it_was_writes_none(app, item):
    """As a browser does in which the script of the forms does not run."""
    before, view = row(app), app.view("items")
    app.changes.update(view, item, app.texts(view, item), opened(app, item))
    assert row(app) == before


def test_two_people_who_change_different_fields_both_keep_their_change(app, item):
    mine, theirs = opened(app, item), opened(app, item)
    save(app, item, theirs, code="a-2", story="short")
    save(app, item, mine, word="Pear", amount="1.00")
    assert row(app, "word, code, story")[:3] == ("Pear", "a-2", "short")


@pytest.mark.parametrize(
    ("name", "theirs", "mine"),
    [
        ("word", "APPLE", "Pear"),  # equal to the first value in a collation without case
        ("word", "Apple ", "Pear"),  # equal in one that ignores blanks at the end
        ("word", "", "Pear"),
        ("ratio", "0.10000000000000002", "5"),  # the next number that there is
        ("amount", "12.51", "1.00"),
        ("flag", "false", ""),
        ("born", "2024-03-01", "2020-01-01"),
        ("seen", "2024-02-29T10:30:01", "2020-01-01T00:00"),
        ("story", LONG + ".", "short"),
    ],
)
def test_who_saves_second_chooses_between_both_versions_of_a_field(app, item, name, theirs, mine):
    start = opened(app, item)
    save(app, item, opened(app, item), **{name: theirs})
    after = row(app)
    told = conflict_of(app, save, app, item, start, **{name: mine})
    assert set(told) == {name}
    assert told[name][0] == mine
    assert row(app) == after


def test_a_field_that_somebody_else_emptied_is_a_conflict(app, item):
    start = opened(app, item)
    app.run("UPDATE items SET born = NULL, word = NULL")
    told = conflict_of(app, save, app, item, start, born="2020-01-01", word="Pear")
    assert told == {"born": ("2020-01-01", "—"), "word": ("Pear", "—")}


def test_what_is_chosen_is_saved_unless_a_third_person_was_faster(app, item):
    start = opened(app, item)
    save(app, item, opened(app, item), word="Plum")
    with pytest.raises(app.conflicts.Conflict) as refused:
        save(app, item, start, word="Pear")
    (version,) = refused.value.versions
    chosen = app.row_snapshot.Snapshot(start.key, start.fields | {"word": version.now})
    app.run("UPDATE items SET word = 'Fig'")
    conflict_of(app, save, app, item, chosen, word="Pear")
    app.run("UPDATE items SET word = 'Plum'")
    save(app, item, chosen, word="Pear")
    assert row(app, "word") == ("Pear",)


def test_both_who_write_the_same_are_content(app, item):
    start = opened(app, item)
    save(app, item, opened(app, item), word="Pear")
    save(app, item, start, word="Pear")
    assert row(app, "word") == ("Pear",)


def test_numbers_that_were_not_changed_are_no_conflict(app, item):
    """0.1 as a number of four bytes, thirds, sums: their text must give the same value again."""
    for value in (0.1, 1 / 3, 0.1 + 0.2, 1e-7, 123456789.123, 1e22, -0.0):
        app.run(f"UPDATE items SET ratio = {value!r}, small = {value!r}")
        save(app, item, opened(app, item), ratio="2.5", small="2.5")
        assert row(app, "ratio, small") == (2.5, 2.5)


def test_a_deletion_reaches_only_the_row_that_was_shown(app, item):
    start = opened(app, item)
    app.run("UPDATE items SET word = 'apple', story = 'another'")
    told = conflict_of(app, app.changes.delete, app.view("items"), item, start)
    assert told["word"] == ("Apple", "apple")
    assert told["story"] == ("(a longer text)", "another")
    assert len(app.run("SELECT id FROM items")) == 1
    app.changes.delete(app.view("items"), item, opened(app, item))
    assert app.run("SELECT id FROM items") == []


def test_a_row_that_is_gone_says_so(app, item):
    start = opened(app, item)
    app.run("DELETE FROM items")
    for call, arguments in (
        (save, (app, item, start)),
        (app.changes.delete, (app.view("items"), item, start)),
    ):
        texts = {"word": "Pear"} if call is save else {}
        with pytest.raises(app.errors.DataError) as refused:
            call(*arguments, **texts)
        assert refused.value.problem == app.errors.ROW_GONE


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '{"key": 1, "fields": {}}', '{"key": "1"}']
)
def test_a_form_that_does_not_say_what_it_started_with_is_refused(app, item, sent):
    before = row(app)

    def save_what_was_sent():
        save(app, item, app.row_snapshot.read_snapshot(sent), word="Pear")

    for call in (
        save_what_was_sent,
        lambda: save(app, item, app.row_snapshot.Snapshot("1"), word="Pear"),
    ):
        with pytest.raises(app.errors.DataError) as refused:
            call()
        assert refused.value.problem == app.errors.FORM_INCOMPLETE
    assert row(app) == before


@pytest.mark.parametrize("field", ["word", "born", "ratio"])
def test_what_was_typed_wrong_is_told_before_a_conflict_is_solved(app, item, field):
    start = opened(app, item)
    app.run("UPDATE items SET word = 'x', born = '2020-01-01', ratio = 7")
    wrong = {"word": "x" * 41, "born": "2024-13-01", "ratio": "many"}[field]
    with pytest.raises(app.errors.DataError) as refused:
        save(app, item, start, **{field: wrong})
    assert set(refused.value.fields) == {field}


def test_a_trigger_that_keeps_the_row_as_it_was_is_told(app, item):
    """A statement that reaches no row is no success."""
    if app.spec.dialect != "postgresql":
        pytest.skip("only PostgreSQL's triggers can let a change reach no row")
    app.run(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR INSERT ON items FOR EACH ROW EXECUTE FUNCTION keep()",
    )
    view = app.view("items")
    try:
        for call in (
            lambda: save(app, item, opened(app, item), word="Pear"),
            lambda: app.changes.delete(view, item, opened(app, item)),
            lambda: app.changes.create(view, {"id": "2", "word": "Pear"}),
        ):
            with pytest.raises(app.errors.DataError) as refused:
                call()
            assert refused.value.problem == app.errors.NOT_CHANGED
    finally:
        app.run("DROP TRIGGER keep ON items", "DROP FUNCTION keep")


def test_a_new_row_gets_the_defaults_of_the_database_where_nobody_typed(app, item):
    view = app.view("items")
    app.changes.create(view, {"id": "2", "word": "Pear", "flag": "false"})
    (found,) = app.run("SELECT word, code, ratio, flag FROM items WHERE id = 2")
    assert tuple(found) == ("Pear", None, None, False)


def test_a_row_with_line_ends_of_windows_keeps_them(app, item):
    """A browser's control turns them all into line feeds; only mixed ones cannot be kept."""
    view = app.view("items")
    for text, shape, saved in (
        ("one\r\ntwo", "textarea", "one\r\ntwo\r\nthree"),
        ("one\ntwo", "textarea", "one\ntwo\nthree"),
    ):
        app.run(
            f"UPDATE items SET word = '{text}'"
            if app.spec.dialect != "mysql"
            else f"UPDATE items SET word = '{text.encode('unicode_escape').decode()}'"
        )
        form = app.form(view, item)
        assert (form.inputs["word"].text, form.inputs["word"].shape) == ("one\ntwo", shape)
        app.changes.update(view, item, {"word": "one\ntwo\nthree"}, form.snapshot)
        assert row(app, "word") == (saved,)
    app.run(
        "UPDATE items SET word = 'a\rb\nc'"
        if app.spec.dialect != "mysql"
        else r"UPDATE items SET word = 'a\rb\nc'"
    )
    form = app.form(view, item)
    assert form.inputs["word"].shape == "readonly"
    app.changes.update(view, item, {"word": "a\nb\nc", "code": "x"}, form.snapshot)
    assert row(app, "word, code") == ("a\rb\nc", "x")
