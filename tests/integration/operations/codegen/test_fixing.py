"""Asking Codegen to repair an app: what is pushed and sent, each answer of the service, and doubts."""

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from proto_ddf.db.tables import utc_now
from proto_ddf.errors import IntegrationError, classify, describe
from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import CodegenIntegration, asking, runs, waiting
from proto_ddf.operations.escalation.codegen.by_hand import ask_about, askable
from proto_ddf.operations.escalation.codegen.client import CodegenClient
from proto_ddf.operations.escalation.codegen.views import runs_of
from proto_ddf.progress import NoProgress
from proto_ddf.settings import get_settings
from tests.integration.operations.codegen.driving import SLUG, connect, described, fix_input
from tests.policies import QUICK, fresh_policies
from tests.reporting import report
from tests.servers.codegen import KEY, CodegenServer
from tests.servers.git_server import TOKEN, BareRepository, GitServer

PULL = {
    "id": 1,
    "created_at": "2026-11-29",
    "title": "Repair the page",
    "url": "https://github.com/owner/shop/pull/5",
    "head_branch_name": "codegen/fix",
}


@pytest.fixture(autouse=True)
def _answers_at_once(codegen: CodegenServer) -> None:
    codegen.status, codegen.pull_requests = "COMPLETE", [PULL]


@pytest.fixture
def database_of_runs(prepared_home: Path) -> str:
    """The key of a run that is prepared."""
    runs.prepare("key-1", "incident-1", SLUG, "branch", "Repair it")
    return "key-1"


def test_the_code_is_pushed_codegen_is_asked_and_its_pull_request_is_shown(
    app: Path, repository: BareRepository, codegen: CodegenServer, ended: Callable[..., Any]
) -> None:
    handmade = app / SLUG / "pages" / "customer.py"
    handmade.write_text(handmade.read_text() + "# by hand\n")
    given = fix_input(location=f"{SLUG}/pages/customer.py:5", log=["KeyError: 'colour'"])
    done = ended("codegen_fix", given)
    assert done.state == "succeeded", done.error
    branch = f"proto-ddf/{SLUG}/{done.id}"
    assert set(repository.branches()) == {"main", branch}
    pushed = repository.files(branch)
    assert pushed[f"{SLUG}/pages/customer.py"] == handmade.read_text()
    assert pushed[".github/workflows/ci.yml"] == repository.files("main")["NOTES"]
    assert "NOT-CODE" not in json.dumps(pushed)
    assert "requirements.txt" in pushed
    (asked,) = [run["asked"] for run in codegen.paid]
    assert (asked["repo_id"], asked["metadata"]) == (77, {"proto_ddf_key": done.id})
    for part in (branch, "KeyError: 'colour'", "app_code_error", "fix_code"):
        assert part in asked["prompt"]
    assert f"- {SLUG}/pages/customer.py" in asked["prompt"]
    assert "    5 >" in asked["prompt"]
    (view,) = runs_of("incident-1")
    assert (view.state, view.pull_url, view.pull_state) == ("done", PULL["url"], "open")
    assert view.web_url == "https://codegen.com/agent/trace/1000"
    assert view.app_name == "My app"
    assert list(get_settings().home.glob("git-*")) == []


def test_the_code_of_an_app_goes_into_an_empty_repository(
    app: Path, git_place: GitServer, codegen: CodegenServer, ended: Callable[..., Any]
) -> None:
    empty = git_place.make("empty.git")
    connect(empty.url)
    done = ended("codegen_fix", fix_input())
    assert done.state == "succeeded", done.error
    assert empty.branches() == [f"proto-ddf/{SLUG}/{done.id}"]


