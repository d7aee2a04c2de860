"""POST /api/usage: usage events of a page. Nothing depends on them, so the answer is short and a failure is only counted."""

import asyncio

from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from proto_ddf.logs import get_logger
from proto_ddf.settings import get_settings
from proto_ddf.usage.events import UsageEvent, record

MOST_EVENTS = 50
MOST_BYTES = 64_000

logger = get_logger(__name__)
_EVENTS = TypeAdapter(list[UsageEvent])


def usage_routes() -> list[Route]:
    return [Route("/api/usage", receive_usage, methods=["POST"])]


async def receive_usage(request: Request) -> Response:
    """Store the events of the body, a JSON list: 204. 400 or 413 if it is not valid, 403 if events are switched off."""
    try:
        body = await _read(request)
    except ClientDisconnect:
        return Response(status_code=499)
    if not get_settings().usage_events:
        return Response(status_code=403)
    if body is None:
        return Response(status_code=413)
    try:
        events = _EVENTS.validate_json(body)
    except ValidationError:
        return Response(status_code=400)
    if len(events) > MOST_EVENTS:
        return Response(status_code=413)
    try:
        await asyncio.to_thread(record, events)
    except Exception as error:
        logger.warning("usage events not stored", reason=repr(error))
        return Response(status_code=503, headers={"retry-after": "60"})
    return Response(status_code=204)


async def _read(request: Request) -> bytes | None:
    """The body; None if it is too large. It is read to the end, or else the browser sees a broken connection."""
    body = bytearray()
    async for chunk in request.stream():
        if len(body) <= MOST_BYTES:
            body += chunk
    return bytes(body) if len(body) <= MOST_BYTES else None
