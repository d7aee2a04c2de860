"""ResponseNotRead: the work for a client that takes nothing ends; all others get every byte in order."""

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.counters import COUNTERS
from proto_ddf.serving.middleware.connection_errors import SendFailedError
from proto_ddf.serving.middleware.response_not_read import PIECE, ResponseNotRead

Message = dict[str, Any]
HTTP = {"type": "http", "path": "/"}
WEBSOCKET = {"type": "websocket", "path": "/"}


async def receive() -> Message:
    return {"type": "http.disconnect"}


def answer(scope: Message, messages: list[Message], send: Any, seconds: float) -> None:
    """Send the messages as an app does."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    asyncio.run(ResponseNotRead(app, seconds)(scope, receive, send))


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (HTTP, {"type": "http.response.start", "status": 200, "headers": []}),
        (HTTP, {"type": "http.response.body", "body": b"x", "more_body": True}),
        (HTTP, {"type": "http.response.body", "body": b"x" * 3 * PIECE}),
        (WEBSOCKET, {"type": "websocket.send", "text": "x"}),
    ],
)
@pytest.mark.parametrize("taken", [0, 1, 5])
def test_the_work_ends_when_the_client_takes_nothing_any_more(
    scope: Message, message: Message, taken: int
) -> None:
    before, sent = COUNTERS.refused["response_not_read"], list[Message]()

    async def send(message: Message) -> None:
        if len(sent) == taken:
            await asyncio.Event().wait()
        sent.append(message)

    with pytest.raises(SendFailedError):
        answer(scope, [message] * 6, send, 0.01)
    assert len(sent) == taken
    assert COUNTERS.refused["response_not_read"] == before + 1


def test_a_client_that_takes_each_piece_in_time_may_take_longer_for_the_whole() -> None:
    sent = list[Message]()

    async def send(message: Message) -> None:
        await asyncio.sleep(0.1)
        sent.append(message)

    begin = time.monotonic()
    answer(HTTP, [{"type": "http.response.body", "body": b"x" * 6 * PIECE}], send, 0.5)
    assert len(sent) == 6
    assert time.monotonic() - begin > 0.5


@given(st.lists(st.integers(0, 3 * PIECE + 1), min_size=1, max_size=4))
def test_every_byte_arrives_once_and_in_order(sizes: list[int]) -> None:
    bodies = [bytes([65 + place]) * size for place, size in enumerate(sizes)]
    sent = list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    last = len(bodies) - 1
    messages = [
        {"type": "http.response.body", "body": body, "more_body": place < last}
        for place, body in enumerate(bodies)
    ]
    answer(HTTP, messages, send, 5)
    assert b"".join(message["body"] for message in sent) == b"".join(bodies)
    assert [message["more_body"] for message in sent] == [True] * (len(sent) - 1) + [False]
    assert max(len(message["body"]) for message in sent) <= PIECE
