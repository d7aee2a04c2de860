"""The system that Proto-DDF calls: a PostgreSQL server, at whose address something else may answer for a while."""

import itertools
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import socket

from tests.servers.database_server import Database
from tests.servers.peers import Answer, listener, say
from tests.servers.postgres import PostgresServer
from tests.servers.tcp_proxy import TcpProxy

UPSTREAM_ROW = "upstream 429 / 5xx / garbage"
"""The name of its fault."""
TABLE = "note"
_NO_ENCRYPTION = b"N"
_REQUEST = 4096


def _refuse(state: str, words: str) -> Answer:
    """As PostgreSQL refuses a connection (PostgreSQL docs, 55.7, ErrorResponse)."""
    fields = b"".join(f"{part}\0".encode() for part in ("SFATAL", f"C{state}", f"M{words}", ""))
    refusal = b"E" + struct.pack("!i", len(fields) + 4) + fields

    def answer(connection: socket) -> None:
        connection.recv(_REQUEST)
        connection.sendall(_NO_ENCRYPTION)
        connection.recv(_REQUEST)
        connection.sendall(refusal)
        connection.close()

    return answer


ANSWERS: tuple[Answer, ...] = (
    _refuse("53300", "sorry, too many clients already"),
    _refuse("57P03", "the database system is shutting down"),
    say(bytes(range(255, 0, -1))),
)
"""What a system does that is asked too often, one that fails, and one that is not what it should be."""


@dataclass
class Upstream:
    proxy: TcpProxy
    database: Database
    failing: Iterator[int]
    """The ports that answer instead, one after the other."""

    @property
    def port(self) -> int:
        return self.proxy.port

    def fail(self) -> None:
        self.proxy.target_port = next(self.failing)
        self.proxy.reset_all()

    def recover(self) -> None:
        self.proxy.target_port = self.database.server.port


@contextmanager
def opened_upstream() -> Iterator[Upstream]:
    """With a database of one small table, whose user needs no password."""
    with ExitStack() as opened:
        server = PostgresServer()
        opened.enter_context(server)
        server.set_hba("host all all 127.0.0.1/32 trust")
        database = server.create_database()
        database.run(
            f"CREATE TABLE {TABLE} (id integer PRIMARY KEY, title text)",
            f"INSERT INTO {TABLE} VALUES (1, 'One')",
        )
        ports = [opened.enter_context(listener(answer)) for answer in ANSWERS]
        proxy = opened.enter_context(TcpProxy(server.port))
        yield Upstream(proxy, database, itertools.cycle(ports))
