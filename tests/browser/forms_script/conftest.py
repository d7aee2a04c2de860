"""A small page that has a form like those of generated apps, and their scripts."""

import html
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from string import Template

import pytest

from proto_ddf.generator.code.render import TEMPLATES

ASSETS = TEMPLATES / "assets"
HERE = Path(__file__).parent
FIELDS = {
    "name": "Ada",
    "notes": "First line\nsecond line",
    "joined": "2024-05-17",
    "city": "Rome",
    "newsletter": "true",
    "customer": "5",
    "secret": "",
    "elements": "Fire",
}


@dataclass
class Site:
    """The page's server. The form is filled with `values`."""

    url: str
    values: dict[str, str] = field(default_factory=lambda: dict(FIELDS))
    token: str = ""
    """Of the form of a new row."""

    def page(self, key: str) -> str:
        """The HTML of a row's page."""
        shown = {name: html.escape(value, quote=True) for name, value in self.values.items()}
        start = json.dumps({"key": key, "fields": self.values, "token": self.token})
        cities = "".join(
            f"<option value='{city}'{' selected' if city == self.values['city'] else ''}>{city}</option>"
            for city in ("", "Rome", "Oslo", "Bergen")
        )
        return Template((HERE / "page.html").read_text()).substitute(
            shown,
            key=html.escape(key, quote=True),
            start=html.escape(start, quote=True),
            cities=cities,
            checked="checked" if self.values["newsletter"] == "true" else "",
            customer_name=f"Customer {self.values['customer']}",
        )


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with its own port; each test has its own values."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_asset = self.path.startswith("/browser/")
            body = (ASSETS / self.path[1:]).read_text() if is_asset else site.page(self.path)
            kind = guess_type(self.path)[0] if is_asset else "text/html"
            self._reply(f"{kind}; charset=utf-8", body.encode())

        def do_HEAD(self) -> None:
            self._reply("application/json", b"")

        def _reply(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()
