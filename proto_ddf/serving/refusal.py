"""How a request or a websocket is refused before it reaches the app."""

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from .answers import RETRY_AFTER, close_websocket, send_answer
from .counters import COUNTERS
from .plain_page import html_page, is_shown, link_button, paragraph

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
    """Answer with a status and a line of text; to a browser that shows the answer, with a page that says it. `reason` is what
    the metrics count it as."""
    COUNTERS.refused[reason] += 1
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        await close_websocket(send, 1008, text)
        return
    await read_refused_body(receive)
    headers = list(headers)
    again = link_button("Try again", "") if RETRY_AFTER[0] in dict(headers) else ""
    await send_refusal(scope, send, status, text, headers, link=again)


async def send_refusal(
    scope: Scope,
    send: Send,
    status: int,
    text: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    link: str = "",
) -> None:
    """The answer of `refuse`. `link` stands below the text on a page."""
    if is_shown(scope):
        page = html_page("This page cannot be shown", paragraph(text), link)
        await send_answer(send, status, page, headers, kind="text/html")
    else:
        await send_answer(send, status, text, headers)
