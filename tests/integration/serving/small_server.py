"""A small ASGI app behind the real launcher and all its middleware: `python small_server.py PORT`.

Its settings are those of the variable of apps. What each path does stands in PATHS.
"""

import asyncio
import logging
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from proto_ddf.serving.counters import COUNTERS
from proto_ddf.serving.limits import limit_process
from proto_ddf.serving.request_id import current_request_id
from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import ServingSettings

events: list[str] = []
"""What handlers noted."""


async def state(_: Request) -> JSONResponse:
    """What the process has counted, and what it has open."""
    counts = {
        name: value for name, value in vars(COUNTERS).items() if isinstance(value, Counter | int)
    }
    return JSONResponse(
        {
            "counts": counts,
            "events": events,
            "tasks": len(asyncio.all_tasks()),
            "descriptors": len(os.listdir("/proc/self/fd")),
        }
    )


async def slow(request: Request) -> PlainTextResponse:
    """Works until it is stopped."""
    events.append("slow began")
    try:
        await asyncio.sleep(600)
    except asyncio.CancelledError:
        events.append("slow stopped")
        raise
    return PlainTextResponse("done")


async def shielded(_: Request) -> PlainTextResponse:
    """Has a part that ends even if the client goes."""
    events.append("shielded began")
    go_on = asyncio.create_task(_finish())
    await asyncio.shield(go_on)
    return PlainTextResponse("done")


async def _finish() -> None:
    await asyncio.sleep(0.5)
    events.append("shielded finished")


async def short(_: Request) -> PlainTextResponse:
    """Answers after longer than the watch of AbandonedWork begins."""
    await asyncio.sleep(0.2)
    return PlainTextResponse("done")


async def length(request: Request) -> PlainTextResponse:
    """Answers with the length of the body, which it begins to read late."""
    await asyncio.sleep(float(request.query_params.get("late", 0)))
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return PlainTextResponse(str(size))


async def endless(_: Request) -> StreamingResponse:
    async def parts():
        while True:
            yield b"x" * 100_000

    return StreamingResponse(parts())


async def whole(request: Request) -> PlainTextResponse:
    """A large body in one message."""
    return PlainTextResponse("x" * int(request.query_params["size"]))


async def half(_: Request) -> StreamingResponse:
    """Fails after a part of its response."""

    async def parts():
        yield b"x"
        raise ConnectionResetError(104, "Connection reset by peer")

    return StreamingResponse(parts())


async def ident(_: Request) -> PlainTextResponse:
    return PlainTextResponse(current_request_id() or "")


async def allocate(request: Request) -> PlainTextResponse:
    """Takes so much memory, for a moment."""
    return PlainTextResponse(str(len(bytearray(int(request.query_params["mb"]) * 1_000_000))))


async def take_descriptors(_: Request) -> PlainTextResponse:
    """Opens files until there are no descriptors left, and keeps them for a while."""
    opened = []
    try:
        while True:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        events.append(f"files failed with {error.errno}")
    await asyncio.sleep(1)
    for descriptor in opened:
        os.close(descriptor)
    return PlainTextResponse(str(len(opened)))


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect as gone:
        events.append(f"websocket ended {gone.code}")


async def flood(websocket: WebSocket) -> None:
    """Sends without end."""
    await websocket.accept()
    while True:
        await websocket.send_text("x" * 100_000)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    yield
    print("shut down", flush=True)


FAILURES = {
    "/reset": ConnectionResetError(104, "Connection reset by peer"),
    "/bug": ValueError("a bug"),
}
"""What is raised at a path, without Starlette, which answers such errors itself."""

PATHS = [
    Route("/state", state),
    Route("/slow", slow, methods=["GET", "POST"]),
    Route("/shielded", shielded),
    Route("/short", short),
    Route("/length", length, methods=["POST"]),
    Route("/api/uploads", length, methods=["POST"]),
    Route("/_upload", length, methods=["POST"]),
    Route("/endless", endless),
    Route("/whole", whole),
    Route("/half", half),
    Route("/id", ident),
    Route("/allocate", allocate),
    Route("/take-descriptors", take_descriptors),
    WebSocketRoute("/echo", echo),
    WebSocketRoute("/flood", flood),
]

routes = Starlette(routes=PATHS, lifespan=lifespan)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if failure := FAILURES.get(scope.get("path", "")):
        raise failure
    await routes(scope, receive, send)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    settings = ServingSettings.from_environment()
    limit_process(settings.memory_mb, settings.open_files)
    serve(app, "127.0.0.1", int(sys.argv[1]), settings)
