"""POST /api/outbox of a running app: each submission gets its reply, and the same one again.

The kind: an app that is killed between a change and its answer, a client that goes away, a submission that comes again
while it is carried out, one that is changed or is none."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from reflex_base.utils.format import format_event_handler

from tests.answering import answers
from tests.integration.forked_servers import SERVERS
from tests.integration.generated import api_only
from tests.ports import free_port
from tests.served_apps import ImportedApp, app_on
from tests.servers.waiting import wait_until

ITEMS = "CREATE TABLE items (id {} PRIMARY KEY, word varchar(40) NOT NULL UNIQUE)"
TABLES = {
    "own": ITEMS.format("integer"),
    "sqlite": ITEMS.format("integer"),
    "postgresql": ITEMS.format("serial"),
    "mysql": ITEMS.format("integer AUTO_INCREMENT"),
}


class Served:
    """An app that is served without its pages, and submits changes to it."""

    def __init__(self, app: ImportedApp) -> None:
        self.app, self.port = app, free_port()
        self.view = app.view("items")
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30)
        self.token = str(uuid4())
        self.start()

    def start(self) -> None:
        place = (self.app.folder, self.app.package, self.port)
        self.process = SERVERS.Process(target=api_only.serve_api, args=(*place, dict(os.environ)))
        self.process.start()
        wait_until(lambda: answers(f"{self.url}/api/health"))

    def stop(self) -> None:
        self.process.kill()
        self.process.join()

    def die(self, moment: str) -> None:
        """The process will end at that moment of the next change."""
        (self.app.folder / "die").write_text(moment)

    def event(self, name: str) -> str:
        pages = getattr(self.app, "pages.items")
        known = pages.ItemsRow.event_handlers | pages.ItemsList.event_handlers
        return str(format_event_handler(known[name]))

    def body(self, name: str, **payload: Any) -> dict[str, Any]:
        return {"event": self.event(name), "payload": payload, "token": self.token}

    def form(self, key: str = "new", **texts: str) -> dict[str, Any]:
        """A save of the form of the row with that key."""
        if key == "new":
            made = self.app.row_forms.blank_form(self.view, {})
        else:
            made = self.app.row_forms.form_of_row(self.view, (int(key),), key)
        form = {"_form": f"/items/{key}", "_snapshot": made.snapshot.as_json()} | texts
        return self.body("save", form=form)

    def post(self, body: Any, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.client.post("/api/outbox", json=body, headers=headers)

    def words(self) -> list[str]:
        return [word for (word,) in self.app.run("SELECT word FROM items ORDER BY id")]

    def add(self, word: str) -> str:
        """Add a row; returns its key."""
        return str(self.post(self.form(word=word)).json()["address"]).rpartition("/")[2]


@contextlib.contextmanager
def served_on(kind: str, request: Any, folders: Any) -> Iterator[Served]:
    with app_on(kind, (TABLES[kind],), request, folders, "Outbox") as app:
        served = Served(app)
        yield served
        served.stop()


@pytest.fixture(scope="module", params=list(TABLES))
def served(request, tmp_path_factory, socket_removed):
    with served_on(request.param, request, tmp_path_factory) as served:
        yield served


@pytest.fixture(autouse=True)
def _empty(served):
    served.app.run("DELETE FROM items")


own = pytest.mark.parametrize("served", ["own"], indirect=True)


def kept(answer: httpx.Response) -> dict[str, Any]:
    """What the app keeps of an answer, without whether the tab was connected the first time."""
    return {name: value for name, value in answer.json().items() if name != "shown"}


def test_a_change_that_is_submitted_again_gets_the_same_reply(served):
    body, key = served.form(word="Apple"), str(uuid4())
    first, again = served.post(body, key), served.post(body, key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert kept(first) == kept(again)
    assert first.json()["outcome"] == "done"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert served.words() == ["Apple"]
    row = first.json()["address"].rpartition("/")[2]
    changed = served.post(served.form(row, word="Pear"))
    assert changed.json()["address"] == f"/items/{row}"
    snapshot = served.app.row_forms.form_of_row(served.view, (int(row),), row).snapshot.as_json()
    page = f"/items/{row}"
    deletion = served.body("confirm_delete", page=page, snapshot=snapshot)
    key = str(uuid4())
    assert kept(served.post(deletion, key)) == kept(served.post(deletion, key))
    assert served.words() == []


def test_refusals_are_replied_with_their_reasons(served):
    row = served.add("Apple")
    body, key = served.form(word="Apple"), str(uuid4())
    first = served.post(body, key)
    assert first.json()["outcome"] == "refused"
    assert first.json()["fields"] == {"Word": "Another row already has this word."}
    served.app.run("DELETE FROM items")
    assert kept(served.post(body, key)) == kept(first)
    row = served.add("Apple")
    body = served.form(row, word="Pear")
    served.app.run("UPDATE items SET word = 'Plum'")
    conflict = served.post(body).json()
    assert conflict["outcome"] == "conflict"
    versions = [(each["name"], each["mine"], each["theirs"]) for each in conflict["versions"]]
    assert versions == [("word", "Pear", "Plum")]
    marks = json.dumps({each["name"]: each["now"] for each in conflict["versions"]})
    body["payload"]["form"] |= {"_conflicts": marks, "choice.word": "mine"}
    assert served.post(body).json()["outcome"] == "done"
    assert served.words() == ["Pear"]


def test_the_dialogs_of_selected_rows_delete_them_once_or_say_why_not(served):
    """The tab shows the list, so its state follows too."""
    for word in ("Apple", "Pear", "Plum"):
        served.add(word)
    parts = [str(number) for (number,) in served.app.run("SELECT id FROM items ORDER BY id")]

    def send(name, key="", **payload):
        place = {"pathname": "/items", "asPath": "/items", "query": {}}
        return served.post(served.body(name, **payload) | {"router_data": place}, key)

    def rows(*parts):
        seen = served.app.selected_rows.read_chosen(served.view, parts).seen
        return {"_rows": seen, "_page": "/items"}

    form, key = rows(*parts[:2]), str(uuid4())
    for name, task in (("opened", {}), ("reload", {})):
        send(name, **task)
    hrefs = [f"/items/{part}" for part in parts]
    for task in ("edit", "delete", "nothing"):
        asked = send("ask_about_selected", task=task, hrefs=hrefs).json()
        assert asked["outcome"] == "done", asked
    served.app.run(f"UPDATE items SET word = 'Fig' WHERE id = {parts[1]}")
    refused = send("delete_selected", form=form).json()
    assert (refused["outcome"], refused["address"]) == ("refused", f"/items/{parts[1]}")
    assert "“Item" in refused["message"]
    refused = send("edit_selected", form=form | {"_field": "word", "word": "x"}).json()
    assert refused["outcome"] == "refused"
    assert served.words() == ["Apple", "Fig", "Plum"]
    form = rows(*parts[:2])
    first, again = send("delete_selected", key, form=form), send("delete_selected", key, form=form)
    assert kept(first) == kept(again)
    assert (first.json()["outcome"], first.json()["title"]) == ("done", "2 rows deleted.")
    assert served.words() == ["Plum"]


@pytest.mark.parametrize("moment", ["commit", "reply"])
def test_an_app_that_is_killed_has_done_each_change_once(served, moment):
    row = served.add("First")
    for body in (served.form(row, word="Second"), served.form(word="Third")):
        key = str(uuid4())
        served.die(moment)
        with pytest.raises(httpx.TransportError):
            served.post(body, key)
        served.process.join(60)
        assert served.process.exitcode == api_only.DIED
        served.start()
        reply = served.post(body, key).json()
        is_new = body["payload"]["form"]["_form"] == "/items/new"
        is_known = served.app.config.OWN_DATABASE or not is_new
        assert reply["outcome"] == ("done" if is_known else "unknown")
        if not is_known and moment == "commit":
            body["payload"]["form"] |= reply["again"]["form"]
            assert served.post(body).json()["outcome"] == "done"
    assert served.words() == ["Second", "Third"]


def test_a_change_goes_on_when_its_browser_goes_away(served):
    body, key = served.form(word="Apple"), str(uuid4())
    with contextlib.suppress(httpx.TimeoutException):
        headers = {"Idempotency-Key": key}
        served.client.post("/api/outbox", json=body, headers=headers, timeout=0.001)

    def reply() -> httpx.Response:
        return served.post(body, key)

    wait_until(lambda: reply().status_code == 200)
    assert reply().json()["outcome"] == "done"
    assert served.words() == ["Apple"]


@own
def test_a_submission_that_comes_again_while_it_is_carried_out_has_to_wait(served):
    body, key = served.form(word="Apple"), str(uuid4())
    with contextlib.closing(sqlite3.connect(served.app.place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with contextlib.suppress(httpx.TimeoutException):
            headers = {"Idempotency-Key": key}
            served.client.post("/api/outbox", json=body, headers=headers, timeout=0.5)
        waiting = served.post(body, key)
        assert (waiting.status_code, waiting.headers["retry-after"]) == (409, "1")
        assert served.post(served.form(word="Pear"), key).status_code == 422
        other.execute("ROLLBACK")
    wait_until(lambda: served.post(body, key).status_code == 200)
    assert served.words() == ["Apple"]


@own
def test_the_same_id_with_other_content_is_refused(served):
    key = str(uuid4())
    served.post(served.form(word="Apple"), key)
    other = served.post(served.form(word="Pear"), key)
    assert other.status_code == 422
    assert other.json()["message"]
    assert served.words() == ["Apple"]


@own
def test_what_is_no_submission_is_refused(served):
    body = served.form(word="Apple")
    for wrong in (
        {**body, "token": "../x"},
        {**body, "token": 5},
        {**body, "payload": []},
        {**body, "router_data": "x"},
        {"event": body["event"]},
        [],
        "text",
    ):
        assert served.post(wrong).status_code == 400
    assert served.post({**body, "event": "no.such.event"}).status_code == 422
    assert served.post(body, "no-uuid").status_code == 400
    assert served.post({**body, "payload": {"form": {"word": "x" * 1_000_000}}}).status_code == 413
    foreign = {"Idempotency-Key": str(uuid4()), "Origin": "http://elsewhere.example"}
    assert served.client.post("/api/outbox", json=body, headers=foreign).status_code == 403
    assert served.words() == []


@own
def test_an_event_that_fails_is_refused_and_the_app_goes_on(served):
    failed = served.post(served.body("save", form={"_form": 5, "unknown": "x"}))
    assert failed.json()["outcome"] == "refused"
    wrong = served.post(served.body("save", no_such_argument=1))
    assert wrong.json()["title"] == "Something went wrong"
    assert served.post(served.form(word="Apple")).json()["outcome"] == "done"
