"""Who may ask about the server's health, and what is answered."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from proto_ddf.monitoring.health import Health, HealthChecks, Phase, Status
from proto_ddf.settings import get_settings
from proto_ddf.web import health_routes

TOKEN = "a-token-of-those-who-run-it"
HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> HealthChecks:
    made = HealthChecks()
    made.phase = Phase.SERVING
    monkeypatch.setattr(health_routes, "HEALTH", made)
    return made


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    get_settings.cache_clear()
    yield TOKEN
    get_settings.cache_clear()


def ask(
    method: str, path: str, client: str = HERE, authorization: str | bytes = ""
) -> httpx.Response:
    async def run() -> httpx.Response:
        app = Starlette(routes=health_routes.health_routes())
        transport = httpx.ASGITransport(app=app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
            headers = {"authorization": authorization} if authorization else {}
            return await opened.request(method, path, headers=headers)

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/api/health", "/health"])
@pytest.mark.parametrize("client", [HERE, ELSEWHERE])
def test_everybody_may_ask_whether_the_server_answers(
    checks: HealthChecks, path: str, client: str
) -> None:
    checks.phase = Phase.STARTING
    answer = ask("GET", path, client)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "timestamp"}
    assert answer.json()["status"] == "ok"
    assert datetime.fromisoformat(answer.json()["timestamp"]).tzinfo is not None
    assert answer.headers["cache-control"] == "no-store"
    head = ask("HEAD", path, client)
    assert (head.status_code, head.content) == (200, b"")
    assert ask("POST", path, client).status_code == 405


def test_readiness_names_what_fails(checks: HealthChecks) -> None:
    assert ask("GET", "/readiness").json()["status"] == "ok"
    checks.register("disk", lambda: Health(Status.DEGRADED, "Few bytes are free."))
    answer = ask("GET", "/readiness")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    checks.register("database", lambda: Health(Status.FAILED, "It is gone."), is_needed=True)
    answer = ask("GET", "/readiness")
    assert (answer.status_code, answer.json()["status"]) == (503, "failed")
    assert answer.json()["failing"] == ["disk", "database"]
    assert answer.json()["checks"]["database"] == {"status": "failed", "message": "It is gone."}


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.DRAINING])
def test_a_server_that_starts_or_ends_is_not_ready(checks: HealthChecks, phase: Phase) -> None:
    checks.phase = phase
    answer = ask("GET", "/readiness")
    assert (answer.status_code, answer.json()["phase"]) == (503, phase)


def test_readiness_is_for_this_machine_and_for_those_with_the_token(
    checks: HealthChecks, token: str
) -> None:
    assert ask("GET", "/readiness", HERE).status_code == 200
    assert ask("GET", "/readiness", ELSEWHERE).status_code == 401
    assert ask("GET", "/readiness", ELSEWHERE, f"Bearer {token}").status_code == 200
    assert ask("GET", "/readiness", ELSEWHERE, f"bearer  {token} ").status_code == 200


def test_without_a_token_no_token_is_right(checks: HealthChecks) -> None:
    for given_token in ("", "None", TOKEN):
        assert ask("GET", "/readiness", ELSEWHERE, f"Bearer {given_token}").status_code == 401


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40))
def test_a_wrong_token_is_refused_wherever_it_comes_from(given_token: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METRICS_TOKEN", TOKEN)
        get_settings.cache_clear()
        authorization = f"Bearer {given_token}"
        refused = ask("GET", "/readiness", HERE, authorization.encode("latin-1"))
    get_settings.cache_clear()
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
