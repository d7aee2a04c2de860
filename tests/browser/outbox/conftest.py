"""A small page with submitting elements, and a server that answers its submissions as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Page

from proto_ddf.generator.code.render import TEMPLATES

BROWSER = TEMPLATES / "assets" / "browser"
DONE = (200, {"outcome": "done", "address": "", "shown": True}, {})
UNANSWERED = (0, {}, {})
Answer = tuple[int, dict[str, Any], dict[str, str]]


@dataclass
class Post:
    """A submission that arrived."""

    id: str
    told: dict[str, Any]
    at: float

    @property
    def what(self) -> str:
        return str(self.told["payload"].get("what", ""))


@dataclass
class Site:
    """The page's server. `answer` decides about each submission; its default is that all are done."""

    url: str
    answer: Callable[[Post], Answer] = lambda _: DONE
    posts: list[Post] = field(default_factory=list)
    user: str = ""

    def sent(self) -> list[str]:
        """What arrived, in order."""
        return [post.what for post in self.posts]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/api/session":
            self.reply(200, json.dumps({"user": self.site.user}).encode(), "application/json")
        elif path.startswith("/browser/"):
            kind = "text/css" if path.endswith(".css") else "text/javascript"
            self.reply(200, (BROWSER / path.removeprefix("/browser/")).read_bytes(), kind)
        else:
            self.reply(200, Path(__file__).with_name("page.html").read_bytes(), "text/html")

    def do_HEAD(self) -> None:
        self.reply(200, b"", "application/json")

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        post = Post(self.headers["Idempotency-Key"], told, monotonic())
        self.site.posts.append(post)
        status, reply, headers = self.site.answer(post)
        if status:
            self.reply(status, json.dumps(reply).encode(), "application/json", headers)
        else:
            self.close_connection = True

    def reply(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with its own port, so that each test has its own store in the browser."""
    made = Site("")
    handler = type("BoundHandler", (Handler,), {"site": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def open_page(page: Page, site: Site, path: str = "/") -> None:
    """Open the page and wait until its script is ready."""
    page.goto(site.url + path)
    page.wait_for_function("window.protoDDF?.outbox")


def submit(page: Page, what: str, key: str = "", **more: Any) -> dict[str, Any] | None:
    """Submit by script; returns the item."""
    given = {"event": "State.act", "payload": {"what": what}, "title": what, **more}
    if key:
        given["key"] = key
    found: dict[str, Any] | None = page.evaluate("(given) => protoDDF.outbox.submit(given)", given)
    return found


def items(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps."""
    found: list[dict[str, Any]] = page.evaluate("protoDDF.outbox.items()")
    return found
