"""A small ASGI app behind the runner's server that can be frozen, for test_watchdog.py.

python freezable_server.py PORT FROZEN_SECONDS STACKS

/python, /c and /other-thread freeze the event loop for ever, /work keeps a thread busy, /blocks/N blocks the loop again and
again for N seconds; any other path answers.
"""

import asyncio
import re
import sys
import threading
import time
from pathlib import Path

from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import ServingSettings


def freeze_in_python():
    while True:
        pass


def freeze_in_c():
    re.match("(a+)+$", "a" * 60 + "b")  # it never ends and does not release Python's lock


def freeze_from_another_thread():
    threading.Thread(target=freeze_in_c, daemon=True).start()


def work():
    threading.Thread(target=freeze_in_python, daemon=True).start()


WAYS = {
    "/python": freeze_in_python,
    "/c": freeze_in_c,
    "/other-thread": freeze_from_another_thread,
    "/work": work,
}


async def block(seconds):
    for _ in range(8):
        time.sleep(seconds)  # noqa: ASYNC251  (blocking the loop is the point)
        await asyncio.sleep(0.01)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    if path.startswith("/blocks/"):
        await block(float(path.rpartition("/")[2]))
    elif path in WAYS:
        WAYS[path]()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


if __name__ == "__main__":
    port, seconds, stacks = sys.argv[1:]
    serve(
        app,
        "127.0.0.1",
        int(port),
        ServingSettings(),
        frozen_seconds=float(seconds),
        stacks=Path(stacks),
    )
