"""A submission takes effect once, on every database, whatever happens between two attempts to carry it out.

The kind: a form that is used up without a row, or that adds a second row; a change that is written twice, or reported as
written and was not. To it belong changes that were refused, two saves at once, other values, an app that is killed at any
moment of a change, a file that cannot be written, and a connection that is lost at the commit."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.served_apps import app_on

COUNTRIES = "CREATE TABLE countries (code varchar(9) PRIMARY KEY, name varchar(40) NOT NULL)"
TABLES = {
    "sqlite": (
        "CREATE TABLE items (id integer PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",
        COUNTRIES,
    ),
    "postgresql": (
        "CREATE TABLE items (id serial PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",
        COUNTRIES,
        """CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'""",
        """CREATE CONSTRAINT TRIGGER leaves AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.word = 'leave') EXECUTE FUNCTION leave()""",
    ),
    "mysql": (
        "CREATE TABLE items (id integer AUTO_INCREMENT PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",
        COUNTRIES,
    ),
}
TABLES["own"] = TABLES["sqlite"]


@pytest.fixture(scope="module", params=["own", "sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    with app_on(request.param, TABLES[request.param], request, tmp_path_factory, "Once") as app:
        yield app


@pytest.fixture
def new_form(app):
    """Opens the form of a new row."""
    app.run("DELETE FROM items")
    view = app.view("items")
    return lambda: {"_snapshot": app.row_forms.blank_form(view, {}).snapshot.as_json()}


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
    with pytest.raises(app.submissions.AddedBefore) as refused:
        save(app, form, "Pear")
    assert refused.value.address == f"/items/{first.key}"
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


@pytest.fixture
def remembering(app, monkeypatch, tmp_path):
    """The app with another file for its submissions, which it reads as if it had been started again: remembering()."""
    store = app.submission_store

    def start_again(place=tmp_path / "submissions.db"):
        monkeypatch.setattr(store, "FILE", place)
        store._file_engine.cache_clear()

    yield start_again
    monkeypatch.undo()
    store._file_engine.cache_clear()


def test_the_newest_submissions_are_remembered(app, new_form, monkeypatch):
    monkeypatch.setattr(app.submission_store, "MOST", 3)
    forms = [new_form() for _ in range(5)]
    for number, form in enumerate(forms):
        save(app, form, f"Word {number}")
    found = [
        save(app, form, f"Word {2 + at}").was_added_before for at, form in enumerate(forms[2:])
    ]
    assert found == [True, True, True]
    with pytest.raises(app.errors.DataError) as refused:
        save(app, forms[0], "Word 0")
    assert "word" in refused.value.fields


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_rows_are_saved_and_remembered_where_the_file_cannot_be_written(
    app, new_form, remembering, tmp_path, caplog
):
    remembering(tmp_path / "missing" / "submissions.db")
    form = new_form()
    with caplog.at_level(logging.WARNING):
        first = save(app, form, "Apple")
    assert "submissions.db cannot be used" in caplog.text
    assert save(app, form, "Apple").key == first.key


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nothing_is_written_that_could_not_be_recorded(app, new_form, remembering, tmp_path):
    remembering()
    save(app, new_form(), "Apple")
    (tmp_path / "submissions.db").write_bytes(b"no database" * 100)
    with pytest.raises(app.errors.DataError) as refused:
        save(app, new_form(), "Pear")
    assert refused.value.problem == app.errors.NOT_RECORDED
    assert stored_words(app) == ["Apple"]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_after_a_connection_lost_at_the_commit_the_outcome_is_reported_as_unknown(app, new_form):
    form = new_form()
    with pytest.raises(app.errors.OutcomeUnknown):
        save(app, form, "leave")
    with pytest.raises(app.submissions.AddedBefore) as asked:
        save(app, form, "leave")
    assert asked.value.address == ""
    save(app, form, "stay", _another="yes")
    assert stored_words(app) == ["stay"]
