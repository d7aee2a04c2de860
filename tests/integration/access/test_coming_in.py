"""Signing in at a real server: guessing, forged origins, and what the cookie is like."""

import os
import subprocess
import sys

import pytest

from proto_ddf.settings import PROJECT_ROOT
from tests.integration.access.conftest import PASSWORD, Place


def test_the_cookie_is_for_this_server_alone_and_no_script_reads_it(place: Place):
    with place.client() as client:
        given = {"name": "ada", "password": PASSWORD, "next": "/apps?page=2"}
        answer = client.post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/apps?page=2")
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[0].startswith(f"proto_ddf_{place.port}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "x"],
)
def test_the_sign_in_leads_to_no_other_site(place: Place, address: str):
    with place.client() as client:
        given = {"name": "Ada", "password": PASSWORD, "next": address}
        assert client.post("/sign-in", data=given).headers["location"] == "/"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/set-up", "/sign-out", "/api/outbox", "/api/secrets"]
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_other_sites_can_send_no_form(place: Place, path: str, origin: str):
    with place.client(place.sign_in("Ada")) as client:
        given = {"name": "Ada", "password": PASSWORD}
        answer = client.post(path, data=given, headers={"origin": origin})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_guessing_meets_growing_waits(place: Place):
    with place.client(address="127.0.0.9") as client:
        found = [
            client.post("/sign-in", data={"name": "Eve", "password": f"{n}"}) for n in range(6)
        ]
        assert [each.status_code for each in found] == [401] * 5 + [429]
        assert found[-1].headers["retry-after"] == "1"
        assert "Try again in 1 s" in found[-1].text
        # An address that failed that often waits too, whoever it says it is.
        refused = client.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
        assert refused.status_code == 429


@pytest.mark.parametrize(
    "body", [b"", b"name=Ada", b"\xff\xfe", b"name=%00&password=%00", b"name=" + b"a" * 30_000]
)
def test_malformed_forms_are_refused_in_words(place: Place, body: bytes):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with place.client(address="127.0.0.8") as client:
        answer = client.post("/sign-in", content=body, headers=headers)
    assert answer.status_code in (401, 429)
    assert "<h1>Sign in</h1>" in answer.text


def test_what_was_typed_comes_back_escaped(place: Place):
    name = '"><script>alert(1)</script>'
    with place.client(address="127.0.0.7") as client:
        page = client.post("/sign-in", data={"name": name, "password": "", "next": '/"><b>'}).text
        page += client.get("/sign-in", params={"next": '/"><b>'}).text
    assert "<script" not in page
    assert "<b>" not in page


def reset(place: Place, name: str) -> "subprocess.CompletedProcess[str]":
    home = {"PROTO_DDF_HOME": str(place.server.home), "PORT": str(place.port)}
    return subprocess.run(
        [sys.executable, "-m", "proto_ddf.accounts", "reset", name],
        cwd=PROJECT_ROOT,
        env={**os.environ, **home, "ENABLE_AUTH": "accounts"},
        capture_output=True,
        text=True,
    )


def test_a_forgotten_password_is_reset_by_a_command(place: Place):
    cookie = place.sign_in("Vera")
    link = reset(place, "vera").stdout.splitlines()[-1]
    assert link.startswith(f"{place.server.url}/set-up?token=")
    given = {"token": link.partition("token=")[2], "password": PASSWORD, "repeated": "another"}
    with place.client() as client:
        assert "For the account Vera." in client.get(link).text
        wrong = client.post("/set-up", data=given)
        assert wrong.status_code == 422
        assert "This is not the same password." in wrong.text
        chosen, again = (
            client.post("/set-up", data={**given, "repeated": PASSWORD}) for _ in range(2)
        )
    assert (chosen.status_code, again.status_code) == (303, 403)
    with place.client(cookie) as client:
        assert client.get("/api/session").status_code == 401


def test_the_command_knows_the_accounts(place: Place):
    missing = reset(place, "nobody")
    assert missing.returncode == 1
    assert "no account named 'nobody'" in missing.stderr
