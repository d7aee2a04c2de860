"""The form of a new row adds one row, on every database, whatever happens between two attempts to save it.

The kind: a token that is used up without a row, or that adds a second row. To it belong saves that were refused,
two saves at once, other values, a restart, a file that cannot be written, and a connection that is lost at the
commit."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.served_apps import app_on

TABLES = {
    "sqlite": ("CREATE TABLE items (id integer PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",),
    "postgresql": (
        "CREATE TABLE items (id serial PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",
        """CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'""",
        """CREATE CONSTRAINT TRIGGER leaves AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.word = 'leave') EXECUTE FUNCTION leave()""",
    ),
    "mysql": (
        "CREATE TABLE items (id integer AUTO_INCREMENT PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    with app_on(request.param, TABLES[request.param], request, tmp_path_factory, "Once") as app:
        yield app


@pytest.fixture
def new_form(app):
    """Opens the form of a new row."""
    app.run("DELETE FROM items")
    view = app.view("items")
    return lambda: {"_snapshot": app.row_forms.blank_form(view, {}).snapshot.as_json()}


@pytest.fixture
def tokens(app, tmp_path):
    """Reads the stored tokens, as an app does when it starts."""
    return lambda: app.form_tokens.FormTokens(tmp_path / "tokens.db")


def save(app, form, word, **more):
    return app.row_page.save_form(app.view("items"), form | {"word": word} | more)


def stored_words(app):
    return [word for (word,) in app.run("SELECT word FROM items ORDER BY id")]


def test_a_form_that_is_sent_again_gets_the_row_that_it_added(app, new_form):
    form = new_form()
    first, again = save(app, form, "Apple"), save(app, form, "Apple")
    assert (first.was_added_before, again.was_added_before) == (False, True)
    assert again.key == first.key
    assert stored_words(app) == ["Apple"]
    save(app, new_form(), "Pear")
    assert stored_words(app) == ["Apple", "Pear"]


def test_a_save_that_was_refused_does_not_use_up_the_form(app, new_form):
    form = new_form()
    app.run("INSERT INTO items (word) VALUES ('Taken')")
    for word in ("Taken", "", "x" * 41, "Taken"):
        with pytest.raises(app.errors.DataError) as refused:
            save(app, form, word)
        assert "word" in refused.value.fields
    app.run("DELETE FROM items")
    assert not save(app, form, "Taken").was_added_before
    assert stored_words(app) == ["Taken"]


def test_other_values_are_written_only_when_the_person_asks_for_another_row(app, new_form):
    form = new_form()
    first = save(app, form, "Apple")
    with pytest.raises(app.form_tokens.AddedBefore) as refused:
        save(app, form, "Pear")
    assert refused.value.row == first.key
    assert stored_words(app) == ["Apple"]
    second = save(app, form, "Pear", _another="yes")
    assert save(app, form, "Pear", _another="yes").key == second.key
    assert save(app, form, "Apple").key == first.key
    assert stored_words(app) == ["Apple", "Pear"]


def test_two_saves_at_once_add_one_row(app, new_form):
    form, together = new_form(), threading.Barrier(8)

    def try_to_save(_):
        together.wait()
        try:
            return save(app, form, "Apple").key
        except app.errors.DataError as refused:
            return refused.problem.title

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(try_to_save, range(8)))
    assert stored_words(app) == ["Apple"]
    assert answers <= {save(app, form, "Apple").key, app.errors.BEING_SAVED.title}


def test_a_form_without_a_token_is_refused(app, new_form):
    for start in ('{"key": "new", "fields": {}}', '{"key": "new", "fields": {}, "token": 1}'):
        with pytest.raises(app.errors.DataError) as refused:
            save(app, {"_snapshot": start}, "Apple")
        assert refused.value.problem == app.errors.FORM_INCOMPLETE
    assert stored_words(app) == []


def test_a_row_is_remembered_after_a_restart(tokens):
    before = tokens()
    assert before.begin("form", "content", agreed=False) == ""
    before.added("form", "content", "5")
    assert tokens().begin("form", "content", agreed=False) == "5"


def test_a_save_that_was_interrupted_is_reported_and_one_that_failed_is_not(app, tokens):
    before = tokens()
    before.begin("cut off", "content", agreed=False)
    before.begin("failed", "content", agreed=False)
    before.failed("failed", "content")
    with pytest.raises(app.errors.DataError) as refused:
        before.begin("cut off", "content", agreed=False)
    assert refused.value.problem == app.errors.BEING_SAVED
    after = tokens()
    with pytest.raises(app.form_tokens.AddedBefore) as asked:
        after.begin("cut off", "content", agreed=False)
    assert asked.value.problem == app.errors.MAYBE_ADDED
    assert after.begin("failed", "content", agreed=False) == ""
    assert after.begin("cut off", "content", agreed=True) == ""


def test_the_newest_saves_are_remembered(app, tokens, monkeypatch):
    monkeypatch.setattr(app.form_tokens, "MOST", 3)
    before = tokens()
    for number in range(5):
        before.begin(str(number), "content", agreed=False)
        before.added(str(number), "content", f"row {number}")
    for remembered in (before, tokens()):
        found = [remembered.begin(str(number), "content", agreed=False) for number in (2, 3, 4)]
        assert found == ["row 2", "row 3", "row 4"]
    assert before.begin("0", "content", agreed=False) == ""


def test_rows_are_saved_and_remembered_where_the_file_cannot_be_written(app, tmp_path, caplog):
    unwritable = app.form_tokens.FormTokens(tmp_path / "missing" / "tokens.db")
    with caplog.at_level(logging.WARNING):
        assert unwritable.begin("form", "content", agreed=False) == ""
    assert "tokens.db cannot be used" in caplog.text
    unwritable.added("form", "content", "5")
    assert unwritable.begin("form", "content", agreed=False) == "5"


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_after_a_connection_lost_at_the_commit_the_outcome_is_reported_as_unknown(app, new_form):
    form = new_form()
    with pytest.raises(app.errors.OutcomeUnknown):
        save(app, form, "leave")
    with pytest.raises(app.form_tokens.AddedBefore) as asked:
        save(app, form, "leave")
    assert asked.value.row == ""
    save(app, form, "stay", _another="yes")
    assert stored_words(app) == ["stay"]
