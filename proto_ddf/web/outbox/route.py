"""POST /api/outbox: one submission of a browser. docs/outbox.md has the protocol.

It answers only what is stored: "done" if the handler's effect is, or why it was not accepted. Without an answer the browser sends
the submission again under the same id; that never has a second effect.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import reflex as rx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from proto_ddf import submissions
from proto_ddf.logs import get_logger
from proto_ddf.submissions import Submission
from proto_ddf.web.access.binding import bind
from proto_ddf.web.access.request_session import session_of
from proto_ddf.web.outbox.request import (
    MOST_BYTES,
    InvalidSubmissionError,
    Sent,
    read_submission,
)
from proto_ddf.web.outbox.running import (
    NotRunError,
    SubmissionMiddleware,
    is_known,
    run_event,
)

ANSWER_SECONDS = 1.0
"""A handler that runs longer is not waited for, if its effect is stored."""
AGAIN_SECONDS = 1
_NOTHING = "The page has changed meanwhile, so nothing was done. Look at it, and do it again."
_FAILED = "Something went wrong in Proto-DDF itself. See its log."

logger = get_logger(__name__)
Run = Callable[[Sent, Submission], Awaitable[bool]]


class Outbox:
    """Receives submissions. `run` runs the handler of one to its end, and returns whether its tab shows what became of it;
    `knows` tells whether there is such an event."""

    def __init__(self, run: Run, knows: Callable[[str], bool]) -> None:
        self._run, self._knows = run, knows
        self._running: dict[str, tuple[Submission, asyncio.Task[dict[str, Any]]]] = {}

    async def receive(self, request: Request) -> Response:
        """Answer one request."""
        session = session_of(request.scope)
        if session is None:
            return _refusal(401, "Load the page again.")
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=499)
        if body is None:
            return _refusal(413, "The submission is too large.")
        try:
            sent = read_submission(request.headers.get("idempotency-key", ""), body)
        except InvalidSubmissionError as error:
            return _refusal(400, str(error))
        if sent.owner and sent.owner != session.user_name:
            return _refusal(401, f"It was made by {sent.owner}, who is not signed in.")
        if not self._knows(sent.event):
            return _refusal(400, "This page is of another version of Proto-DDF. Reload it.")
        try:
            # The tab's state is kept under this name: see web/access/binding.py.
            bound = replace(sent, token=bind(session.id, sent.token))
            return await self._answer(bound, session.user_id)
        except Exception as error:
            # Such as a full disk: nothing is known, so the browser sends it again.
            logger.warning("submission not answered", submission=sent.id, reason=repr(error))
            return _later(503, "Proto-DDF cannot take it now.")

    async def _answer(self, sent: Sent, user_id: str) -> Response:
        taken = await asyncio.to_thread(submissions.take_in, sent.id, sent.digest, user_id)
        if not taken.is_same:
            return _refusal(422, "The same id was sent before with another content.")
        if taken.reply is not None:
            return _replay(taken.reply)
        if sent.id not in self._running:
            if taken.sealed is not None:  # the server was killed before it answered
                reply = _done(taken.sealed)
                await asyncio.to_thread(submissions.settle, sent.id, reply)
                return _replay(reply)
            submission = Submission(sent.id, sent.kept)
            task = asyncio.create_task(self._handle(sent, submission))
            self._running[sent.id] = (submission, task)
            task.add_done_callback(lambda _: self._running.pop(sent.id, None))
        return await self._wait(*self._running[sent.id])

    async def _wait(self, submission: Submission, task: "asyncio.Task[dict[str, Any]]") -> Response:
        # It goes on if the browser gives up: the reply is kept for its next request.
        ended, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if ended:
            return JSONResponse(task.result())
        if not submission.is_in_doubt:
            address = await asyncio.to_thread(submissions.sealed_address, submission.id)
            if address is not None and not submission.is_in_doubt:
                return JSONResponse({**_done(address), "shown": True})
        return _later(409, "It is being done.")

    async def _handle(self, sent: Sent, submission: Submission) -> dict[str, Any]:
        """Run the handler; returns the reply, which is kept."""
        failure, is_shown = "", False
        try:
            is_shown = await self._run(sent, submission)
        except NotRunError:
            raise
        except Exception:  # the app's handler of exceptions has logged and reported it
            failure = _FAILED
        address = await asyncio.to_thread(submissions.sealed_address, sent.id)
        if address is not None:
            reply = _done(submission.address or address)
        elif submission.is_too_early:
            raise NotRunError
        elif submission.refusal:
            reply = {"outcome": "refused", **submission.refusal}
        else:
            reply = {"outcome": "refused", "title": "Not done", "message": failure or _NOTHING}
        await asyncio.to_thread(submissions.settle, sent.id, reply)
        return {**reply, "shown": is_shown}


def outbox_route(app: rx.App) -> Route:
    """The route that runs events of this app."""
    app.add_middleware(SubmissionMiddleware(), index=0)

    async def run(sent: Sent, submission: Submission) -> bool:
        return await run_event(app, sent.token, sent, submission)

    outbox = Outbox(run, is_known)
    return Route("/api/outbox", outbox.receive, methods=["POST"])


async def _read(request: Request) -> bytes | None:
    """The body; None if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _done(address: str) -> dict[str, Any]:
    return {"outcome": "done", "address": address}


def _replay(reply: dict[str, Any]) -> Response:
    return JSONResponse(reply, headers={"Idempotent-Replayed": "true"})


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status)


def _later(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status, {"Retry-After": str(AGAIN_SECONDS)})