@pytest.mark.parametrize(
    ("status", "code", "body"),
    [
        (401, "codegen_refused", {"message": "Invalid token"}),
        (402, "codegen_limit_reached", {"message": "Allotted agent runs have been reached"}),
        (403, "codegen_refused", {"message": "You do not have access to this organization."}),
        (404, "codegen_repository_unknown", {"message": "No repos found in the organization."}),
        (422, "codegen_request_refused", {"detail": [{"msg": "Field required", "loc": ["body"]}]}),
    ],
)
def test_each_refusal_is_told_and_the_request_may_be_sent_again(
    database_of_runs: str, codegen: CodegenServer, status: int, code: str, body: dict[str, Any]
) -> None:
    codegen.next_posts.append(status)
    codegen.body = body
    with pytest.raises(IntegrationError) as refused:
        asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    found = classify(refused.value)
    assert found.code == code
    said = body.get("message") or "Field required"
    assert said.rstrip(".") in found.message
    assert found.try_again
    assert codegen.paid == []
    assert runs.read(database_of_runs).state == "preparing"
    asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    assert len(codegen.paid) == 1


def test_a_refusal_is_on_the_incident_and_try_again_goes_on(
    repository: BareRepository, codegen: CodegenServer, ended: Callable[..., Any], workshop: Any
) -> None:
    codegen.next_posts.append(402)
    failed = ended("codegen_fix", fix_input())
    assert (failed.state, failed.can_retry) == ("failed", True)
    (view,) = runs_of("incident-1")
    assert (view.state, view.error) == ("preparing", failed.error["message"])
    again = CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    assert again == failed.id
    assert workshop.wait(failed.id, "succeeded").output["push"] == failed.output["push"]
    assert len(codegen.paid) == 1


def test_too_many_calls_are_repeated_when_the_service_says_so(
    database_of_runs: str, codegen: CodegenServer
) -> None:
    codegen.next_posts.extend([429, 429])
    codegen.retry_after = "3600"
    with pytest.raises(IntegrationError) as refused:
        asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    error = describe(refused.value)
    assert (error["code"], error["context"]["retry_after"]) == ("rate_limited", 3600)
    assert seconds_until(next_attempt_at(error)) > 3000
    codegen.retry_after = "0"
    asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    assert len(codegen.paid) == 1


@pytest.mark.parametrize("doubt", ["reset after", "garbled", "hang"])
def test_a_request_whose_answer_is_lost_is_found_and_not_sent_again(
    database_of_runs: str, codegen: CodegenServer, monkeypatch: pytest.MonkeyPatch, doubt: str
) -> None:
    if doubt == "hang":
        fresh_policies(monkeypatch, codegen={**QUICK, "read_timeout_ms": 1_000})
    monkeypatch.setattr(asking, "LOOK_SECONDS", 60.0)
    codegen.next_posts.append(doubt)
    asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    assert runs.read(database_of_runs).remote_id == 1000
    assert len(codegen.paid) == 1
    assert [each for each in codegen.requests if each.startswith("POST")] == [
        "POST /v1/organizations/42/agent/run"
    ]


def test_after_an_error_of_the_service_nothing_is_sent_again(
    database_of_runs: str, codegen: CodegenServer
) -> None:
    codegen.next_posts.append(503)
    for _ in range(2):
        with pytest.raises(IntegrationError) as failed:
            asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
        assert classify(failed.value).code == "codegen_unsure"
    assert len([each for each in codegen.requests if "POST" in each]) == 1


