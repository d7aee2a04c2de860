"""Any sequence of submissions, each of which may be cut off at any moment and is sent again, has the effect of each one
once, in their order.

The kind: an app that is killed before a change begins, before its commit, or after it and before the reply; on a database
of the app's own, and on those in which it keeps no table. What cannot be known is said to be unknown, and is never done
again by itself: only a new row whose key the database chooses, and only there."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.generated.submitting import killed, submitted
from tests.served_apps import ImportedApp, app_on

COUNTRIES = "CREATE TABLE countries (code varchar(9) PRIMARY KEY, name varchar(40) NOT NULL)"
NOTES = "CREATE TABLE notes (id {} PRIMARY KEY, word varchar(40) NOT NULL)"
TABLES = {
    "own": (NOTES.format("integer"), COUNTRIES),
    "sqlite": (NOTES.format("integer"), COUNTRIES),
    "postgresql": (NOTES.format("serial"), COUNTRIES),
    "mysql": (NOTES.format("integer AUTO_INCREMENT"), COUNTRIES),
}
MOMENTS = (None, "begin", "commit", "reply")
CODES = ("A", "B", "C")


@pytest.fixture(scope="module", params=list(TABLES))
def app(request, tmp_path_factory):
    with app_on(request.param, TABLES[request.param], request, tmp_path_factory, "Any") as app:
        yield app


@dataclass
class Person:
    """Submits changes, and knows what should be stored."""

    app: ImportedApp
    countries: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kills: int = 0

    def submit(self, work: Any, moment: str | None) -> Any:
        """The reply to a submission that is cut off at that moment, if it comes there, and then sent twice more."""
        key = uuid4().hex
        if moment:
            self.kills += killed(self.app, moment, lambda: self._carry_out(key, work))
        first, again = self._carry_out(key, work), self._carry_out(key, work)
        assert first == again
        return first

    def _carry_out(self, key: str, work: Any) -> Any:
        known = self.app.submission_store.find(key)
        if known and known.reply:
            return known.reply
        with submitted(self.app, key) as submission:
            try:
                work()
            except self.app.errors.DataError:
                assert submission.reply
        return submission.reply

    def _form(self, table: str, key: str, **texts: str) -> Any:
        """Opens the form of a row, and returns what saves it with these texts."""
        view = self.app.view(table)
        if key == "new":
            made = self.app.row_forms.blank_form(view, {})
        else:
            made = self.app.row_forms.form_of_row(view, self.app.keys.decode_key(view, key), key)
        form = {"_snapshot": made.snapshot.as_json()} | texts
        return lambda: self.app.row_page.save_form(view, form)

    def add_country(self, code: str, name: str, moment: str | None) -> None:
        reply = self.submit(self._form("countries", "new", code=code, name=name), moment)
        is_new = code not in self.countries
        assert reply.outcome == (
            "done" if is_new or self._looks_added(code, name, moment) else "refused"
        )
        self.countries.setdefault(code, name)

    def _looks_added(self, code: str, name: str, moment: str | None) -> bool:
        """A refused row whose reply was lost cannot be told from an added one if the same row was there before."""
        return (
            not self.app.config.OWN_DATABASE and moment == "reply" and self.countries[code] == name
        )

    def change_country(self, code: str, new: str, name: str, moment: str | None) -> None:
        if code not in self.countries:
            return
        reply = self.submit(self._form("countries", code, code=new, name=name), moment)
        if new != code and new in self.countries:
            assert reply.outcome == "refused"
            return
        assert (reply.outcome, reply.address) == ("done", f"/countries/{new}")
        del self.countries[code]
        self.countries[new] = name

    def delete_country(self, code: str, moment: str | None) -> None:
        if code not in self.countries:
            return
        view = self.app.view("countries")
        made = self.app.row_forms.form_of_row(view, (code,), code)
        snapshot = made.snapshot.as_json()
        reply = self.submit(lambda: self.app.row_page.delete_row(view, snapshot), moment)
        assert (reply.outcome, reply.address) == ("done", "/countries")
        del self.countries[code]

    def add_note(self, word: str, moment: str | None) -> None:
        reply = self.submit(self._form("notes", "new", word=word), moment)
        if self.app.config.OWN_DATABASE or moment not in ("commit", "reply"):
            assert reply.outcome == "done"
            self.notes.append(word)
            return
        assert (reply.outcome, reply.again) == ("unknown", {"form": {"_another": "yes"}})
        if moment == "reply":
            self.notes.append(word)

    def check(self) -> None:
        """What is stored is what was submitted."""
        found = self.app.run("SELECT code, name FROM countries")
        assert dict(found) == self.countries
        assert [
            word for (word,) in self.app.run("SELECT word FROM notes ORDER BY id")
        ] == self.notes


moments, codes = st.sampled_from(MOMENTS), st.sampled_from(CODES)
names = st.sampled_from(("Norway", "Italy", "It's"))
steps = st.one_of(
    st.tuples(st.just("add_country"), codes, names, moments),
    st.tuples(st.just("change_country"), codes, codes, names, moments),
    st.tuples(st.just("delete_country"), codes, moments),
    st.tuples(st.just("add_note"), names, moments),
)


def test_each_submission_takes_effect_once_and_in_order(app):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(taken=st.lists(steps, min_size=2, max_size=6))
    def take(taken):
        app.run("DELETE FROM countries", "DELETE FROM notes")
        person = Person(app)
        for name, *values in taken:
            getattr(person, name)(*values)
            person.check()

    take()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", ["add_country", "add_note", "change_country", "delete_country"])
def test_a_change_that_was_cut_off(app, step, moment):
    """The smallest cases of the same: each change at each moment."""
    app.run("DELETE FROM countries", "DELETE FROM notes")
    person = Person(app)
    person.add_country("A", "Norway", None)
    values = {
        "add_country": ("B", "Italy"),
        "add_note": ("Word",),
        "change_country": ("A", "B", "Italy"),
        "delete_country": ("A",),
    }
    getattr(person, step)(*values[step], moment)
    person.check()
    assert person.kills == (moment is not None)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["Norway", "Italy"])
def test_a_refused_change_that_was_cut_off(app, name, moment):
    """A key that another row has is refused at each moment, even if that row holds what was wanted."""
    app.run("DELETE FROM countries", "DELETE FROM notes")
    person = Person(app)
    person.add_country("A", "Norway", None)
    person.add_country("B", name, None)
    person.change_country("A", "B", name, moment)
    person.check()
    person.add_country("B", "Norway", moment)
    person.check()
