"""Views of a list that people keep under a name: each person's own, in a file of the app, whatever a client sends."""

import asyncio
import contextvars
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ["Paid", "paid", "Zoë's; DROP TABLE views", "%", "100 % & more"]
PEOPLE = ["", "ada", "bo"]


@pytest.fixture
def views(awkward, monkeypatch, tmp_path):
    monkeypatch.setattr(awkward.named_views, "FILE", tmp_path / ".views.db")
    return awkward.named_views


def test_each_person_has_views_of_each_list(awkward, views, tmp_path):
    lists = [awkward.view("things"), awkward.view("codes")]
    keeping = st.tuples(
        st.just("keep"),
        *map(st.sampled_from, (lists, PEOPLE, NAMES)),
        st.text("a/?&=%", max_size=5),
    )
    removing = st.tuples(st.just("forget"), *map(st.sampled_from, (lists, PEOPLE, NAMES)))

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.one_of(keeping, removing), max_size=8))
    def holds(steps):
        views.FILE.unlink(missing_ok=True)
        kept = {}
        for step, view, person, name, *address in steps:
            if step == "keep":
                views.keep_view(view, person, f"  {name} ", *address)
                kept[person, view, name] = address[0]
            else:
                views.forget_view(view, person, name)
                kept.pop((person, view, name), None)
        for view in lists:
            for person in PEOPLE:
                found = {each.name: each.address for each in views.named_views(view, person)}
                assert found == {
                    name: address for (who, of, name), address in kept.items() if (who, of) == (person, view)
                }  # fmt: skip

    holds()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b", "two\nlines\x07", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(awkward, views, name):
    view = awkward.view("things")
    with pytest.raises(awkward.errors.DataError) as refused:
        views.keep_view(view, "", name, "/things")
    assert refused.value.problem.message.startswith("Enter a name")
    assert views.named_views(view, "") == []


def test_a_person_has_a_limited_number_of_views(awkward, views, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    view = awkward.view("things")
    for name in ("a", "b"):
        views.keep_view(view, "ada", name, "/things")
    with pytest.raises(awkward.errors.DataError):
        views.keep_view(view, "ada", "c", "/things")
    views.keep_view(view, "ada", "b", "/things?size=1")  # replaces one
    views.keep_view(view, "bo", "c", "/things")
    assert [each.name for each in views.named_views(view, "ada")] == ["a", "b"]


def test_several_tabs_keep_views_at_once(awkward, views):
    view = awkward.view("things")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: views.keep_view(view, "", f"v{n}", "/things"), range(16)))
    assert len(views.named_views(view, "")) == 16


def test_a_file_that_cannot_be_used_is_said_in_words(awkward, views, tmp_path):
    view = awkward.view("things")
    views.FILE.write_bytes(b"no database" * 100)
    with pytest.raises(awkward.errors.DataError) as refused:
        views.named_views(view, "")
    assert ".views.db" in refused.value.problem.message


def test_nothing_is_kept_in_the_database_of_the_rows(awkward, views):
    views.keep_view(awkward.view("things"), "", "mine", "/things")
    names = awkward.database.sa.inspect(awkward.database.engine()).get_table_names()
    assert "views" not in names
    with closing(sqlite3.connect(views.FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM views").fetchone() == (1,)


def test_the_person_of_an_event_is_the_one_who_signed_in(awkward, monkeypatch):
    def person_of_event(headers):
        async def handle():
            state = SimpleNamespace(router_data={"headers": headers})
            await awkward.sign_in.RightsOfEvents().preprocess(None, state, None)
            return await asyncio.to_thread(awkward.sign_in.person)

        return contextvars.copy_context().run(asyncio.run, handle())

    assert person_of_event({"x-app-person": "ada"}) == ""  # nobody signs in here
    monkeypatch.setattr(awkward.sign_in, "SIGN_IN_AT", "http://*:3000")
    assert person_of_event({"x-app-person": "ada"}) == "ada"
    assert person_of_event({}) == ""
