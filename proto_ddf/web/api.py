"""The HTTP routes beside the pages: uploads, secrets, downloads, health and usage events.

An upload is one file per request, as the raw body, so that it is written to disk while it arrives, whatever its size.
A secret is the raw body too; the page's state gets only its reference. The middleware in front of the routes checks
the Host and Origin headers.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from proto_ddf import vault
from proto_ddf.errors import ValidationError, describe
from proto_ddf.generator.code.package import package_app
from proto_ddf.hosting import apps
from proto_ddf.hosting.app_logs import app_log
from proto_ddf.logs import get_logger
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.uploads import remove_uploads, upload_path
from proto_ddf.web.access.routes import access_routes
from proto_ddf.web.health_routes import health_routes
from proto_ddf.web.report_download import download_report
from proto_ddf.web.usage_route import usage_routes

logger = get_logger(__name__)

MEGABYTE = 1_000_000
SECRET_SIZE = 64_000
"""Maximum bytes of a secret."""
WRITE_SIZE = 1 << 20
"""Bytes per write. Each write needs a thread, so smaller chunks are collected first."""
LOG_LINES = 100_000
"""More than an app's log can have, since it is rotated by size."""

STATUS_BY_CODE = {"file_too_large": 413, "disk_space_low": 507, "permission_denied": 500}


def create_api() -> Starlette:
    """The routes, to be mounted in front of Reflex's own."""
    return Starlette(
        routes=[
            *health_routes(),
            *access_routes(),
            *usage_routes(),
            Route("/api/uploads", receive_upload, methods=["POST"]),
            Route("/api/secrets", receive_secret, methods=["POST"]),
            Route("/api/apps/{slug}/download", download_app, methods=["GET"]),
            Route("/api/apps/{slug}/log", download_log, methods=["GET"]),
            Route("/api/reports/{report_id}", download_report, methods=["GET"]),
        ]
    )


async def receive_upload(request: Request) -> Response:
    """Store the body as a file with the name `?name=`. Answers 201 with its path, name and size in bytes, or the error
    as `describe()` returns it."""
    name = request.query_params.get("name", "")
    limit = get_settings().max_upload_mb * MEGABYTE
    try:
        _check_announced_size(request, name, limit)
        path = await store_upload(request.stream(), name, limit)
    except ClientDisconnect:
        logger.info("upload cancelled", file=name)
        return Response(status_code=499)
    except Exception as error:
        return _failure(error, "Upload a file", file=name)
    size = path.stat().st_size
    logger.info("upload stored", file=path.name, size=size)
    return JSONResponse({"path": str(path), "name": path.name, "size": size}, status_code=201)


async def store_upload(chunks: AsyncIterator[bytes], name: str, limit: int) -> Path:
    """Write `chunks` to a new file in the uploads folder and return its path.

    It uses constant memory. After a failure no file remains.

    Raises:
        ValidationError: the name is not valid, or there are more than `limit` bytes.
        OSError: the file cannot be written, e.g. the disk is full.
    """
    try:
        target = await asyncio.to_thread(upload_path, name)
        return await _write_then_rename(chunks, target, name, limit)
    except ClientDisconnect:
        raise
    except Exception:
        await _drain(chunks, limit)
        raise


