"""Rotation of the key: killed at any point, beside a running server, with a key from the environment."""

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlmodel import Session

from proto_ddf import errors, vault
from proto_ddf.settings import get_settings
from proto_ddf.vault import keys
from tests.homes import close_databases
from tests.unit.vault import command

TEXTS = ["one", "two", "three"]
POINTS = ((os, "fsync"), (os, "replace"), (Session, "commit"))
"""What a rotation does that others can see; it is killed before each of them."""


def rotate_until(point: int) -> bool:
    """Rotate in a child that dies by SIGKILL before the `point`-th thing it does; whether it got to its end."""
    close_databases()
    child = os.fork()
    if child == 0:
        left = [point]
        for owner, name in POINTS:
            setattr(owner, name, _killed_at(left, getattr(owner, name)))
        try:
            vault.rotate()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def _killed_at(left: list[int], plain: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return plain(*args, **kwargs)

    return call


def tokens(home: Path) -> set[str]:
    with sqlite3.connect(home / "proto_ddf.db") as database:
        return {token for (token,) in database.execute("SELECT token FROM secret")}


def test_a_rotation_leaves_a_new_key_alone_that_reads_everything(home: Path):
    references = [vault.store(text) for text in TEXTS]
    key, before = (home / "secret.key").read_text(), tokens(home)
    done = command.run("rotate")
    assert (done.returncode, done.stdout) == (0, "3 secrets encrypted with the new key.\n")
    assert [vault.reveal(each) for each in references] == TEXTS
    after = (home / "secret.key").read_text()
    assert after.count("\n") == 1
    assert after != key
    assert before.isdisjoint(tokens(home))
    (home / "secret.key").write_text(key)
    with pytest.raises(errors.SystemError):
        vault.reveal(references[0])


def test_killed_anywhere_every_secret_can_be_read_and_the_next_rotation_does_the_rest(home: Path):
    references = [vault.store(text) for text in TEXTS]
    point = 0
    while not rotate_until(point):
        assert [vault.reveal(each) for each in references] == TEXTS, f"killed at {point}"
        added = vault.store("added")
        assert vault.reveal(added) == "added"
        vault.discard([added])
        point += 1
    assert point >= 7  # two key files with three each, and one commit
    assert [vault.reveal(each) for each in references] == TEXTS
    assert len(keys.read()) == 1
    assert not (home / "secret.key.new").exists()


def test_a_server_that_runs_meanwhile_reads_and_stores_on():
    stop, failures = Event(), []
    kept = vault.store("kept")
    stored: list[str] = []

    def serve() -> None:
        try:
            while not stop.wait(0.01):  # leaves time for the command
                stored.append(vault.store("kept"))
                assert vault.reveal(kept) == vault.reveal(stored[0]) == "kept"
        except BaseException as error:
            failures.append(error)

    server = Thread(target=serve)
    server.start()
    for _ in range(3):
        assert command.run("rotate").returncode == 0
    stop.set()
    server.join()
    assert failures == []
    assert len(stored) > 3
    assert {vault.reveal(each) for each in stored} == {"kept"}


def test_a_secret_of_a_lost_key_is_kept_and_reported(home: Path):
    vault.store("lost")
    (home / "secret.key").unlink()
    found = vault.store("found")
    done = command.run("rotate")
    assert done.stdout.splitlines() == [
        "1 secret encrypted with the new key.",
        "1 secret cannot be read with any known key; enter them again.",
    ]
    assert vault.reveal(found) == "found"


def test_a_key_of_the_environment_is_not_rotated_but_the_procedure_is_described(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    old, new = (command.run_here(capsys, "new-key").stdout.strip() for _ in range(2))
    monkeypatch.setenv("PROTO_DDF_SECRET_KEY", old)
    get_settings.cache_clear()
    reference = vault.store("text")
    refused = command.run_here(capsys, "rotate")
    assert refused.returncode == 1
    assert "PROTO_DDF_PREVIOUS_SECRET_KEY to the old key" in refused.stderr
    assert old not in refused.stdout + refused.stderr
    done = command.run("rotate", PROTO_DDF_SECRET_KEY=new, PROTO_DDF_PREVIOUS_SECRET_KEY=old)
    assert done.stdout.splitlines() == [
        "1 secret encrypted with the new key.",
        "PROTO_DDF_PREVIOUS_SECRET_KEY is no longer needed.",
    ]
    monkeypatch.setenv("PROTO_DDF_SECRET_KEY", new)
    get_settings.cache_clear()
    assert vault.reveal(reference) == "text"
    assert not (home / "secret.key").exists()


def test_secrets_of_the_key_file_move_to_a_key_of_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    reference = vault.store("text")
    previous = (home / "secret.key").read_text().strip()
    monkeypatch.setenv("PROTO_DDF_SECRET_KEY", Fernet.generate_key().decode())
    monkeypatch.setenv("PROTO_DDF_PREVIOUS_SECRET_KEY", previous)
    get_settings.cache_clear()
    assert vault.reveal(reference) == "text"
    assert vault.rotate() == (1, 0)
    monkeypatch.delenv("PROTO_DDF_PREVIOUS_SECRET_KEY")
    get_settings.cache_clear()
    assert vault.reveal(reference) == "text"


def test_a_previous_key_without_a_present_one_is_refused(capsys: pytest.CaptureFixture[str]):
    done = command.run_here(
        capsys, "rotate", PROTO_DDF_PREVIOUS_SECRET_KEY=Fernet.generate_key().decode()
    )
    assert (done.returncode, done.stderr) == (
        2,
        "PROTO_DDF_PREVIOUS_SECRET_KEY needs PROTO_DDF_SECRET_KEY\n",
    )


@pytest.mark.parametrize("arguments", [(), ("turn",), ("rotate", "now")])
def test_what_is_no_command_shows_how_to_use_it(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    assert (
        command.run_here(capsys, *arguments).stderr
        == "Usage: python -m proto_ddf.vault rotate|new-key\n"
    )
