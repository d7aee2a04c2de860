"""A small ASGI app behind the runner's server, for test_connections.py: `python many_connections.py PORT`.

It answers GET with the number of descriptors that the process may open, and sends back what a websocket sends."""

import resource
import sys

from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import ServingSettings


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (said := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": said["text"]})
    else:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": "{} {}".format(*limits).encode()})


if __name__ == "__main__":
    serve(app, "127.0.0.1", int(sys.argv[1]), ServingSettings())
