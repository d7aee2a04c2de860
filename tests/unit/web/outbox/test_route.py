"""A submission has its effect once, whatever is lost or killed on the way, and only what is stored is acknowledged."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from proto_ddf import submissions
from proto_ddf.accounts.session import Session as BrowserSession
from proto_ddf.db.engine import session
from proto_ddf.db.tables import Role, SessionKind, utc_now
from proto_ddf.db.writing import write
from proto_ddf.errors import ProtoDDFError
from proto_ddf.operations.engine import engine
from proto_ddf.submissions import Submission
from proto_ddf.web.access.request_session import keep_session
from proto_ddf.web.outbox import route
from proto_ddf.web.outbox.request import MOST_BYTES, Sent
from proto_ddf.web.outbox.route import Outbox

TOKEN = "token-of-a-tab"
KEY = "37ad3f46-4c5d-44b9-81e5-70e44e731789"


class KilledError(BaseException):
    """Stands for the end of the process."""


def effects() -> list[str]:
    """What the handlers have done, in order."""
    with session() as opened:
        rows = opened.connection().exec_driver_sql("select what from effect order by n").all()
    return [what for (what,) in rows]


@pytest.fixture
def effect_table(database: Path) -> None:
    create = "create table if not exists effect (n integer primary key, what text)"
    write(lambda opened: opened.connection().exec_driver_sql(create) and None)


def store(what: str, *, sealed: bool = True) -> None:
    def change(opened: Session) -> None:
        opened.connection().exec_driver_sql("insert into effect (what) values (?)", (what,))
        if sealed:
            submissions.seal(opened, f"/effects/{what}")

    write(change)


@dataclass
class Server:
    """A server until it is killed. `moment` says when: before or after the effect."""

    moment: str = ""
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.run, lambda name: name == "State.store")

    async def run(self, sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        if self.moment == "before":
            raise KilledError
        await asyncio.to_thread(store, sent.payload["what"])
        if self.moment == "after":
            raise KilledError
        return True


def in_session(app: ASGIApp) -> ASGIApp:
    """The app behind a gate that found this session."""
    at = {"created_at": 0.0, "seen_at": 0.0, "stored_seen_at": 0.0}
    who = {"user_id": "anna", "user_name": "Anna", "account_id": None, "role": Role.BUILDER}
    session = BrowserSession(
        id="s1", kind=SessionKind.ANONYMOUS, address="", user_agent="", **who, **at
    )

    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        keep_session(scope, session)
        await app(scope, receive, send)

    return pass_on


async def post(outbox: Outbox, key: str, told: Any, **headers: str) -> httpx.Response:
    app = Starlette(routes=[Route("/api/outbox", outbox.receive, methods=["POST"])])
    transport = httpx.ASGITransport(app=in_session(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return await client.post(
            "/api/outbox", content=body, headers={"Idempotency-Key": key, **headers}
        )


def told(what: str, **changed: Any) -> dict[str, Any]:
    return {"event": "State.store", "payload": {"what": what}, "token": TOKEN} | changed


FATES = ("request lost", "reply lost", "killed before", "killed after", "sent twice", "answered")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(FATES)), max_size=12))
def test_every_submission_has_its_effect_once_and_in_order(
    effect_table: None, steps: list[tuple[str, str]]
) -> None:
    write(lambda opened: opened.connection().exec_driver_sql("delete from effect") and None)
    made = {form: [(str(uuid4()), f"{form}{n}") for n in range(3)] for form in "ab"}
    waiting = {form: list(items) for form, items in made.items()}
    server = Server()

    async def send(form: str, fate: str) -> None:
        nonlocal server
        key, what = waiting[form][0]
        if fate == "request lost":
            return
        if fate.startswith("killed"):
            server.moment = fate.removeprefix("killed ")
            with pytest.raises(KilledError):
                await post(server.outbox, key, told(what))
            server = Server()
            return
        times = 2 if fate == "sent twice" else 1
        sending = (post(server.outbox, key, told(what)) for _ in range(times))
        answers = await asyncio.gather(*sending)
        if fate == "reply lost":
            return
        for answer in answers:
            assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
            assert answer.json()["address"] == f"/effects/{what}"
        assert what in effects()
        waiting[form].pop(0)

    async def all_steps() -> None:
        for form, fate in steps:
            # After an effect no handler runs again, so that the second kill of one submission would not happen.
            if waiting[form] and not (
                fate.startswith("killed") and waiting[form][0][1] in effects()
            ):
                await send(form, fate)
        for form, items in waiting.items():
            while items:
                await send(form, "answered")

    asyncio.run(all_steps())
    done = defaultdict(list)
    for what in effects():
        done[what[0]].append(what)
    assert done == {form: [what for _, what in items] for form, items in made.items()}


def one_answer(
    run: Callable[[Sent, Submission], Awaitable[bool]], **sending: Any
) -> httpx.Response:
    outbox = Outbox(run, lambda name: name == "State.store")
    key = sending.pop("key", str(uuid4()))
    return asyncio.run(post(outbox, key, told("x", **sending)))


async def do_nothing(sent: Sent, submission: Submission) -> bool:
    submissions.enter(submission)
    return True


def test_a_handler_that_stores_nothing_is_not_acknowledged(effect_table: None) -> None:
    async def forget_to_seal(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        await asyncio.to_thread(store, "x", sealed=False)
        return True

    for run in (do_nothing, forget_to_seal):
        answer = one_answer(run)
        assert answer.json()["outcome"] == "refused"
        assert "nothing was done" in answer.json()["message"]


def test_what_the_handler_refuses_is_answered_with_its_words_again_and_again(
    effect_table: None,
) -> None:
    runs = []

    async def refuse(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        runs.append(sent.id)
        submissions.refuse("Not valid", "The name is taken.", "name")
        submissions.refuse("Not valid", "The port is taken.", "port")
        return True

    key = str(uuid4())
    first, second = one_answer(refuse, key=key), one_answer(refuse, key=key)
    assert first.json() == {
        "outcome": "refused",
        "title": "Not valid",
        "message": "The name is taken.",
        "fields": {"name": "The name is taken.", "port": "The port is taken."},
        "shown": True,
    }
    assert second.json() == {k: v for k, v in first.json().items() if k != "shown"}
    assert second.headers["idempotent-replayed"] == "true"
    assert len(runs) == 1


def test_a_handler_that_fails_is_refused_without_its_words(effect_table: None) -> None:
    async def fail(sent: Sent, submission: Submission) -> bool:
        raise RuntimeError("internal words")

    answer = one_answer(fail)
    assert answer.json()["outcome"] == "refused"
    assert "internal words" not in answer.text


def test_a_long_handler_is_acknowledged_when_its_effect_is_stored(
    effect_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "ANSWER_SECONDS", 0.05)

    async def all_answers() -> list[httpx.Response]:
        going_on, stored = asyncio.Event(), asyncio.Event()

        async def run(sent: Sent, submission: Submission) -> bool:
            submissions.enter(submission)
            await going_on.wait()
            with submissions.in_doubt():
                await asyncio.to_thread(store, "x")
                stored.set()
                await going_on.wait()
            await asyncio.Event().wait()
            return True

        outbox = Outbox(run, lambda _: True)
        key = str(uuid4())
        found = [await post(outbox, key, told("x"))]
        going_on.set()
        await stored.wait()
        found.append(await post(outbox, key, told("x")))
        return found

    running, done = asyncio.run(all_answers())
    assert (running.status_code, running.headers["retry-after"]) == (409, "1")
    assert (done.status_code, done.json()["outcome"]) == (200, "done")


def test_an_effect_in_doubt_is_not_acknowledged(
    effect_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "ANSWER_SECONDS", 0.05)

    async def run(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        with submissions.in_doubt():
            await asyncio.to_thread(store, "x")
            await asyncio.Event().wait()
        return True

    assert one_answer(run).status_code == 409


def test_an_effect_that_is_taken_back_is_not_acknowledged(effect_table: None) -> None:
    async def run(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        await asyncio.to_thread(store, "x")
        await asyncio.to_thread(write, submissions.unseal)
        submissions.refuse("Not started", "The queue is full.")
        return True

    assert one_answer(run).json()["message"] == "The queue is full."


def test_the_same_id_with_another_content_is_refused(effect_table: None) -> None:
    server, key = Server(), str(uuid4())

    async def both() -> list[httpx.Response]:
        return [await post(server.outbox, key, told(what)) for what in ("x", "y")]

    first, second = asyncio.run(both())
    assert (first.status_code, second.status_code) == (200, 422)
    assert effects() == ["x"]


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("no-uuid", told("x"), 400),
        ("", told("x"), 400),
        (KEY, b"{", 400),
        (KEY, b"\xff\xfe", 400),
        (KEY, b"[" * 100_000, 400),
        (KEY, [], 400),
        (KEY, told("x", event=""), 400),
        (KEY, told("x", event="State.unknown"), 400),
        (KEY, told("x", payload=[1]), 400),
        (KEY, told("x", kept="text"), 400),
        (KEY, told("x", token="../../states"), 400),
        (KEY, told("x", token=None), 400),
        (KEY, b" " * (MOST_BYTES + 1), 413),
    ],
)
def test_what_the_outbox_does_not_send_is_refused(
    effect_table: None, key: str, body: Any, status: int
) -> None:
    answer = asyncio.run(post(Server().outbox, key, body))
    assert answer.status_code == status
    assert answer.json()["message"]
    assert effects() == []


def test_what_another_person_made_is_not_run(effect_table: None) -> None:
    server = Server()
    other = asyncio.run(post(server.outbox, KEY, told("x", owner="Berta")))
    assert (other.status_code, effects()) == (401, [])
    own = asyncio.run(post(server.outbox, KEY, told("x", owner="Anna")))
    assert (own.status_code, effects()) == (200, ["x"])


def test_replies_are_forgotten_after_a_while(effect_table: None) -> None:
    server, key = Server(), str(uuid4())
    asyncio.run(post(server.outbox, key, told("x")))
    assert submissions.prune(utc_now() - timedelta(days=2)) == 0
    assert submissions.prune(utc_now() + timedelta(seconds=1)) == 1


def test_what_a_handler_does_outside_its_submission_is_not_its_effect(effect_table: None) -> None:
    async def run(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        with submissions.outside():
            submissions.seal_now("/other")
            submissions.refuse("Other", "Not this one.")
        submissions.seal_now("/own")
        return True

    assert one_answer(run).json() == {"outcome": "done", "address": "/own", "shown": True}


def test_what_no_operation_can_be_started_for_now_is_sent_again(effect_table: None) -> None:
    """The server is asked to end while the handler runs; the next one runs it again."""

    async def start_operation(sent: Sent, submission: Submission) -> bool:
        submissions.enter(submission)
        try:
            await asyncio.to_thread(engine.current)
        except ProtoDDFError as error:  # as a page shows it
            submissions.refuse("Not done", str(error))
        return True

    ending = Outbox(start_operation, lambda _: True)
    answer = asyncio.run(post(ending, KEY, told("x")))
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "1")
    started = asyncio.run(post(Server().outbox, KEY, told("x", event="State.store")))
    assert (started.json()["outcome"], effects()) == ("done", ["x"])
