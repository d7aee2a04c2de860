"""Keeps pages current: open ones learn of a newer build, and browsers do not use files of an older one."""

import re
from collections.abc import Collection
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .base import Middleware

BUILD_ID_HEADER = "x-build-id"
HASHED_FILES = "/assets/"
"""Their names change with their content. Browsers may keep other files only if they ask whether these have changed."""
_META = re.compile(r'<meta\b[^>]*\bname="build-id"[^>]*>')
_CONTENT = re.compile(r'\bcontent="([^"]*)"')


class CurrentBuild(Middleware):
    """Names the build in the answers of `telling_paths`: a page has the id of its own build in a meta element."""

    def __init__(self, app: ASGIApp, pages: Path, telling_paths: Collection[str]) -> None:
        super().__init__(app)
        self._build_id = build_id(pages)
        self._telling_paths = frozenset(telling_paths)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not path.startswith(HASHED_FILES):
                    headers.setdefault("cache-control", "no-cache")
                if self._build_id and path in self._telling_paths:
                    headers[BUILD_ID_HEADER] = self._build_id
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build_id(pages: Path) -> str:
    """The id in the pages that were built to this folder; "" if there is none."""
    try:
        meta = _META.search((pages / "index.html").read_text(encoding="utf-8"))
    except OSError:
        return ""
    content = _CONTENT.search(meta[0]) if meta else None
    return content[1] if content else ""
