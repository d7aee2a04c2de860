"""A stand-in for the API of Codegen: runs are asked for, listed and read, as in its documentation."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "codegen-key-7d1f0c2b9e"
ORGANIZATION = 42
BASE = f"/v1/organizations/{ORGANIZATION}/agent"


class CodegenServer(ThreadingHTTPServer):
    """`paid` has each run that was accepted. What a POST does is in `next_posts`; without an entry it is accepted.

    An entry is a status, or: "reset before" (the connection breaks before the request counts), "reset after" (it breaks
    after the run was accepted), "hang" (accepted, but never answered), "refuse late" (a gateway's 504, accepted
    afterwards, once `release` is called), "garbled" (accepted, but the answer is no JSON).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paid: list[dict[str, Any]] = []
        self.next_posts: deque[int | str] = deque()
        self.next_gets: deque[int] = deque()
        self.retry_after = ""
        self.body: dict[str, Any] = {}
        """The body of a refusal."""
        self.requests: list[str] = []
        self.status = "ACTIVE"
        """Of every run that is read."""
        self.pull_requests: list[dict[str, Any]] = []
        self.result: str | None = None
        self.closing = threading.Event()
        self._released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def environment(self) -> dict[str, str]:
        return {
            "CODEGEN_API_URL": self.url,
            "CODEGEN_API_KEY": KEY,
            "CODEGEN_ORG_ID": str(ORGANIZATION),
        }

    def release(self) -> None:
        self._released.set()

    def wait_released(self) -> None:
        self._released.wait(60)

    def accept(self, asked: dict[str, Any]) -> dict[str, Any]:
        made = {"id": 1000 + len(self.paid), "asked": asked, "at": datetime.now(UTC)}
        self.paid.append(made)
        return made

    def described(self, run: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": run["id"],
            "organization_id": ORGANIZATION,
            "status": self.status,
            "created_at": run["at"].strftime("%Y-%m-%d %H:%M:%S.%f"),
            "web_url": f"https://codegen.com/agent/trace/{run['id']}",
            "result": self.result,
            "summary": None,
            "source_type": "API",
            "github_pull_requests": self.pull_requests,
            "metadata": run["asked"].get("metadata"),
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: CodegenServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(f"POST {self.path}")
        if self._is_refused(f"{BASE}/run"):
            return
        behaviour = self.server.next_posts.popleft() if self.server.next_posts else "accept"
        if isinstance(behaviour, int):
            self._answer(behaviour, self.server.body)
        elif behaviour == "reset before":
            self._reset()
        elif behaviour == "refuse late":
            self._answer(504, {})
            self.server.wait_released()
            self.server.accept(asked)
        else:
            self._accept(asked, behaviour)

    def _accept(self, asked: dict[str, Any], behaviour: str) -> None:
        run = self.server.accept(asked)
        if behaviour == "reset after":
            self._reset()
        elif behaviour == "hang":
            self.server.closing.wait(60)
        elif behaviour == "garbled":
            self._send(200, b"<html>")
        else:
            self._answer(200, self.server.described(run))

    def do_GET(self) -> None:
        self.server.requests.append(f"GET {self.path}")
        parts = urlsplit(self.path)
        if self.server.next_gets:
            self._answer(self.server.next_gets.popleft(), self.server.body)
        elif parts.path == f"{BASE}/runs":
            if not self._is_refused(f"{BASE}/runs"):
                self._list({name: int(each[0]) for name, each in parse_qs(parts.query).items()})
        else:
            wanted = parts.path.removeprefix(f"{BASE}/run/")
            found = [run for run in self.server.paid if str(run["id"]) == wanted]
            self._answer(200 if found else 404, self.server.described(found[0]) if found else {})

    def _list(self, query: dict[str, int]) -> None:
        skip, limit = query.get("skip", 0), query.get("limit", 100)
        newest_first = [self.server.described(run) for run in reversed(self.server.paid)]
        items = newest_first[skip : skip + limit]
        self._answer(200, {"items": items, "total": len(newest_first), "page": 1, "size": limit})

    def _is_refused(self, path: str) -> bool:
        if self.headers["authorization"] != f"Bearer {KEY}":
            self._answer(401, {"message": "Invalid token"})
            return True
        if urlsplit(self.path).path != path:
            self._answer(404, {"message": "Not Found"})
            return True
        return False

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


@contextmanager
def codegen_server() -> Iterator[CodegenServer]:
    server = CodegenServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.release()
        server.shutdown()
        server.server_close()
        thread.join(30)
