"""A save writes what a person changed, and only if the row still is what that person saw.

The kind: any change of the database by a save or a deletion that the person did not intend. To it belong fields
that nobody changed, changes of the same row by somebody else, other rows with an equal key, and a form that the
server no longer remembers. Each is tested on the three databases; values of every type are in
every_type/test_saving.py."""

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
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Saving") as app:
        yield app


@pytest.fixture
def item(app):
    """The key of a row for one test."""
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
    """The values with which the form of the row starts."""
    return app.form(app.view("items"), key).snapshot


def conflict_of(app, call, *arguments, **named):
    with pytest.raises(app.conflicts.Conflict) as refused:
        call(*arguments, **named)
    return {each.name: (each.mine, each.theirs) for each in refused.value.versions}


def test_only_the_field_that_was_changed_is_written(app, item):
    before = row(app)
    save(app, item, opened(app, item), word="Pear")
    assert row(app) == ("Pear", *before[1:])


def test_a_form_that_sends_every_field_as_it_was_writes_none(app, item):
    """A browser sends every field if the script of the forms does not run."""
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
        ("word", "APPLE", "Pear"),  # equal to the first value in a case-insensitive collation
        ("word", "Apple ", "Pear"),  # equal in a collation that ignores blanks at the end
        ("word", "", "Pear"),
        ("ratio", "0.10000000000000002", "5"),  # the next larger number that a float can hold
        ("amount", "12.51", "1.00"),
        ("flag", "false", ""),
        ("born", "2024-03-01", "2020-01-01"),
        ("seen", "2024-02-29T10:30:01", "2020-01-01T00:00"),
        ("story", LONG + ".", "short"),
    ],
)
def test_the_person_who_saves_second_chooses_between_both_versions_of_a_field(
    app, item, name, theirs, mine
):
    start = opened(app, item)
    save(app, item, opened(app, item), **{name: theirs})
    after = row(app)
    conflict = conflict_of(app, save, app, item, start, **{name: mine})
    assert set(conflict) == {name}
    assert conflict[name][0] == mine
    assert row(app) == after


def test_a_field_that_somebody_else_emptied_is_a_conflict(app, item):
    start = opened(app, item)
    app.run("UPDATE items SET born = NULL, word = NULL")
    conflict = conflict_of(app, save, app, item, start, born="2020-01-01", word="Pear")
    assert conflict == {"born": ("2020-01-01", "—"), "word": ("Pear", "—")}


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


def test_two_people_who_write_the_same_value_have_no_conflict(app, item):
    start = opened(app, item)
    save(app, item, opened(app, item), word="Pear")
    save(app, item, start, word="Pear")
    assert row(app, "word") == ("Pear",)


def test_numbers_that_were_not_changed_are_no_conflict(app, item):
    """The text of a number must give the same value again: 0.1 as a number of four bytes, thirds, sums."""
    for value in (0.1, 1 / 3, 0.1 + 0.2, 1e-7, 123456789.123, 1e22, -0.0):
        app.run(f"UPDATE items SET ratio = {value!r}, small = {value!r}")
        save(app, item, opened(app, item), ratio="2.5", small="2.5")
        assert row(app, "ratio, small") == (2.5, 2.5)


def test_a_deletion_reaches_only_the_row_that_was_shown(app, item):
    start = opened(app, item)
    app.run("UPDATE items SET word = 'apple', story = 'another'")
    conflict = conflict_of(app, app.changes.delete, app.view("items"), item, start)
    assert conflict["word"] == ("Apple", "apple")
    assert conflict["story"] == ("(a longer text)", "another")
    assert len(app.run("SELECT id FROM items")) == 1
    app.changes.delete(app.view("items"), item, opened(app, item))
    assert app.run("SELECT id FROM items") == []


def test_a_row_that_no_longer_exists_is_reported(app, item):
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
def test_an_invalid_value_is_reported_before_a_conflict_is_solved(app, item, field):
    start = opened(app, item)
    app.run("UPDATE items SET word = 'x', born = '2020-01-01', ratio = 7")
    wrong = {"word": "x" * 41, "born": "2024-13-01", "ratio": "many"}[field]
    with pytest.raises(app.errors.DataError) as refused:
        save(app, item, start, **{field: wrong})
    assert set(refused.value.fields) == {field}


def test_a_trigger_that_prevents_the_change_is_reported(app, item):
    """A statement that changes no row is no success."""
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


def test_a_new_row_gets_the_defaults_of_the_database_for_fields_that_nobody_changed(app, item):
    view = app.view("items")
    app.changes.create(view, {"id": "2", "word": "Pear", "flag": "false"})
    (found,) = app.run("SELECT word, code, ratio, flag FROM items WHERE id = 2")
    assert tuple(found) == ("Pear", None, None, False)


def test_a_row_with_line_ends_of_windows_keeps_them(app, item):
    """A browser's control turns all line ends into line feeds; only if the ends in one text differ, they cannot be
    kept."""
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