def test_a_request_that_may_still_arrive_is_not_sent_again(
    repository: BareRepository,
    codegen: CodegenServer,
    ended: Callable[..., Any],
    workshop: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codegen.next_posts.append("reset before")
    failed = ended("codegen_fix", fix_input())
    assert failed.error["code"] == "codegen_unsure"
    assert failed.error["context"]["retry_at"] > utc_now().isoformat()
    assert [view.state for view in runs_of("incident-1")] == ["asking"]
    with pytest.raises(Exception, match="too early"):
        service.retry(failed.id)
    with pytest.raises(Exception, match="too early"):
        CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    assert codegen.paid == []
    # Much later it can no longer arrive.
    monkeypatch.setattr(asking, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr("proto_ddf.operations.service.seconds_until", lambda _: 0.0)
    service.retry(failed.id)
    assert workshop.wait(failed.id, "succeeded", "failed").state == "succeeded"
    assert len(codegen.paid) == 1


def test_a_request_that_arrives_after_a_gateway_gave_up_is_found_by_try_again(
    repository: BareRepository,
    codegen: CodegenServer,
    ended: Callable[..., Any],
    workshop: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codegen.next_posts.append("refuse late")
    failed = ended("codegen_fix", fix_input())
    assert failed.error["code"] == "codegen_unsure"
    codegen.release()
    workshop.until(lambda: codegen.paid)
    monkeypatch.setattr("proto_ddf.operations.service.seconds_until", lambda _: 0.0)
    service.retry(failed.id)
    assert workshop.wait(failed.id, "succeeded", "failed").state == "succeeded"
    assert len(codegen.paid) == 1


@pytest.fixture
def accepted(database_of_runs: str, codegen: CodegenServer) -> str:
    """The key of a run that Codegen has."""
    asking.ask(CodegenClient(), database_of_runs, 77, NoProgress())
    return database_of_runs


def code_of(error: Exception) -> str:
    return classify(error).code


def test_an_unknown_status_counts_as_running_until_the_deadline(
    accepted: str, codegen: CodegenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEGEN_DEADLINE_SECONDS", "0.1")
    get_settings.cache_clear()
    codegen.status = "EVALUATING_42"
    with pytest.raises(IntegrationError) as failed:
        waiting.wait(CodegenClient(), accepted, NoProgress())
    assert code_of(failed.value) == "codegen_too_slow"
    assert runs.read(accepted).remote_status == "EVALUATING_42"
    codegen.status = "COMPLETE"
    waiting.wait(CodegenClient(), accepted, NoProgress())


def test_a_service_that_fails_for_a_while_does_not_end_the_wait(
    accepted: str, codegen: CodegenServer
) -> None:
    codegen.next_gets.extend([503] * 12)
    waiting.wait(CodegenClient(), accepted, NoProgress())


def test_a_run_that_failed_ends_the_wait(accepted: str, codegen: CodegenServer) -> None:
    codegen.status, codegen.result = "Failed", "I cannot do that"
    with pytest.raises(IntegrationError) as failed:
        waiting.wait(CodegenClient(), accepted, NoProgress())
    assert code_of(failed.value) == "codegen_run_failed"
    assert "I cannot do that" in classify(failed.value).message


@pytest.mark.parametrize("pulls", [[], [{**PULL, "url": "javascript:alert(1)"}], None])
def test_without_a_link_that_can_be_opened_there_is_no_pull_request(
    accepted: str, codegen: CodegenServer, pulls: Any
) -> None:
    codegen.pull_requests = pulls
    with pytest.raises(IntegrationError) as failed:
        waiting.newest_pull_request(CodegenClient(), accepted)
    assert code_of(failed.value) == "codegen_no_pull_request"


def test_a_run_without_a_fix_ends_for_good(
    repository: BareRepository, codegen: CodegenServer, ended: Callable[..., Any]
) -> None:
    codegen.pull_requests, codegen.result = [], "I cannot do that"
    failed = ended("codegen_fix", fix_input())
    assert (failed.error["code"], failed.can_retry) == ("codegen_no_pull_request", False)
    assert [view.state for view in runs_of("incident-1")] == ["failed"]


def test_cancelled_while_codegen_works(
    repository: BareRepository, codegen: CodegenServer, workshop: Any
) -> None:
    codegen.status = "ACTIVE"
    operation_id = CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    workshop.until(lambda: codegen.paid and runs.read(operation_id).remote_status)
    assert (
        CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
        == operation_id
    )
    service.cancel(operation_id)
    workshop.wait_cleaned_up(operation_id)
    assert [view.state for view in runs_of("incident-1")] == ["cancelled"]
    assert len(codegen.paid) == 1


def test_a_second_operation_about_the_same_incident_is_refused(
    repository: BareRepository, codegen: CodegenServer, ended: Callable[..., Any], workshop: Any
) -> None:
    codegen.status = "ACTIVE"
    first = CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    workshop.until(lambda: codegen.paid)
    assert ended("codegen_fix", fix_input()).error["code"] == "codegen_running"
    codegen.status = "COMPLETE"
    assert workshop.wait(first, "succeeded").state == "succeeded"
    assert len(codegen.paid) == 1


def test_planted_secrets_are_in_no_request_branch_record_or_log(
    app: Path,
    repository: BareRepository,
    codegen: CodegenServer,
    ended: Callable[..., Any],
    home: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    planted = "pl4nted-Passw0rd"
    vault.store(planted)
    (app / ".env").write_text(f"DATABASE_PASSWORD={planted}\n")
    (app / "data" / "rows.txt").write_text(planted)
    (app / "logs" / "app.log").write_text(f"connecting with {planted}\n")
    log = [f"postgresql://shop:{planted}@db/shop", f"password={planted}", TOKEN, KEY]
    done = ended("codegen_fix", fix_input(log=log, reason=f"cannot use {planted}"))
    assert done.state == "succeeded", done.error
    branch = done.output["push"]["branch"]
    places = {
        "prompt": codegen.paid[0]["asked"]["prompt"],
        "branch": json.dumps(repository.files(branch)),
        "commits": repository.git("log", branch, "--format=%an %ae %s %b"),
        "log": "".join(capfd.readouterr()),
    }
    for name in ("proto_ddf.db", "operations.db"):
        with sqlite3.connect(home / name) as opened:
            places[name] = "\n".join(opened.iterdump())
    for name, text in places.items():
        assert len(text) > 20 or name == "log"
        for secret in (planted, TOKEN, KEY):
            assert secret not in text, name


def test_code_that_holds_a_stored_secret_is_not_pushed(
    app: Path, repository: BareRepository, codegen: CodegenServer, ended: Callable[..., Any]
) -> None:
    vault.store("requirements")  # a word of the generated code is no secret there
    (app / SLUG / "handmade.py").write_text(f'KEY = "{TOKEN}"\n')
    failed = ended("codegen_fix", fix_input())
    assert failed.error["code"] == "secret_in_code"
    assert f"{SLUG}/handmade.py" in failed.error["message"]
    assert repository.branches() == ["main"]
    assert codegen.requests == []


def test_old_requests_that_time_can_end(codegen: CodegenServer, app: Path) -> None:
    """The list of runs is searched no further than needed."""
    for number in range(250):
        codegen.accept({"metadata": {"proto_ddf_key": f"key-{number}"}})
    client = CodegenClient()
    found = client.find("key-3", utc_now())
    assert found is not None
    assert found.id == 1003
    codegen.requests.clear()
    assert client.find("key-3", utc_now() + timedelta(days=1)) is None
    assert len(codegen.requests) == 1


def test_codegen_is_asked_about_an_incident_with_its_newest_error(
    app: Path, bare: BareRepository, codegen: CodegenServer, workshop: Any
) -> None:
    incident_id = report(described(log=["KeyError: 'colour'"]), "Start My app", subject=SLUG)
    assert "My app has no code repository" in askable(incident_id).reason
    with pytest.raises(IntegrationError):
        ask_about(incident_id)
    connect(bare.url)
    assert askable(incident_id) == (SLUG, "")
    done = workshop.wait(ask_about(incident_id), "succeeded", "failed")
    assert done.state == "succeeded", done.error
    prompt = codegen.paid[0]["asked"]["prompt"]
    for part in ("app_code_error", "suggested_action: fix_code", "KeyError: 'colour'"):
        assert part in prompt
    elsewhere = report(described(reason="Other"), "Refresh", subject="")
    assert "concerns none" in askable(elsewhere).reason
