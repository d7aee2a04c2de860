"""What X-Forwarded headers say counts only if a trusted proxy says it, however they are forged."""

import asyncio
import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.middleware.proxy_headers import ProxyHeaders

TRUSTED = ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]
PROXY, CLIENT, STRANGER = "10.1.2.3", "203.0.113.9", "198.51.100.7"


def seen(
    peer: str, *headers: tuple[str, str], trusted: list[str] = TRUSTED, kind: str = "http"
) -> dict[str, Any]:
    """The scope that the app gets."""
    got: list[dict[str, Any]] = []

    async def app(scope: Any, *_: Any) -> None:
        got.append(scope)

    scope = {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "client": (peer, 1234),
        "headers": [
            (b"host", b"127.0.0.1:3000"),
            *((name.encode(), value.encode("latin-1")) for name, value in headers),
        ],
    }
    asyncio.run(ProxyHeaders(app, trusted)(scope, None, None))  # type: ignore[arg-type]
    return got[0]


def host(scope: dict[str, Any]) -> list[str]:
    return [value.decode() for name, value in scope["headers"] if name == b"host"]


def test_a_trusted_proxy_names_client_scheme_and_host() -> None:
    headers = (
        ("x-forwarded-for", CLIENT),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "data.example.org"),
    )
    scope = seen(PROXY, *headers)
    assert scope["client"][0] == CLIENT
    assert scope["scheme"] == "https"
    assert host(scope) == ["data.example.org"]
    assert seen(PROXY, *headers, kind="websocket")["scheme"] == "wss"


forged = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "x-forwarded-for",
                "x-forwarded-proto",
                "x-forwarded-host",
                "x-forwarded-port",
                "forwarded",
            ]
        ),
        st.one_of(
            st.text(st.characters(max_codepoint=255), max_size=30),
            st.ip_addresses().map(str),
            st.sampled_from(
                ["https", PROXY, f"{CLIENT}, {PROXY}", "localhost:3000", "for=1.2.3.4"]
            ),
        ),
    ),
    max_size=6,
)


@given(forged, st.sampled_from([STRANGER, "127.0.0.1", "::1", "11.0.0.1", "192.0.2.2"]))
def test_of_nobody_else_it_counts(headers: list[tuple[str, str]], peer: str) -> None:
    scope = seen(peer, *headers)
    assert scope["client"][0] == peer
    assert scope["scheme"] == "http"
    assert scope["headers"] == [(b"host", b"127.0.0.1:3000")]


@given(forged)
def test_without_trusted_proxies_nothing_counts(headers: list[tuple[str, str]]) -> None:
    assert seen(PROXY, *headers, trusted=[])["client"][0] == PROXY


@given(forged)
def test_what_a_client_wrote_before_the_proxy_appended_does_not_count(
    headers: list[tuple[str, str]],
) -> None:
    appended = (("x-forwarded-for", CLIENT), ("x-forwarded-proto", "http"))
    scope = seen(PROXY, *headers, *appended, ("x-forwarded-host", "data.example.org"))
    assert scope["client"][0] == CLIENT
    assert scope["scheme"] == "http"
    assert host(scope) == ["data.example.org"]


@given(forged)
def test_whatever_a_proxy_passes_on_the_scope_stays_valid(headers: list[tuple[str, str]]) -> None:
    scope = seen(PROXY, *headers)
    ipaddress.ip_address(scope["client"][0])
    assert scope["scheme"] in {"http", "https"}
    assert len(host(scope)) == 1
    assert {name for name, _ in scope["headers"]} == {b"host"}


@pytest.mark.parametrize(
    ("addresses", "client"),
    [
        (f"{STRANGER}, {CLIENT}", CLIENT),
        (f"{STRANGER}, {CLIENT}, 10.9.9.9", CLIENT),
        (f"{STRANGER}, unknown, 10.9.9.9", "10.9.9.9"),
        ("unknown", PROXY),
        ("2001:db8::1, fd00::5", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        (f"::ffff:{CLIENT}", CLIENT),
        ("10.4.4.4, 10.5.5.5", "10.4.4.4"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(
    addresses: str, client: str
) -> None:
    assert seen(PROXY, ("x-forwarded-for", addresses))["client"][0] == client
