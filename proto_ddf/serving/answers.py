"""Answers that middleware gives instead of the app."""

from collections.abc import Iterable

from starlette.types import Send

RETRY_AFTER = (b"retry-after", b"1")
CLOSE = (b"connection", b"close")
"""No other request follows on the connection."""


async def send_answer(
    send: Send,
    status: int,
    text: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    kind: str = "text/plain",
) -> None:
    """A whole response: one line of text, or a page if `kind` is text/html."""
    body = f"{text}\n".encode()
    own = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})


async def close_websocket(send: Send, code: int, reason: str) -> None:
    """End a websocket. Before it was accepted the client gets the status 403 instead of the code."""
    await send({"type": "websocket.close", "code": code, "reason": reason})
