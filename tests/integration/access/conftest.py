"""A server with sign-in by accounts: Ada is an admin, Ben a builder, Vera a viewer."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from proto_ddf.accounts import management, passwords
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from tests.browser.conftest import Server
from tests.homes import opened_home
from tests.ports import free_port

PASSWORD = "correct horse battery"
PEOPLE = {"Ada": Role.ADMIN, "Ben": Role.BUILDER, "Vera": Role.VIEWER}


@dataclass
class Place:
    server: Server
    ids: dict[str, str]
    """The account's id by name."""

    @property
    def port(self) -> int:
        return self.server.port

    def client(self, cookie: str = "", address: str = "127.0.0.1") -> httpx.Client:
        """A browser that connects from this address of this machine."""
        headers = {"cookie": cookie} if cookie else {}
        transport = httpx.HTTPTransport(local_address=address)
        return httpx.Client(
            base_url=self.server.url, headers=headers, timeout=30, transport=transport
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> str:
        """The cookie, as a header."""
        with self.client() as client:
            given = {"name": name, "password": password}
            answer = client.post("/sign-in", data=given, headers={"origin": self.server.url})
        assert answer.status_code == 303, answer.text
        return answer.headers["set-cookie"].partition(";")[0]

    def rows(self, query: str, *values: str) -> list[tuple]:
        with sqlite3.connect(self.server.home / "proto_ddf.db") as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home: Path = tmp_path_factory.mktemp("accounts") / "home"
    limits = (
        '{"sign_ins_per_address": "", "websockets_per_address": "", "websockets_per_session": ""}'
    )
    environment = {"ENABLE_AUTH": "accounts", "MAX_SESSION_SOCKETS": "5", "RATE_LIMITS": limits}
    server = Server(home, free_port(), environment | {"RECOVERY_ATTEMPTS": "0"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(home))
        with opened_home():
            hashed = passwords.hash_of(PASSWORD)
            ids = {
                name: write(
                    lambda opened, name=name, role=role: (
                        management.add_account(opened, name, role, hashed).id
                    )
                )
                for name, role in PEOPLE.items()
            }
    server.start(ready="/api/health")
    yield Place(server, ids)
    server.end()
