"""The server that all trials use, with a TCP proxy in front of it."""

import http.client
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from proto_ddf.accounts import management, passwords
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from proto_ddf.errors.types import IntegrationError
from tests.browser.conftest import Server
from tests.homes import opened_home
from tests.ports import HOST, free_port
from tests.reporting import report
from tests.servers.tcp_proxy import TcpProxy

NAME, PASSWORD = "Ada", "correct horse battery"
NO_LIMITS = dict.fromkeys(
    (
        "requests_per_session",
        "requests_per_address",
        "websockets_per_session",
        "websockets_per_address",
        "sign_ins_per_address",
    ),
    "",
)
"""A person does in an hour what a cell does in a second."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Struck:
    """What the faults strike: a server, and the proxy through which it is asked."""

    proxy: TcpProxy
    has_own_disk: bool
    cookie: str = field(default="", kw_only=True)

    def ask(
        self, method: str, path: str, seconds: float, body: bytes = b"", **headers: str
    ) -> Answer | None:
        """Ask through the proxy by a connection of its own; None without a whole answer within that time."""
        connection = http.client.HTTPConnection(HOST, self.proxy.port, timeout=seconds)
        sent = {"Origin": f"http://{HOST}:{self.proxy.port}", "Connection": "close"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(connection):
            try:
                connection.request(method, path, body or None, sent)
                answer = connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (OSError, http.client.HTTPException):
                return None


@dataclass
class Place(Struck):
    """Proto-DDF."""

    server: Server
    incident: str
    """The id of an incident, to which notes are added."""

    @property
    def database(self) -> Path:
        return self.server.home / "proto_ddf.db"

    def sign_in(self, seconds: float, mark: str = "") -> str:
        """The cookie of a new session; "" if no answer had one."""
        form = urlencode({"mark": mark, "name": NAME, "password": PASSWORD}).encode()
        kind = "application/x-www-form-urlencoded"
        answer = self.ask("POST", "/sign-in", seconds, form, Content_Type=kind)
        if answer is None or answer.status != 303:
            return ""
        return answer.headers.get("set-cookie", "").partition(";")[0]

    def notes(self) -> list[str]:
        """Those that are stored, in their order."""
        with closing(sqlite3.connect(self.database)) as opened:
            query = "SELECT notes FROM incident WHERE id = ?"
            (found,) = opened.execute(query, [self.incident]).fetchone()
        return [note["text"] for note in json.loads(found)]

    def forget_notes(self) -> None:
        self.write("UPDATE incident SET notes = '[]' WHERE id = ?", self.incident)

    def write(self, statement: str, *values: str) -> None:
        """Change the database of the home folder."""
        with closing(sqlite3.connect(self.database, timeout=30)) as opened, opened:
            opened.execute(statement, values)

    def start(self) -> None:
        """Start the server again, and wait until it answers."""
        self.server.start(ready="/api/health")


@contextmanager
def opened_place(home: Path, *, has_own_disk: bool) -> Iterator[Place]:
    """A running server with an account, on this home folder."""
    incident = _prepare(home)
    port = free_port()
    with TcpProxy(port) as proxy:
        server = Server(home, port, dict(_environment(proxy.port)))
        place = Place(proxy, has_own_disk, server, incident)
        try:
            place.start()
            place.cookie = place.sign_in(30.0)
            assert place.cookie, server.log[-2000:]
            yield place
        finally:
            proxy.clear()
            server.end()


def _environment(port: int) -> Mapping[str, str]:
    return {
        "ENABLE_AUTH": "accounts",
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "RATE_LIMITS": json.dumps(NO_LIMITS),
        "RECOVERY_ATTEMPTS": "0",
    }


def _prepare(home: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(home))
        with opened_home():
            hashed = passwords.hash_of(PASSWORD)
            write(lambda opened: management.add_account(opened, NAME, Role.ADMIN, hashed).id)
            failed = IntegrationError(
                "A failure", system="build", operation="build", code="build_failed", reason="x"
            )
            return report(failed, "Generate an app", "")
