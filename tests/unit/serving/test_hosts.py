"""Hosts and origins are read as browsers write them; what is neither is refused, whatever it is."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.hosts import Host, origin, origin_of, parse_host

labels = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
ports = st.integers(0, 65_535)
hosts = st.builds(Host, names | addresses, ports)
schemes = st.sampled_from(["http", "https"])


@given(schemes, hosts)
def test_an_origin_names_the_host_it_was_made_of(scheme: str, host: Host) -> None:
    written = origin(scheme, host)
    assert parse_host(written.removeprefix(f"{scheme}://"), scheme) == host
    assert origin_of(written) == written
    assert origin_of(f"{written.upper()}/path?query#fragment") == written


@given(schemes, names | addresses)
def test_the_default_port_may_be_left_out(scheme: str, name: str) -> None:
    port = {"http": 80, "https": 443}[scheme]
    text = f"[{name}]" if ":" in name else name
    assert parse_host(text, scheme) == parse_host(f"{text}:{port}", scheme) == Host(name, port)
    assert f":{port}" not in origin(scheme, Host(name, port)).replace(text, "")


@given(st.text(max_size=30), schemes)
def test_whatever_is_sent_is_read_or_refused(text: str, scheme: str) -> None:
    host = parse_host(text, scheme)
    assert host is None or (0 <= host.port <= 65_535 and host.name == host.name.lower())
    found = origin_of(text)
    assert found is None or found.startswith(("http://", "https://"))


@given(hosts, st.sampled_from(" \t\r\n/@?#,;%\\\0é"))
def test_a_host_with_anything_before_or_after_it_is_none(host: Host, extra: str) -> None:
    text = origin("http", host).removeprefix("http://")
    assert parse_host(text + extra, "http") is None
    assert parse_host(extra + text, "http") is None


@given(addresses)
def test_an_address_is_loopback_exactly_if_it_is_one(address: str) -> None:
    assert Host(address, 80).is_loopback == ipaddress.ip_address(address).is_loopback


@pytest.mark.parametrize(
    "text", ["", ":80", "[::1", "::1", "a:b", "a:99999", "[fe80::1%eth0]", "a..b"]
)
def test_malformed_hosts_are_none(text: str) -> None:
    assert parse_host(text, "http") is None


@pytest.mark.parametrize(
    "text", ["", "null", "example.org", "ftp://example.org", "http://", "http://a@b", "http://[::1"]
)
def test_what_is_no_address_has_no_origin(text: str) -> None:
    assert origin_of(text) is None
