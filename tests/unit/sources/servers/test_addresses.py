"""Which hosts may be connected to. No name is looked up and no packet sent: the resolver is the tests' own."""

import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import PortReservation
from proto_ddf.errors import classify
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.settings import get_settings
from proto_ddf.sources.servers.addresses import Address, resolve

pytestmark = pytest.mark.usefixtures("database")

PORT = 5432


def answering(*addresses: str) -> Callable[[str], Sequence[str]]:
    return lambda host: addresses


def refusal(
    host: str,
    *addresses: str,
    port: int = PORT,
    look_up: Callable[[str], Sequence[str]] | None = None,
) -> ProtoDDFError:
    with pytest.raises(ProtoDDFError) as raised:
        resolve(host, port, 5.0, look_up=look_up or answering(*(addresses or (host,))))
    return raised.value


@pytest.mark.parametrize(
    "ip", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "::1", "fd12::1", "8.8.8.8"]
)
def test_addresses_of_this_machine_of_private_networks_and_of_the_world(ip: str) -> None:
    assert resolve("db", PORT, 5.0, look_up=answering(ip)) == (Address("db", ip, PORT),)


@pytest.mark.parametrize(
    ("ip", "words"),
    [
        ("169.254.169.254", "metadata"),
        ("169.254.0.1", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd00:ec2::254", "metadata"),
        ("fd00:ec2::254%1", "metadata"),
        ("fd20:ce::254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("192.0.0.192", "metadata"),
        ("168.63.129.16", "metadata"),
        ("::ffff:169.254.169.254", "metadata"),
        ("::169.254.169.254", "metadata"),
        ("64:ff9b::a9fe:a9fe", "metadata"),
        ("64:ff9b:1::a9fe:a9fe", "metadata"),
        ("::ffff:0:169.254.169.254", "metadata"),
        ("fd00:ec2::23", "metadata"),
        ("2002:a9fe:a9fe::1", "metadata"),
        ("0.0.0.0", "no machine"),
        ("0.1.2.3", "no machine"),
        ("::", "no machine"),
        ("224.0.0.1", "many machines"),
        ("ff02::1", "many machines"),
        ("::ffff:224.0.0.1", "many machines"),
        ("255.255.255.255", "reserved"),
        ("240.0.0.1", "reserved"),
    ],
)
def test_addresses_that_are_never_allowed(ip: str, words: str) -> None:
    error = refusal("db.example.com", ip)
    told = classify(error)
    assert (told.code, told.field, told.retryable) == ("host_not_allowed", "host", False)
    assert words in told.message
    assert "db.example.com" in told.message


def test_one_address_of_several_that_is_not_allowed_is_enough() -> None:
    assert refusal("db", "8.8.8.8", "169.254.169.254").code == "host_not_allowed"


@pytest.mark.parametrize(
    "host",
    ["metadata.google.internal", "Metadata.Google.Internal.", "metadata.goog", "/tmp/socket"],
)
def test_names_that_are_refused_unseen(host: str) -> None:
    def fail(host: str) -> Sequence[str]:
        raise AssertionError("it was looked up")

    assert refusal(host, look_up=fail).code == "host_not_allowed"


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.1.2.3", "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1", "::127.0.0.1"],
)
def test_private_addresses_where_they_are_switched_off(
    ip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_HOSTS", "false")
    get_settings.cache_clear()
    error = refusal("db", ip)
    assert error.code == "host_not_allowed"
    assert "ALLOW_PRIVATE_HOSTS" in classify(error).hint
    for public in ("8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111"):
        assert resolve("db", PORT, 5.0, look_up=answering(public))


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_own_ports_on_this_machine(ip: str) -> None:
    with session() as db:
        db.add(PortReservation(name="shop", frontend=23_001, backend=23_002))
        db.commit()
    for port in (get_settings().port, 23_001, 23_002):
        told = classify(refusal("db", ip, port=port))
        assert (told.code, told.field) == ("own_port", "port")
        assert str(port) in told.message


def test_own_ports_at_an_address_with_a_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = SimpleNamespace(address="fd12::1%eth0")
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"eth0": [own]})
    assert refusal("db", "fd12::1%2", port=get_settings().port).code == "own_port"


def test_a_zone_is_no_part_of_the_address_connected_to() -> None:
    assert resolve("db", PORT, 5.0, look_up=answering("fd12::1%2")) == (
        Address("db", "fd12::1", PORT),
    )


def test_the_same_port_elsewhere(database: Path) -> None:
    port = get_settings().port
    assert resolve("db", port, 5.0, look_up=answering("8.8.8.8")) == (
        Address("db", "8.8.8.8", port),
    )


def test_the_brackets_of_an_ipv6_address() -> None:
    assert resolve("[::1]", PORT, 5.0) == (Address("::1", "::1", PORT),)


# What cannot be looked up


def failing(error: Exception) -> Callable[[str], Sequence[str]]:
    def look_up(host: str) -> Sequence[str]:
        raise error

    return look_up


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (socket.gaierror(socket.EAI_NONAME, "not known"), "host_unknown", False),
        (socket.gaierror(socket.EAI_AGAIN, "failed for now"), "host_lookup_failed", True),
        (UnicodeError("label too long"), "host_unknown", False),
        (ValueError("embedded null character"), "host_unknown", False),
    ],
)
def test_what_cannot_be_looked_up(error: Exception, code: str, retryable: bool) -> None:
    told = classify(refusal("db", look_up=failing(error)))
    assert (told.code, told.field, told.retryable) == (code, "host", retryable)


def test_a_name_service_that_is_silent() -> None:
    end = threading.Event()

    def look_up(host: str) -> Sequence[str]:
        end.wait()
        return []

    with pytest.raises(ProtoDDFError) as raised:
        resolve("db", PORT, 0.05, look_up=look_up)
    end.set()
    told = classify(raised.value)
    assert (told.code, told.retryable) == ("host_lookup_failed", True)
    assert "0.05 s" in told.message


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("postgresql://db.example.com:5432/shop", "the rest of the URL"),
        ("ann@db.example.com", "the rest of the URL"),
        ("db.example.com:5432", "its own field"),
        ("db1,db2", "one name"),
    ],
)
def test_a_host_that_is_more_than_a_host(host: str, words: str) -> None:
    error = refusal(host, look_up=failing(socket.gaierror(socket.EAI_NONAME, "not known")))
    assert words in classify(error).message
