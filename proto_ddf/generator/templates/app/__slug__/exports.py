"""Exports of what a list shows: GET /api/export/<table>/<format>?..., with what the address of the list says.

All rows that the list's search and filters find, in its order; of each the visible fields, under the names of their
columns.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .errors import DataError
from .export_columns import Column, columns_of, has_more_rows, rows_of
from .export_csv import write_csv, write_guarded_csv
from .export_excel import MOST_ROWS, TOO_MANY_ROWS, write_excel
from .export_json import write_json
from .export_spool import Spool
from .filters import Query
from .list_addresses import ListAddress
from .views import SECTIONS, VIEWS, TableView

Row = tuple[Any, ...]

EXPORTS = "/api/export"
MOST_AT_ONCE = 2
"""Exports that run at the same time: each takes as much of a processor as there is."""
_ROWS = 1_000
"""Between two looks at whether anybody waits."""
_CSV = "text/csv; charset=utf-8"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Format(NamedTuple):
    write: Callable[[BinaryIO, Sequence[Column], Iterator[Row]], None]
    media_type: str
    ending: str
    most_rows: int | None = None


FORMATS = {
    "csv": Format(write_csv, _CSV, "csv"),
    "guarded-csv": Format(write_guarded_csv, _CSV, "csv"),
    "excel": Format(write_excel, _EXCEL, "xlsx", MOST_ROWS),
    "json": Format(write_json, "application/json", "json"),
}
_running: set[Spool] = set()


def export_route() -> Starlette:
    """To be mounted in front of Reflex's own routes: `rx.App(api_transformer=...)`."""
    path = EXPORTS + "/{table}/{format}"
    return Starlette(routes=[Route(path, _export, methods=["GET"])])


async def _export(request: Request) -> Response:
    view = VIEWS.get(request.path_params["table"])
    chosen = FORMATS.get(request.path_params["format"])
    if view is None or view.section not in SECTIONS or chosen is None:
        return _refusal(404, "There is no such export.")
    try:
        query = ListAddress.read_whole(view, request.url.query).rows()
    except ValueError:
        return _refusal(400, "This is no list of the app. Open the list again, then export it.")
    headers = {
        "content-disposition": f'attachment; filename="{view.route}.{chosen.ending}"',
        "cache-control": "no-store",
    }
    if request.method == "HEAD":
        return Response(media_type=chosen.media_type, headers=headers)
    if len(_running) >= MOST_AT_ONCE:
        return _refusal(503, "Other exports are running. Try again when they have ended.")
    spool = Spool()
    _running.add(spool)
    spool.fill(partial(_write, spool, view, query, chosen))
    pieces = spool.pieces()
    try:
        first = await anext(pieces)
    except DataError as error:
        _end(spool)
        problem = error.problem
        text = f"{problem.title}. {problem.message} {problem.hint}"
        return _refusal(503 if problem.can_retry else 422, text)
    except BaseException:
        _end(spool)
        raise
    content = _from(first, pieces)
    return _Sent(spool, content, media_type=chosen.media_type, headers=headers)


def _write(spool: Spool, view: TableView, query: Query, chosen: Format, out: BinaryIO) -> None:
    """Write the whole export. Raises DataError."""
    if chosen.most_rows is not None and has_more_rows(view, query, chosen.most_rows):
        raise DataError(TOO_MANY_ROWS)  # told before anything is sent
    with closing(rows_of(view, query)) as rows:
        chosen.write(out, columns_of(view), _while_wanted(spool, rows))


def _while_wanted(spool: Spool, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, until nobody waits for them any more."""
    for row in rows:
        spool.must_go_on()
        yield row
        yield from islice(rows, _ROWS)


async def _from(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


class _Sent(StreamingResponse):
    """A response that ends the export when it ends. If the export fails, the response stays incomplete, which tells the
    client."""

    def __init__(self, spool: Spool, pieces: AsyncIterator[bytes], **named: Any) -> None:
        super().__init__(pieces, **named)
        self._spool = spool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            _end(self._spool)


def _end(spool: Spool) -> None:
    spool.abandon()
    _running.discard(spool)


def _refusal(status: int, text: str) -> Response:
    headers = {"cache-control": "no-store"}
    return PlainTextResponse(
        text + "\n", status, headers | ({"retry-after": "10"} if status == 503 else {})
    )
