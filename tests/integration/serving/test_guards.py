"""Each guard over real HTTP, against one real server: who is believed, who is refused, and how."""

import contextlib
import http.client
import ipaddress
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from proto_ddf.serving.middleware.security_headers import SECURITY_HEADERS
from proto_ddf.settings import PROJECT_ROOT
from tests.integration.serving.guarded_server import (
    MOST_WORKING,
    OTHER_SITE,
    PROXY,
    PUBLIC_URL,
    RATES,
)
from tests.ports import HOST, free_port

SCRIPT = Path(__file__).with_name("guarded_server.py")
PATIENCE = 60.0
FORWARDED = {
    "x-forwarded-for": "203.0.113.1",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "data.example.org",
}
_numbers = itertools.count()


def new_client() -> str:
    """An address that no request came from so far."""
    return str(ipaddress.IPv4Address("198.18.0.0") + next(_numbers))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(chosen)],
        cwd=PROJECT_ROOT,
        env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
    )
    try:
        wait_until(lambda: process.poll() is None and answers(chosen))
        yield chosen
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    """Through a trusted proxy that names another client for each test: no test uses up another's limits."""
    with opened(port, PROXY, {"x-forwarded-for": new_client()}) as made:
        yield made


def opened(port: int, address: str = HOST, headers: dict[str, str] | None = None) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://{HOST}:{port}",
        transport=httpx.HTTPTransport(
            local_address=address, limits=httpx.Limits(max_connections=None)
        ),
        headers=headers,
        timeout=PATIENCE,
    )


def answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return status(port, "/health") == 200
    return False


def wait_until(what: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def websocket(port: int, **headers: str) -> int:
    """The status with which a websocket is opened or refused."""
    with (
        opened(port, PROXY, {"x-forwarded-for": new_client(), **headers}) as made,
        made.stream("GET", "/_event", headers=UPGRADE) as answer,
    ):
        return answer.status_code


def test_a_trusted_proxys_headers_count_and_everybody_elses_are_taken_away(port: int) -> None:
    with opened(port, PROXY) as proxy, opened(port) as other:
        told, forged = (each.get("/", headers=FORWARDED).json() for each in (proxy, other))
    assert (told["client"], told["scheme"]) == ("203.0.113.1", "https")
    assert ["host", "data.example.org"] in told["headers"]
    assert (forged["client"], forged["scheme"]) == (HOST, "http")
    assert ["host", f"{HOST}:{port}"] in forged["headers"]
    for seen in (told, forged):
        assert not any(name.startswith("x-forwarded") for name, _ in seen["headers"])


def test_a_forwarded_host_is_checked_as_any_other(client: httpx.Client) -> None:
    assert client.get("/", headers={"x-forwarded-host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:1", "data.example.org:3000", "a b", "x" * 5000]
)
def test_foreign_and_malformed_hosts_are_refused_in_words(client: httpx.Client, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    if answer.headers.get("content-type"):  # not refused by the server before the middleware
        assert PUBLIC_URL in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", f"https://{HOST}", "x" * 5000])
def test_requests_of_other_sites_are_refused(client: httpx.Client, port: int, origin: str) -> None:
    assert client.post("/", headers={"origin": origin}, content=b"x" * 100_000).status_code == 403
    assert websocket(port, origin=origin) == 403


def test_its_own_pages_are_admitted(client: httpx.Client, port: int) -> None:
    own = f"http://{HOST}:{port}"
    assert client.post("/", headers={"origin": own}).status_code == 200
    assert websocket(port, origin=own) == 101
    assert websocket(port) == 403


def test_a_site_of_cors_origins_may_call_and_no_other(client: httpx.Client, port: int) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "x-thing"}
    preflight = client.options("/", headers={"origin": OTHER_SITE, **asks})
    assert preflight.status_code == 200
    called = client.post("/", headers={"origin": OTHER_SITE})
    assert called.status_code == 200
    for answer in (preflight, called):
        assert answer.headers["access-control-allow-origin"] == OTHER_SITE
    refused = client.options("/", headers={"origin": "https://evil.example", **asks})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers
    assert websocket(port, origin=OTHER_SITE) == 403


@pytest.mark.parametrize(
    "headers", [{}, {"host": "evil.example"}, {"origin": "http://evil.example"}]
)
def test_every_answer_has_the_security_headers(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    answer = client.get("/", headers=headers)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy


def test_a_client_that_asks_too_often_waits_and_no_other_does(
    client: httpx.Client, port: int
) -> None:
    amount = int(RATES["requests_per_address"].partition("/")[0])
    assert [client.get("/").status_code for _ in range(amount)] == [200] * amount
    refused = client.get("/")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-limit"] == str(amount)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert client.get("/api/health").status_code == 200
    with opened(port, PROXY, {"x-forwarded-for": new_client()}) as other:
        assert other.get("/").status_code == 200
    # Saying that one is somebody else does not help.
    with opened(
        port, PROXY, {"x-forwarded-for": f"198.51.100.1, {client.headers['x-forwarded-for']}"}
    ) as forging:
        assert forging.get("/").status_code == 429


def test_a_session_has_a_limit_of_its_own(client: httpx.Client) -> None:
    amount = int(RATES["requests_per_session"].partition("/")[0])
    session = {"cookie": "session=ada"}
    assert [client.get("/", headers=session).status_code for _ in range(amount)] == [200] * amount
    assert client.get("/", headers=session).status_code == 429
    assert client.get("/", headers={"cookie": "session=bob"}).status_code == 200


def test_attempts_to_sign_in_have_a_lower_limit(client: httpx.Client) -> None:
    assert [client.post("/sign-in").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get("/sign-in").status_code == 200


def test_websockets_have_a_limit(port: int) -> None:
    headers = {"origin": PUBLIC_URL, "x-forwarded-for": new_client()}
    assert [websocket(port, **headers) for _ in range(6)] == [101] * 5 + [403]


def status(port: int, path: str) -> int:
    """Of a request of a new client."""
    connection = http.client.HTTPConnection(HOST, port, PATIENCE, source_address=(PROXY, 0))
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"x-forwarded-for": new_client()})
        return connection.getresponse().status


def test_load_is_shed_while_the_loop_is_late_and_taken_again_by_itself(port: int) -> None:
    def is_shed() -> bool:
        assert answers(port)
        return status(port, "/") == 503

    assert status(port, "/assets/hold") == 200
    blocking = threading.Thread(target=status, args=(port, "/busy"))
    blocking.start()
    wait_until(is_shed)
    assert status(port, "/assets/go") == 200
    blocking.join()
    wait_until(lambda: status(port, "/") == 200)


def test_load_is_shed_while_too_many_requests_wait_for_the_server(port: int) -> None:
    def wait_in_turn() -> None:
        """Come again if it is shed, as a client would."""
        while status(port, "/wait") == 503:
            time.sleep(0.1)

    assert status(port, "/assets/hold") == 200
    with ThreadPoolExecutor(MOST_WORKING) as threads:
        waiting = [threads.submit(wait_in_turn) for _ in range(MOST_WORKING)]
        wait_until(lambda: status(port, "/") == 503)
        assert answers(port)
        assert status(port, "/assets/page.js") == 200
        with opened(port, PROXY, {"x-forwarded-for": new_client()}) as made:
            refused = made.get("/")
            assert refused.status_code == 503
            assert 1 <= int(refused.headers["retry-after"]) <= 5
        assert status(port, "/assets/go") == 200
        for each in waiting:
            each.result()
    wait_until(lambda: status(port, "/") == 200)
