"""A small page that loads the scripts of assets/browser, and its server, whose answers a test sets."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from proto_ddf.generator.code.render import TEMPLATES

SCRIPTS = TEMPLATES / "assets" / "browser"
PAGE = """<!doctype html><html lang="en"><head><title>Scripts</title>
<script src="/browser/socket.js"></script><script type="module" src="/browser/main.js"></script></head>
<body><main><div data-hydrated="true"><connection-state role="status"></connection-state></div>
<connection-banner role="status" hidden></connection-banner></main></body></html>"""


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0
    """Before it is sent."""


@dataclass
class Request:
    method: str
    path: str
    body: bytes


class Site:
    """The page's server. `answers` has what it answers by path; every other path gets the page."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"/api/health": Answer()}
        self.requests: dict[str, list[Request]] = defaultdict(list)
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> Answer:
        if path.startswith("/browser/"):
            script = SCRIPTS / path.removeprefix("/browser/")
            if not script.is_file():
                return Answer(404)
            return Answer(headers={"Content-Type": "text/javascript"}, body=script.read_text())
        return self.answers.get(path, Answer(headers={"Content-Type": "text/html"}, body=PAGE))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            site.requests[path].append(Request(self.command, self.path, body))
            answer = site.answer(path)
            time.sleep(answer.seconds)
            with contextlib.suppress(OSError):
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            content = answer.body.encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_HEAD = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.stop()


def open_site(page: Page, site: Site) -> None:
    """Open the page and wait until its scripts have run."""
    page.goto(site.url)
    page.wait_for_function("!!window.protoDDF?.checkConnectionHealth")
