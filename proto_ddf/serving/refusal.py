"""How a request or a websocket is refused before it reaches the app."""

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from .answers import close_websocket, send_answer
from .counters import COUNTERS

MOST_READ = 1_000_000
"""Bytes of a refused request's body that are read: many clients read no answer before they have sent everything."""


async def read_refused_body(receive: Receive) -> None:
    """Read what remains of it, up to MOST_READ bytes."""
    size, more = 0, True
    while more and size < MOST_READ:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    status: int,
    text: str,
    reason: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Answer with a status and a line of text. `reason` is what the metrics count it as."""
    COUNTERS.refused[reason] += 1
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        await close_websocket(send, 1008, text)
        return
    await read_refused_body(receive)
    await send_answer(send, status, text, headers)
