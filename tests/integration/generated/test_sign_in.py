"""Who may only read changes nothing, whatever event they send; where nobody signs in, everybody changes."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.integration.generated.test_outbox import Served
from tests.served_apps import app_on

SERVER = "http://*:3000"
STATEMENTS = ("CREATE TABLE items (id integer PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)",)


@pytest.fixture(scope="module")
def app(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with app_on("sqlite", STATEMENTS, request, tmp_path_factory, "Signing in") as made:
        yield made


@pytest.fixture
def rows(app: Any) -> Callable[[], list[Any]]:
    app.run("DELETE FROM items", "INSERT INTO items (id, word) VALUES (1, 'Apple')")
    return lambda: app.run("SELECT id, word FROM items ORDER BY id")


def in_event(app: Any, headers: dict[str, str], act: Callable[[], Any]) -> Any:
    """What `act` returns in the task of an event that came with these headers, in a thread as States do it."""

    async def handle() -> Any:
        state = SimpleNamespace(router_data={"headers": headers})
        assert await app.sign_in.RightsOfEvents().preprocess(None, state, None) is None
        return await asyncio.to_thread(act)

    return contextvars.copy_context().run(asyncio.run, handle())


@pytest.mark.parametrize("headers", [{}, {"x-app-rights": "viewer"}, {"x-app-rights": "Editor"}])
def test_who_may_only_read_changes_nothing(
    app: Any,
    rows: Callable[[], list[Any]],
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.sign_in, "SIGN_IN_AT", SERVER)
    view, before = app.view("items"), rows()
    snapshot = app.form(view, (1,)).snapshot
    for act in (
        lambda: app.changes.create(view, {"word": "Pear"}),
        lambda: app.changes.update(view, (1,), {"word": "Pear"}, snapshot),
        lambda: app.changes.delete(view, (1,), snapshot),
    ):
        with pytest.raises(app.errors.DataError) as refused:
            in_event(app, headers, act)
        assert refused.value.problem.message == app.sign_in.ONLY_READING
    assert rows() == before


def test_an_editor_changes_rows(
    app: Any, rows: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.sign_in, "SIGN_IN_AT", SERVER)
    view = app.view("items")
    snapshot = app.form(view, (1,)).snapshot
    headers = {"x-app-rights": "editor"}
    in_event(app, headers, lambda: app.changes.update(view, (1,), {"word": "Pear"}, snapshot))
    assert app.run("SELECT word FROM items") == [("Pear",)]


def test_everybody_changes_rows_where_nobody_signs_in(
    app: Any, rows: Callable[[], list[Any]]
) -> None:
    view = app.view("items")
    snapshot = app.form(view, (1,)).snapshot
    for headers in ({}, {"x-app-rights": "viewer"}):
        assert in_event(app, headers, app.sign_in.may_edit)
    in_event(app, {}, lambda: app.changes.delete(view, (1,), snapshot))
    assert app.run("SELECT word FROM items") == []


@pytest.fixture
def served(
    app: Any, rows: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """The app behind a server where people sign in."""
    monkeypatch.setenv("SIGN_IN_AT", SERVER)
    made = Served(app)
    yield made
    made.stop()


def test_the_rights_of_a_submission_are_those_of_its_request(served: Served) -> None:
    def outcome(word: str, rights: str | None) -> str:
        served.client.headers.pop("x-app-rights", None)
        if rights is not None:
            served.client.headers["x-app-rights"] = rights
        return str(served.post(served.form(word=word)).json()["outcome"])

    # A tab that the app does not know, and the same one with what an editor has left in its state.
    assert outcome("Plum", None) == "refused"
    assert outcome("Plum", "viewer") == "refused"
    assert outcome("Pear", "editor") == "done"
    assert outcome("Plum", "viewer") == "refused"
    assert outcome("Plum", None) == "refused"
    assert outcome("Quince", "editor") == "done"
    assert served.words() == ["Apple", "Pear", "Quince"]


def test_what_somebody_else_made_waits(served: Served) -> None:
    def send(word: str, owner: str, person: str) -> httpx.Response:
        served.client.headers["x-app-person"] = person
        return served.post(served.form(word=word) | {"owner": owner})

    served.client.headers["x-app-rights"] = "editor"
    assert send("Plum", "ada", "bob").status_code == 401
    assert send("Plum", "ada", "").status_code == 401
    assert served.words() == ["Apple"]
    assert send("Plum", "ada", "ada").json()["outcome"] == "done"
    assert served.client.get("/api/session").json() == {"user": "ada"}
    assert served.words() == ["Apple", "Plum"]


def test_where_nobody_signs_in_there_is_nobody(app: Any, rows: Callable[[], list[Any]]) -> None:
    served = Served(app)
    try:
        served.client.headers["x-app-person"] = "ada"
        assert served.client.get("/api/session").json() == {"user": ""}
        assert served.post(served.form(word="Plum") | {"owner": "ada"}).status_code == 401
        assert served.post(served.form(word="Plum") | {"owner": ""}).json()["outcome"] == "done"
    finally:
        served.stop()
