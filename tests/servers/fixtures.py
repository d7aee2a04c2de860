"""Fixtures of database servers, for all tests: one of each kind is shared, and more can be made.

A test must leave the shared ones as it found them: it makes its own databases, users and rights in them and does
not change their settings. A test that stops, kills or changes a server makes its own server, which takes a tenth of
a second."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.servers.account import remove_folders
from tests.servers.certificates import Certificates
from tests.servers.certificates import certificates as made_certificates
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.mariadb import MariaDbServer
from tests.servers.postgres import PostgresServer
from tests.servers.tcp_proxy import TcpProxy

CLASSES: dict[str, type[DatabaseServer]] = {
    each.kind: each for each in (PostgresServer, MariaDbServer)
}
"""The classes of servers by the name of their SourceKind."""


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return made_certificates()


@pytest.fixture
def ca_certificate(home: Path, certificates: Certificates) -> str:
    """Path, in the uploads folder, of the certificate of the authority that signed the good certificate."""
    return certificates.write_authority(home / "uploads" / "authority.pem")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The shared PostgreSQL; it offers TLS with a good certificate."""
    yield from _shared(PostgresServer)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDbServer]:
    """The shared MariaDB; it offers TLS with a good certificate."""
    yield from _shared(MariaDbServer)


@pytest.fixture(params=list(CLASSES))
def server_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of server in turn, by the name of its SourceKind: "postgresql", "mysql"."""
    return str(request.param)


@pytest.fixture
def server(request: pytest.FixtureRequest, server_kind: str) -> DatabaseServer:
    """The shared server of each kind in turn."""
    shared: DatabaseServer = request.getfixturevalue(
        {"postgresql": "postgres", "mysql": "mariadb"}[server_kind]
    )
    return shared


@pytest.fixture
def server_database(server: DatabaseServer) -> Iterator[Database]:
    """A database for one test in the shared server, of each kind in turn."""
    yield from _database_in(server)


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[Database]:
    """A database for one test in the shared PostgreSQL."""
    yield from _database_in(postgres)


@pytest.fixture
def mariadb_database(mariadb: MariaDbServer) -> Iterator[Database]:
    """A database for one test in the shared MariaDB."""
    yield from _database_in(mariadb)


@pytest.fixture
def make_server() -> Iterator[Callable[..., Any]]:
    """Makes and starts servers for one test: make_server("postgresql", max_connections=5). With start=False it is
    only prepared."""
    with ExitStack() as made:

        def make(kind: str, *, start: bool = True, **settings: str | int) -> DatabaseServer:
            _skip_if_missing(CLASSES[kind])
            server = CLASSES[kind](settings)
            made.callback(server.remove)
            if start:
                server.start()
            return server

        yield make


@pytest.fixture
def own_server(make_server: Callable[..., Any], server_kind: str) -> DatabaseServer:
    """A server for one test, of each kind in turn: the test may stop, kill and change it."""
    server: DatabaseServer = make_server(server_kind)
    return server


@pytest.fixture
def make_proxy() -> Iterator[Callable[[int], TcpProxy]]:
    """Makes a TCP proxy in front of a port of this machine: make_proxy(server.port)."""
    with ExitStack() as made:
        yield lambda port: made.enter_context(TcpProxy(port))


def pytest_unconfigure() -> None:
    remove_folders()


def _shared(kind: type[Any]) -> Iterator[Any]:
    _skip_if_missing(kind)
    server = kind()
    try:
        server.use_certificate(made_certificates().good)
        server.start()
        yield server
    finally:
        server.remove()


def _skip_if_missing(kind: type[DatabaseServer]) -> None:
    if reason := kind.missing():
        pytest.skip(reason)


def _database_in(server: DatabaseServer) -> Iterator[Database]:
    made = server.create_database()
    yield made
    server.drop_database(made)
