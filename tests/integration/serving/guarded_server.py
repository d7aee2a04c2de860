"""A small ASGI app behind all middleware, for test_guards.py: `python guarded_server.py PORT`.

It answers with what reached it, in JSON format. After /hold, and until /go, /busy blocks the event loop again and again, at most
for a minute, and /wait waits."""

import asyncio
import sys
import time

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from proto_ddf.serving import load
from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import DEFAULT_RATES, ServingSettings

PUBLIC_URL = "https://data.example.org"
OTHER_SITE = "https://other.example.org"
PROXY = "127.0.0.2"
"""A client that connects from this address is a trusted proxy."""
RATES = {
    "requests_per_session": "20/minute",
    "requests_per_address": "40/minute",
    "websockets_per_address": "5/minute",
    "sign_ins_per_address": "3/minute",
}
BLOCK_SECONDS = 1.7
MOST_BUSY_SECONDS = 60.0
MOST_WORKING = 20

went = asyncio.Event()


async def answer(request):
    await act(request.url.path)
    return JSONResponse(seen(request.scope))


async def talk(websocket):
    await websocket.accept()
    await websocket.send_json(seen(websocket.scope))


async def act(path):
    if path == "/busy":
        end = time.monotonic() + MOST_BUSY_SECONDS
        while not went.is_set() and time.monotonic() < end:
            time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251  blocks the loop on purpose
            await asyncio.sleep(0)
    elif path == "/wait":
        await went.wait()
    elif path.endswith("/hold"):
        went.clear()
    elif path.endswith("/go"):
        went.set()


def seen(scope):
    headers = [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]]
    return {"client": scope["client"][0], "scheme": scope["scheme"], "headers": headers}


app = Starlette(
    routes=[
        WebSocketRoute("/_event", talk),
        Route("/{path:path}", answer, methods=["GET", "POST"]),
    ]
)


if __name__ == "__main__":
    load.MOST_WORKING = MOST_WORKING
    settings = ServingSettings(
        is_own_server=True,
        public_url=PUBLIC_URL,
        cors_origins=[OTHER_SITE],
        trusted_proxies=[f"{PROXY}/32"],
        rates=DEFAULT_RATES | RATES,
    )
    serve(app, "127.0.0.1", int(sys.argv[1]), settings)
