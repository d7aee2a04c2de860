"""What is refused is told in a line of text, and to a person who looks at it, in a page."""

import asyncio

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from proto_ddf.serving.answers import RETRY_AFTER
from proto_ddf.serving.refusal import refuse

TEXT = "Wait <3 seconds>."


def answer(headers: dict[str, str], *, again: bool = False) -> httpx.Response:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        given = [RETRY_AFTER] if again else []
        await refuse(scope, receive, send, status=503, text=TEXT, reason="overload", headers=given)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/sources", headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-dest": "empty", "accept": "text/html"}], ids=["program", "script"]
)
def test_programs_and_scripts_get_a_line_of_text(headers: dict[str, str]) -> None:
    told = answer(headers)
    assert told.status_code == 503
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.text == f"{TEXT}\n"


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-dest": "document"}, {"accept": "text/html,*/*"}], ids=["new", "old"]
)
def test_a_browser_gets_a_page(headers: dict[str, str]) -> None:
    told = answer(headers)
    assert told.status_code == 503
    assert told.headers["content-type"] == "text/html; charset=utf-8"
    assert "<p>Wait &lt;3 seconds&gt;.</p>" in told.text
    assert "Try again" not in told.text
    again = answer(headers, again=True)
    assert again.headers["retry-after"] == "1"
    assert '<a class="button" href="">Try again</a>' in again.text
