"""ConnectionErrors, for all orders in which a connection can fail: nothing is sent after a failure, and an answer is made up
only where nothing was sent."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.counters import COUNTERS
from proto_ddf.serving.middleware.connection_errors import ConnectionErrors, SendFailedError

Message = dict[str, Any]
START = {"type": "http.response.start", "status": 200, "headers": []}
PART = {"type": "http.response.body", "body": b"x", "more_body": True}
END = {"type": "http.response.body", "body": b"x"}
ACTIONS = st.lists(
    st.sampled_from(["receive", "start", "part", "end", "reset", "bug", "swallow"]), max_size=8
)


class Client:
    """A client's side: the messages that reached it; its connection breaks at the given calls."""

    def __init__(self, send_breaks_at: int, receive_breaks_at: int) -> None:
        self.sent: list[Message] = []
        self.calls_after_failure = 0
        self.failed = False
        self._sends, self._receives = send_breaks_at, receive_breaks_at

    async def send(self, message: Message) -> None:
        self.calls_after_failure += self.failed
        if len(self.sent) == self._sends:
            self.failed = True
            raise OSError(32, "Broken pipe")
        self.sent.append(message)

    async def receive(self) -> Message:
        self._receives -= 1
        if self._receives < 0:
            raise ConnectionResetError(104, "Connection reset by peer")
        return {"type": "http.request", "body": b"x", "more_body": True}


async def act(actions: list[str], receive: Any, send: Any, seen: list[Message]) -> None:
    started = ended = swallow = False
    for action in actions:
        try:
            match action:
                case "receive":
                    seen.append(await receive())
                case "start" if not started:
                    started = True
                    await send(START)
                case "part" if started and not ended:
                    await send(PART)
                case "end" if started and not ended:
                    ended = True
                    await send(END)
                case "reset":
                    raise ConnectionResetError("upstream")
                case "bug":
                    raise ValueError("bug")
                case "swallow":
                    swallow = True
        except SendFailedError:
            if not swallow:
                raise


@given(ACTIONS, st.integers(0, 5), st.integers(0, 3))
def test_no_order_of_failures_leaves_it_or_sends_twice(
    actions: list[str], sends: int, receives: int
) -> None:
    client, seen = Client(sends, receives), list[Message]()
    began, ended = COUNTERS.started["http"], COUNTERS.ended["http"]

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await act(actions, receive, send, seen)

    scope = {"type": "http", "method": "GET", "path": "/", "client": ("127.0.0.1", 1)}
    asyncio.run(ConnectionErrors(app)(scope, client.receive, client.send))
    assert client.calls_after_failure == 0
    starts = [each["status"] for each in client.sent if each["type"] == "http.response.start"]
    assert len(starts) <= 1
    ends = [each for each in client.sent if each == END or "more_body" not in each]
    assert len([each for each in ends if each["type"] == "http.response.body"]) <= 1
    if starts and starts[0] in (500, 503):
        assert client.sent[0]["status"] == starts[0]
        assert "bug" in actions if starts[0] == 500 else "reset" in actions
    # After the first reset, every further receive says that the client has gone.
    kinds = [each["type"] for each in seen]
    assert kinds == sorted(kinds, key="http.disconnect".__eq__)
    assert kinds.count("http.request") <= receives
    assert COUNTERS.started["http"] - began == COUNTERS.ended["http"] - ended == 1
