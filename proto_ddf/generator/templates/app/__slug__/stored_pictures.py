"""Pictures that are stored in the database: GET /api/pictures/<table>/<field>/<key>.

Only those are sent that picture_types.py knows.
"""

import hashlib
from typing import Any

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .data import key_is
from .database import read_connection
from .errors import DataError
from .keys import decode_key
from .picture_types import PICTURES, picture_type
from .views import VIEWS, Field, Kind, Widget

_HEADERS = {
    # Asked for again each time, and sent only if it has changed.
    "cache-control": "private, no-cache",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}


def has_pictures(field: Field) -> bool:
    """Whether the bytes of pictures are stored in the field."""
    return field.kind is Kind.BINARY and field.widget is Widget.IMAGE and not field.hidden


def picture_route() -> Starlette:
    """To be mounted in front of Reflex's own routes: `rx.App(api_transformer=...)`."""
    path = PICTURES + "/{table}/{field}/{key}"
    return Starlette(routes=[Route(path, _send, methods=["GET"])])


def _send(request: Request) -> Response:
    try:
        stored = _read(**request.path_params)
    except DataError:
        return Response(status_code=503)
    media_type = picture_type(stored) if isinstance(stored, bytes) else ""
    if not media_type:
        return Response(status_code=404)
    mark = f'"{hashlib.sha256(stored).hexdigest()}"'
    headers = _HEADERS | {"etag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(stored, media_type=media_type, headers=headers)


def _read(table: str, field: str, key: str) -> Any:
    """What is stored; None if there is no such field or row. Raises DataError."""
    view = VIEWS.get(table)
    shown = view.by_name.get(field) if view else None
    values = decode_key(view, key) if view else None
    if view is None or shown is None or values is None or not has_pictures(shown):
        return None
    with read_connection() as connection:
        statement = sa.select(view.column(field)).where(*key_is(view, values))
        return connection.execute(statement).scalar()
