"""The route that takes secrets, driven as ASGI."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proto_ddf import vault
from proto_ddf.logs import configure_logging
from proto_ddf.serving.middleware.host_and_origin import HostAndOrigin
from proto_ddf.settings import get_settings
from proto_ddf.web import api

PLANTED = "corr3ct hörse"
ORIGIN = "http://127.0.0.1:3000"


@pytest.fixture(autouse=True)
def _record(database: Path) -> None:
    """Each test has its own database."""


def call(method: str = "POST", url: str = "/api/secrets", **kwargs: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        guarded = HostAndOrigin(api.create_api(), 3000)
        transport = httpx.ASGITransport(app=guarded)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return await client.request(method, url, **kwargs)

    return asyncio.run(run())


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def told(answer: httpx.Response) -> dict[str, Any]:
    described: dict[str, Any] = answer.json()
    assert (described["code"], described["field"]) == ("secret_refused", "password")
    assert not described["retry_possible"]
    return described


def test_a_secret_becomes_a_reference():
    answer = call(content=PLANTED.encode())
    assert answer.status_code == 201
    assert list(answer.json()) == ["reference"]
    assert vault.reveal(answer.json()["reference"]) == PLANTED


def test_a_character_may_come_in_two_pieces():
    first, second = PLANTED.encode()[:10], PLANTED.encode()[10:]
    answer = call(content=pieces(first, second))
    assert vault.reveal(answer.json()["reference"]) == PLANTED


@pytest.mark.parametrize("size", [64_001, 200_000])
def test_a_long_one_is_refused_and_the_rest_is_not_kept(size: int):
    answer = call(content=pieces(*[b"x" * 1000] * (size // 1000), b"x" * (size % 1000)))
    assert answer.status_code == 400
    assert "64000 bytes" in told(answer)["message"]
    assert call(content=b"x" * 64_000).status_code == 201


@pytest.mark.parametrize(("body", "reason"), [(b"", "empty"), (b"pl\xe4nted", "UTF-8")])
def test_what_is_no_text_is_refused_and_not_repeated(body: bytes, reason: str):
    answer = call(content=body)
    assert answer.status_code == 400
    assert reason in told(answer)["message"]
    assert "nted" not in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_there_is_no_way_to_read_one(method: str):
    reference = call(content=PLANTED.encode()).json()["reference"]
    assert call(method).status_code == 405
    for path in (reference, reference.removeprefix("secret:")):
        assert call(method, f"/api/secrets/{path}").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"origin": "http://evil.example"}, 403), ({"host": "evil.example:3000"}, 400)],
)
def test_other_sites_pages_are_refused(headers: dict[str, str], status: int):
    assert call(content=PLANTED.encode(), headers=headers).status_code == status
    assert call(content=PLANTED.encode(), headers={"origin": ORIGIN}).status_code == 201


def test_a_key_that_is_damaged_is_reported_at_the_password(home: Path):
    (home / "secret.key").write_text("damaged")
    answer = call(content=PLANTED.encode())
    assert answer.status_code == 500
    assert (answer.json()["code"], answer.json()["field"]) == ("secret_not_stored", "password")
    assert PLANTED not in answer.text


def test_nothing_of_the_secret_is_logged(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    get_settings.cache_clear()
    configure_logging()
    call(content=PLANTED.encode())
    (home / "secret.key").write_text("damaged")
    call(content=PLANTED.encode())
    log = (home / "logs" / "proto_ddf.log").read_text()
    assert "secret_not_stored" in log
    assert PLANTED not in log
    assert json.dumps(PLANTED)[1:-1] not in log
