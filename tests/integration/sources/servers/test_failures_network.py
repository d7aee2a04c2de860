"""Connecting to a database server fails before the sign-in: names, ports, silence, wrong servers. All of it is
real."""

import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import PortReservation
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.servers import tcp_probe
from tests.servers import peers
from tests.servers.database_server import Database
from tests.servers.failing import connecting_fails, connects

ConfigOf = Callable[..., dict[str, Any]]
KINDS = ("postgresql", "mysql")
LABELS = {"postgresql": "PostgreSQL", "mysql": "MySQL or MariaDB"}
both = pytest.mark.parametrize("kind", KINDS)
patient = pytest.mark.usefixtures("patient")
impatient = pytest.mark.usefixtures("impatient")
brief = pytest.mark.usefixtures("brief")


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Makes every name resolve to these addresses."""

    def answer(*_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0))
            for ip in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


# Names


@both
@patient
def test_an_unknown_host_name(kind: str, config_of: ConfigOf) -> None:
    failure = connecting_fails(kind, config_of(1, host="no-such-host.invalid"))
    failure.check("host_unknown", "host", "no-such-host.invalid", retried=False, stage="find_host")


@both
@patient
def test_invalid_host_names(kind: str, config_of: ConfigOf) -> None:
    for host in ("x" * 70, "a..b", "no such host", "https://db.example.com/"):
        failure = connecting_fails(kind, config_of(1, host=host))
        failure.check("host_unknown", "host", retried=False, stage="find_host")


@both
@patient
def test_a_name_service_that_fails(
    kind: str, config_of: ConfigOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    failure = connecting_fails(kind, config_of(1, host="db.example.com"))
    failure.check("host_lookup_failed", "host", "db.example.com", retried=True, stage="find_host")


# Ports


@both
@patient
def test_a_closed_port(kind: str, config_of: ConfigOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_probe, "in_container", lambda: False)
    with peers.closed_port() as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("port_closed", "port", str(port), "127.0.0.1", retried=True, stage="reach_port")


@both
@patient
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_closed_port_of_localhost_in_a_container(
    kind: str, host: str, config_of: ConfigOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with peers.closed_port() as port:
        failure = connecting_fails(kind, config_of(port, host=host))
    failure.check(
        "localhost_in_container", "host", host, str(port), retried=False, stage="reach_port"
    )


@both
@impatient
def test_packets_that_are_dropped(kind: str, config_of: ConfigOf) -> None:
    with peers.full_backlog() as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("host_silent", "host", str(port), "0.3 s", retried=True, stage="reach_port")


@both
@impatient
def test_a_host_that_takes_the_connection_and_says_nothing(kind: str, config_of: ConfigOf) -> None:
    with peers.listener(peers.stay_silent) as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("host_silent", "host", str(port), retried=True, stage="encrypt")


AT_ONCE = (peers.close_at_once, peers.reset_at_once)
AFTER_A_REQUEST = (peers.close_after_request, peers.reset_after_request)
"""Peers that wait for a request. A MySQL client sends none, because its server sends the first message."""


@patient
@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        *(("postgresql", answer) for answer in (*AT_ONCE, *AFTER_A_REQUEST)),
        *(("mysql", answer) for answer in AT_ONCE),
    ],
)
def test_a_peer_that_closes_the_connection(
    kind: str, config_of: ConfigOf, answer: peers.Answer
) -> None:
    with peers.listener(answer) as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("connection_lost", None, retried=True)
    # The reset may come before the port was found to be open.
    assert failure.stage in {"encrypt", "reach_port"}


# Other servers


@both
@patient
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(peers.say(b"SSH-2.0-OpenSSH_9.2p1\r\n", first=True), id="ssh"),
        pytest.param(peers.say(bytes(range(200, 256)) * 40, first=True), id="garbage"),
        pytest.param(peers.say(b"\0" * 500, first=True), id="zeros"),
    ],
)
def test_a_peer_of_another_kind(kind: str, config_of: ConfigOf, answer: peers.Answer) -> None:
    with peers.listener(answer) as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("wrong_server", "port", str(port), retried=False, stage="encrypt")


@both
@brief
def test_a_web_server(kind: str, config_of: ConfigOf) -> None:
    """It waits for a request, and so does a MySQL client. It says what it is when it is asked."""
    with peers.listener(peers.serve_http) as port:
        failure = connecting_fails(kind, config_of(port))
    failure.check("wrong_server", "port", LABELS[kind], retried=False, stage="encrypt")


@brief
def test_postgresql_where_mysql_is_expected(postgres_database: Database) -> None:
    failure = connecting_fails("mysql", postgres_database.config(password=""))
    failure.check("wrong_server", "port", "MySQL or MariaDB", retried=False, stage="encrypt")


@brief
def test_mysql_where_postgresql_is_expected(mariadb_database: Database) -> None:
    failure = connecting_fails("postgresql", mariadb_database.config(password=""))
    failure.check("wrong_server", "port", "PostgreSQL", retried=False, stage="encrypt")


# Hosts that may not be connected to


NEVER_ALLOWED = (
    "169.254.169.254",
    "169.254.1.1",
    "fe80::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "::ffff:169.254.169.254",
    "[::ffff:169.254.169.254]",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "0.0.0.0",
    "0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "/var/run/postgresql",
)
PRIVATE = ("127.0.0.1", "localhost", "::1", "10.1.2.3", "192.168.1.1", "fd12::1")


@both
@patient
def test_hosts_that_are_never_allowed(kind: str, config_of: ConfigOf, no_connections: None) -> None:
    for host in NEVER_ALLOWED:
        failure = connecting_fails(kind, config_of(5432, host=host))
        failure.check(
            "host_not_allowed", "host", host.strip("[]"), retried=False, stage="find_host"
        )


@both
@patient
@pytest.mark.parametrize(
    "addresses",
    [("169.254.169.254",), ("127.0.0.1", "169.254.169.254"), ("::ffff:169.254.169.254",)],
)
def test_a_name_that_resolves_to_such_an_address(
    kind: str,
    addresses: tuple[str, ...],
    config_of: ConfigOf,
    no_connections: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves_to(monkeypatch, *addresses)
    failure = connecting_fails(kind, config_of(5432, host="db.example.com"))
    failure.check("host_not_allowed", "host", "db.example.com", retried=False, stage="find_host")


@both
@patient
def test_private_hosts_if_they_are_not_allowed(
    kind: str, config_of: ConfigOf, no_connections: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_HOSTS", "false")
    get_settings.cache_clear()
    for host in PRIVATE:
        failure = connecting_fails(kind, config_of(5432, host=host))
        failure.check("host_not_allowed", "host", host, retried=False, stage="find_host")


@both
@patient
def test_the_port_of_proto_ddf_itself(kind: str, config_of: ConfigOf, no_connections: None) -> None:
    port = get_settings().port
    for host in ("127.0.0.1", "localhost", "127.9.9.9", "::ffff:127.0.0.1"):
        failure = connecting_fails(kind, config_of(port, host=host))
        failure.check("own_port", "port", str(port), retried=False, stage="find_host")


@both
@patient
def test_the_port_of_one_of_its_apps(kind: str, config_of: ConfigOf, no_connections: None) -> None:
    with session() as db:
        db.add(PortReservation(name="shop", frontend=23_001, backend=23_002))
        db.commit()
    for port in (23_001, 23_002):
        failure = connecting_fails(kind, config_of(port))
        failure.check("own_port", "port", str(port), retried=False, stage="find_host")


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a connection is attempted: a refused host is refused before a packet is sent."""

    def fail(self: socket.socket, address: Any) -> None:
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(socket.socket, "connect_ex", fail)


# The form


@patient
def test_blanks_around_values_are_trimmed(server_database: Database, server_kind: str) -> None:
    server_database.run("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    given = server_database.config()
    blanks = {key: f" {given[key]}\t\n" for key in ("host", "database", "user")}
    connects(server_kind, {**given, **blanks, "port": f" {given['port']} "})
    blank, plain = ({**given, **more} for more in (blanks, {}))
    assert make_source(server_kind, blank).target == make_source(server_kind, plain).target


@patient
def test_a_missing_driver(
    server_database: Database, server_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = {"postgresql": "psycopg", "mysql": "pymysql"}[server_kind]
    config = server_database.config()
    server_database.server.drop_database(server_database)
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)  # importing it fails
    for name in ("postgres.session", "mysql.session"):  # which import it
        monkeypatch.delitem(sys.modules, f"proto_ddf.sources.servers.{name}", raising=False)
    failure = connecting_fails(server_kind, config)
    failure.check("driver_missing", None, package, retried=False)