async def _write_then_rename(
    chunks: AsyncIterator[bytes], target: Path, name: str, limit: int
) -> Path:
    partial = target.with_name(f"{target.name}.part")
    try:
        await _write(chunks, partial, name, limit)
        await _to_its_end(os.replace, partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        remove_uploads([target])
        raise
    return target


async def _to_its_end(work: Callable[..., None], *arguments: Any) -> None:
    """Do `work` in a thread, and wait for it even if the request is stopped meanwhile: what cleans up afterwards must
    not come before it."""
    task = asyncio.create_task(asyncio.to_thread(work, *arguments))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _write(chunks: AsyncIterator[bytes], partial: Path, name: str, limit: int) -> None:
    """Write one block while the next one arrives."""
    size, block = 0, bytearray()
    with await asyncio.to_thread(partial.open, "xb") as file:
        writing: asyncio.Task[int] | None = None
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise _too_large(name, size, limit)
                block += chunk
                if len(block) >= WRITE_SIZE:
                    if writing:
                        await writing
                    writing = asyncio.create_task(asyncio.to_thread(file.write, block))
                    block = bytearray()
        finally:
            if writing:
                await writing
        await asyncio.to_thread(file.write, block)


async def _drain(chunks: AsyncIterator[bytes], limit: int) -> None:
    """Read the rest, up to `limit` bytes: a browser does not read the response before it has sent everything."""
    size = 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                return
    except ClientDisconnect:
        return


def _check_announced_size(request: Request, name: str, limit: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(name, int(announced), limit)


def _too_large(name: str, size: int, limit: int) -> ValidationError:
    limit_mb = limit // MEGABYTE
    return ValidationError(
        f"{name} is larger than {limit_mb} MB",
        field="file",
        value=name,
        code="file_too_large",
        path=name,
        size=size,
        limit_mb=limit_mb,
    )


async def receive_secret(request: Request) -> Response:
    """Store the body, UTF-8 text, in the vault. Answers 201 with its reference, or the error as `describe()` returns
    it."""
    try:
        text = await _read_secret(request.stream())
        reference = await asyncio.to_thread(vault.store, text)
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception as error:
        return _failure(error, "Store a secret")
    return JSONResponse({"reference": reference}, status_code=201)


async def _read_secret(chunks: AsyncIterator[bytes]) -> str:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > SECRET_SIZE:
            await _drain(chunks, MEGABYTE)
            raise _refused_secret(f"it is longer than {SECRET_SIZE} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        # Without the cause, because a UnicodeDecodeError contains the body.
        raise _refused_secret("it is not UTF-8 text") from None
    if not text:
        raise _refused_secret("it is empty")
    return text


def _refused_secret(reason: str) -> ValidationError:
    return ValidationError(
        f"The secret is not stored: {reason}",
        "password",
        "***",
        code="secret_refused",
        reason=reason,
    )


async def download_app(request: Request) -> Response:
    """The code of a generated app as `<slug>.zip`."""
    slug: str = request.path_params["slug"]
    if await asyncio.to_thread(apps.get_app, slug) is None:
        return JSONResponse({"message": f"There is no app {slug!r}."}, status_code=404)
    try:
        archive = await asyncio.to_thread(_package, slug)
    except Exception as error:
        return _failure(error, "Download code", app=slug)
    headers = {
        "content-disposition": f'attachment; filename="{slug}.zip"',
        "content-length": str(archive.stat().st_size),
    }
    return StreamingResponse(
        _read_and_delete(archive), media_type="application/zip", headers=headers
    )


async def download_log(request: Request) -> Response:
    """The log of a generated app as `<slug>.log`."""
    slug: str = request.path_params["slug"]
    if await asyncio.to_thread(apps.get_app, slug) is None:
        return JSONResponse({"message": f"There is no app {slug!r}."}, status_code=404)
    lines = await asyncio.to_thread(app_log, slug, LOG_LINES)
    headers = {"content-disposition": f'attachment; filename="{slug}.log"'}
    return PlainTextResponse("\n".join(lines) + "\n", headers=headers)


def _read_and_delete(archive: Path) -> Iterator[bytes]:
    """The bytes of the file, which is deleted after it was opened. With a FileResponse the server would open it later,
    at an unknown time."""
    with archive.open("rb") as file:
        archive.unlink()
        while block := file.read(WRITE_SIZE):
            yield block


def _package(slug: str) -> Path:
    folder = get_settings().apps_folder / slug
    return package_app(slug, folder, apps.app_database(slug))


def _failure(error: Exception, operation: str, **context: Any) -> JSONResponse:
    described = describe(error, operation, **context)
    logger.warning("request failed", operation=operation, code=described["code"], **context)
    default = 400 if isinstance(error, ValidationError) else 500
    return JSONResponse(described, status_code=STATUS_BY_CODE.get(described["code"], default))
