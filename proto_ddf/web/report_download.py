"""The route that sends the file of a report."""

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from proto_ddf.monitoring.reports import store

_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}
# A report needs only its own styles. It is downloaded, and harmless if a browser opens it all the same.
_CONTENT_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


async def download_report(request: Request) -> Response:
    """The file of a report, as an attachment."""
    report_id: str = request.path_params["report_id"]
    found = await asyncio.to_thread(store.find, report_id)
    if found is None or not await asyncio.to_thread(found[1].is_file):
        return JSONResponse({"message": f"There is no report {report_id!r}."}, status_code=404)
    report, path = found
    return FileResponse(
        path,
        media_type=_TYPES[report.format],
        filename=f"report-{report.id}.{report.format}",
        headers={"content-security-policy": _CONTENT_SECURITY, "cache-control": "no-store"},
    )
