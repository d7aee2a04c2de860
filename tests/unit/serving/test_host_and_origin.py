"""Only requests that name this server, from pages that it served, are admitted."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.middleware.host_and_origin import HostAndOrigin

PORT = 7700
HOST = f"127.0.0.1:{PORT}"
PUBLIC = "https://data.example.org"
OTHER = "https://other.example.org"


def refusal(
    kind: str = "http",
    *,
    scheme: str = "http",
    host: str | None = HOST,
    origin: str | None = None,
    more: tuple[tuple[str, str], ...] = (),
) -> int | None:
    """The status with which a request is refused (of a websocket 1008); None if it reaches the app."""
    headers = [("host", host), ("origin", origin), *more]
    scope: dict[str, Any] = {
        "type": kind,
        "scheme": scheme if kind == "http" else scheme.replace("http", "ws"),
        "path": "/",
        "headers": [
            (name.encode(), value.encode("latin-1")) for name, value in headers if value is not None
        ],
    }
    sent: list[dict[str, Any]] = []
    reached = []

    async def app(*_: Any) -> None:
        reached.append(1)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request" if kind == "http" else "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    guard = HostAndOrigin(app, PORT, "192.0.2.7", PUBLIC, [OTHER])
    asyncio.run(guard(scope, receive, send))
    if reached:
        return None
    return sent[0].get("status") or sent[0]["code"]


OWN = [
    *(("http", name) for name in (HOST, f"localhost:{PORT}", f"LOCALHOST:{PORT}")),
    *(("http", name) for name in (f"[::1]:{PORT}", f"127.8.8.8:{PORT}", f"192.0.2.7:{PORT}")),
    ("https", HOST),
    ("https", "data.example.org"),
    ("https", "DATA.example.org:443"),
]


@pytest.mark.parametrize(("scheme", "host"), OWN)
def test_answers_under_its_own_names_to_its_own_pages(scheme: str, host: str) -> None:
    origin = f"{scheme}://{host.lower().removesuffix(':443')}"
    for kind in ("http", "websocket"):
        assert refusal(kind, scheme=scheme, host=host, origin=origin) is None
        assert refusal(kind, scheme=scheme, host=host, origin=PUBLIC) is None


@pytest.mark.parametrize(
    "host",
    [
        *(f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", "127.0.0.1:9999", "127.0.0.1"),
        *(
            f"192.168.0.5:{PORT}",
            f"[::2]:{PORT}",
            "",
            None,
            f"{HOST}@evil.example",
            f"{HOST}.",
            "*",
        ),
        *(f"2130706433:{PORT}", f"0x7f.1:{PORT}", f"127.1:{PORT}", f"localhost.:{PORT}"),
        *(f"data.example.org:{PORT}", f"0.0.0.0:{PORT}", f"[::]:{PORT}", f"192.0.2.7.:{PORT}"),
    ],
)
def test_refuses_every_other_host(host: str | None) -> None:
    assert refusal(host=host) == 400
    assert refusal("websocket", host=host, origin=f"http://{host}") == 1008


def test_refuses_two_host_headers_even_if_both_are_its_own() -> None:
    assert refusal(more=(("host", HOST),)) == 400


@given(st.text(st.characters(max_codepoint=255), max_size=40), st.sampled_from(["http", "https"]))
def test_whatever_name_is_sent_only_its_own_pass(host: str, scheme: str) -> None:
    name = host.lower().removesuffix(f":{PORT}")
    assert refusal(host=host, scheme=scheme) == 400 or name in {"localhost", "127.0.0.1"}


@given(
    st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=40),
        st.sampled_from([f"http://{HOST}", f"https://{HOST}", PUBLIC, OTHER, "null"]).flatmap(
            lambda origin: st.sampled_from(
                [
                    origin,
                    f"{origin}/",
                    f"{origin}.evil.example",
                    f" {origin}",
                    f"{origin}, {origin}",
                ]
            )
        ),
    )
)
def test_whatever_origin_is_sent_only_its_own_pages_pass(origin: str) -> None:
    assert (refusal(origin=origin) is None) == (origin.lower() in {f"http://{HOST}", PUBLIC, OTHER})
    assert (refusal("websocket", origin=origin) is None) == (
        origin.lower() in {f"http://{HOST}", PUBLIC}
    )


def test_tools_send_no_origin_and_browsers_always_send_one_for_a_websocket() -> None:
    assert refusal() is None
    assert refusal("websocket") == 1008


def test_every_one_of_several_origins_must_be_its_own() -> None:
    own = ("origin", f"http://{HOST}")
    assert refusal(more=(own, own)) is None
    assert refusal(more=(own, ("origin", "http://evil.example"))) == 403
