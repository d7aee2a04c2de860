"""Who may ask about the server's health, and what is answered."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from proto_ddf.accounts.roles import Role
from proto_ddf.monitoring.health import Health, HealthChecks, Phase, Status
from proto_ddf.settings import get_settings
from proto_ddf.web import health_routes
from proto_ddf.web.access.request_session import keep_session

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
    method: str,
    path: str,
    client: str = HERE,
    authorization: str | bytes = "",
    role: Role | None = None,
) -> httpx.Response:
    """`role` is that of the session that the gate has found."""

    async def run() -> httpx.Response:
        routes = Starlette(routes=health_routes.health_routes())

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            keep_session(scope, None if role is None else SimpleNamespace(role=role))  # type: ignore[arg-type]
            await routes(scope, receive, send)

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


@pytest.mark.parametrize("path", ["/readiness", "/metrics"])
@pytest.mark.parametrize("mode", ["token", "accounts"])
def test_where_people_sign_in_these_are_for_admins(
    checks: HealthChecks, home: Path, monkeypatch: pytest.MonkeyPatch, mode: str, path: str
) -> None:
    monkeypatch.setenv("ENABLE_AUTH", mode)
    get_settings.cache_clear()
    for role, status in ((None, 401), (Role.VIEWER, 401), (Role.BUILDER, 401), (Role.ADMIN, 200)):
        assert ask("GET", path, HERE, role=role).status_code == status
        assert ask("GET", path, ELSEWHERE, role=role).status_code == status


def test_metrics_are_told_in_the_format_of_prometheus(home: Path) -> None:
    answer = ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"proto_ddf_request_seconds", "proto_ddf_connections_accepted"} <= names
    assert ask("GET", "/metrics", ELSEWHERE).status_code == 401


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
