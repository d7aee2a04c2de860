"""Connecting an app with a git repository: what is checked, each refusal, and where the token goes."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import ChannelRecord
from proto_ddf.errors import ProtoDDFError, ValidationError, describe
from proto_ddf.hosting import apps as hosted
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import git, remote_url, repositories
from proto_ddf.operations.escalation.codegen.branches import read_remote
from proto_ddf.operations.escalation.codegen.git import opened_git
from proto_ddf.operations.escalation.codegen.repositories import Repository
from proto_ddf.operations.escalation.codegen.repository_kind import KEPT, ConnectRepositoryInput
from proto_ddf.operations.retention.references import references_on_record
from proto_ddf.progress import NoProgress
from proto_ddf.settings import get_settings
from proto_ddf.sources.servers.addresses import Address
from tests.integration.operations.codegen.driving import SLUG, connect
from tests.operation_steps import run_steps
from tests.ports import free_port
from tests.servers.git_server import TOKEN, BareRepository, GitServer


def given(url: str, token: str = TOKEN) -> ConnectRepositoryInput:
    reference = vault.store(token)
    return ConnectRepositoryInput(app=SLUG, remote_url=url, token=reference, repo_id=7)


def refusal(asked: ConnectRepositoryInput) -> dict[str, Any]:
    """The error with which connecting ends."""
    with pytest.raises(ProtoDDFError) as refused:
        run_steps("connect_repository", asked, "operation-1")
    assert repositories.find(SLUG) is None
    return describe(refused.value)


def test_a_repository_is_checked_and_saved_and_its_token_kept(
    app: Path, bare: BareRepository, ended: Callable[..., Any], home: Path
) -> None:
    asked = given(f" {bare.url}/ ")
    done = ended("connect_repository", asked)
    assert done.state == "succeeded", done.error
    saved = repositories.read(SLUG)
    assert (saved.remote_url, saved.token, saved.repo_id) == (bare.url, asked.token, 7)
    assert bare.branches() == ["main"]
    with session() as opened:
        assert asked.token in references_on_record(opened).secrets
    with sqlite3.connect(home / "proto_ddf.db") as opened:
        assert TOKEN not in "\n".join(opened.iterdump())
    assert list(get_settings().home.glob("git-*")) == []
    hosted.remove_app(SLUG)
    assert repositories.find(SLUG) is None


@pytest.mark.parametrize(
    ("path", "token", "field"),
    [
        ("", "wrong-token-of-nobody", "token"),
        ("", "", "token"),
        ("-not", TOKEN, "remote_url"),
    ],
)
def test_a_refusal_is_told_at_its_field_and_to_nobody_else(
    app: Path, bare: BareRepository, path: str, token: str, field: str
) -> None:
    error = refusal(given(bare.url + path, token))
    assert (error["code"], error["field"]) == ("repository_refused", field)
    assert error["family"] == "validation"  # the error handling leaves it alone


def test_a_server_that_is_away_can_be_tried_again(app: Path) -> None:
    error = refusal(given(f"http://127.0.0.1:{free_port()}/shop.git"))
    assert (error["code"], error["retry_possible"]) == ("connection_failed", True)


def test_a_stored_token_goes_to_no_other_host(
    app: Path, bare: BareRepository, ended: Callable[..., Any]
) -> None:
    first = given(bare.url)
    assert ended("connect_repository", first).state == "succeeded"
    kept = first.model_copy(update={"token": KEPT, "repo_id": 8})
    assert ended("connect_repository", kept).state == "succeeded"
    assert repositories.read(SLUG) == Repository(
        app=SLUG, remote_url=bare.url, token=first.token, repo_id=8
    )
    password = vault.store("a password of another channel")
    with session() as opened:
        opened.add(ChannelRecord(kind="email", name="Mail", config={"password": password}))
        opened.commit()
    for token in (KEPT, first.token, password):
        other = {"remote_url": "https://192.0.2.1/shop.git", "token": token}
        with pytest.raises(ValidationError) as refused:
            service.start("connect_repository", first.model_copy(update=other))
        assert (refused.value.code, refused.value.field) == ("secret_elsewhere", "token")


def test_a_host_that_is_not_allowed_is_refused(app: Path) -> None:
    error = refusal(given("https://169.254.169.254/shop.git"))
    assert (error["code"], error["field"]) == ("host_not_allowed", "remote_url")


def test_missing_git_is_reported(
    app: Path, bare: BareRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git.shutil, "which", lambda *_, **__: None)
    error = refusal(given(bare.url))
    assert (error["code"], error["retry_possible"]) == ("git_missing", True)


def test_the_token_is_on_no_command_line_and_in_no_file_and_no_hook_runs(
    app: Path, bare: BareRepository, git_place: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(bare.url)
    (bare.path.parent / "hooked").unlink(missing_ok=True)
    bare.commit("main", {".githooks/post-checkout": f"#!/bin/sh\ntouch {bare.path}/../hooked\n"})
    commands: list[list[str]] = []
    run_process = git.run_process

    def noted(argv: list[str], **options: Any) -> int:
        commands.append(list(argv))
        code = run_process(argv, **options)
        for parent, _, names in os.walk(get_settings().home):
            for name in names:
                if not name.endswith((".db", ".db-wal", ".db-shm")):
                    assert TOKEN.encode() not in Path(parent, name).read_bytes()
        return code

    monkeypatch.setattr(git, "run_process", noted)
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {bare.path}/../hooked")
    git_place.authorizations.clear()
    with opened_git(repositories.read(SLUG), NoProgress()) as opened:
        template = opened.folder / ".git" / "hooks"
        template.mkdir(exist_ok=True)
        hook = template / "post-checkout"
        hook.write_text(f"#!/bin/sh\ntouch {bare.path}/../hooked\n")
        hook.chmod(0o755)
        remote = read_remote(opened)
        opened.run("fetch", "fetch", "--quiet", "--depth=1", opened.url, remote.tip)
        opened.run("check out", "checkout", "--quiet", "--detach", "FETCH_HEAD")
        place = opened.folder
    assert not place.exists()
    assert any(each.startswith("Basic ") for each in git_place.authorizations)
    assert len(commands) == 4
    assert TOKEN not in str(commands)
    assert not (bare.path.parent / "hooked").exists()


def test_a_name_is_looked_up_once_and_git_connects_to_that_address(
    app: Path, bare: BareRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name exists for the check alone: git could not find it by itself."""

    def resolve(host: str, port: int, _seconds: float) -> tuple[Address, ...]:
        return (Address(host, "127.0.0.1", port),)

    monkeypatch.setattr(remote_url, "resolve", resolve)
    url = bare.url.replace("127.0.0.1", "git.invalid")
    found = Repository(app=SLUG, remote_url=url, token=vault.store(TOKEN), repo_id=1)
    with opened_git(found, NoProgress()) as opened:
        assert read_remote(opened).default == "main"
