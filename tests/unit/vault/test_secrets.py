"""Secrets in the vault, on a real database and key file."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf import errors, vault
from proto_ddf.db.tables import utc_now
from proto_ddf.errors import describe
from proto_ddf.redaction import HIDDEN, hide, scrub_text
from proto_ddf.settings import PROJECT_ROOT, get_settings
from tests.unit.vault import command

PLANTED = "corr3ct hörse"


def bytes_of(home: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def unreadable(reference: str) -> dict[str, object]:
    with pytest.raises(errors.SystemError) as caught:
        vault.reveal(reference)
    return describe(caught.value)


@pytest.fixture
def given_key(monkeypatch: pytest.MonkeyPatch) -> str:
    key = Fernet.generate_key().decode()
    monkeypatch.setenv("PROTO_DDF_SECRET_KEY", key)
    get_settings.cache_clear()
    return key


@pytest.mark.parametrize("text", ["x", PLANTED, " blanks ", "line\nline", "'\"\\%", "😀" * 1000])
def test_what_is_stored_is_read_again(text: str):
    assert vault.reveal(vault.store(text)) == text


def test_nothing_needs_no_secret():
    assert vault.store("") == ""
    assert vault.reveal("") == ""


def test_no_byte_of_the_home_folder_holds_the_secret(home: Path):
    reference = vault.store(PLANTED)
    assert reference.encode().removeprefix(b"secret:") in bytes_of(home)
    assert PLANTED.encode() not in bytes_of(home)
    (home / "planted").write_text(PLANTED)  # what finds nothing proves nothing
    assert PLANTED.encode() in bytes_of(home)


def test_the_same_secret_twice_is_two_references_and_two_tokens(home: Path):
    assert vault.store(PLANTED) != vault.store(PLANTED)
    with sqlite3.connect(home / "proto_ddf.db") as database:
        tokens = database.execute("SELECT token FROM secret").fetchall()
    assert len(set(tokens)) == 2


def test_the_key_file_is_the_owners_alone(home: Path):
    before = os.umask(0)
    try:
        vault.store(PLANTED)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600


def test_processes_that_store_the_first_secret_at_once_agree_about_the_key(home: Path):
    script = "import sys; from proto_ddf import vault; print(vault.store(sys.stdin.read()))"
    command = [sys.executable, "-c", script]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, cwd=PROJECT_ROOT, **pipes) for _ in range(3)]
    references = [process.communicate(PLANTED)[0].strip() for process in running]
    assert [vault.reveal(reference) for reference in references] == [PLANTED] * 3
    assert sorted(path.name for path in home.glob("secret.key*")) == ["secret.key"]


def test_what_a_killed_process_left_of_a_key_file_is_no_trouble(home: Path):
    (home / "secret.key.new").write_text("half")
    assert vault.reveal(vault.store(PLANTED)) == PLANTED
    assert not (home / "secret.key.new").exists()


@pytest.mark.parametrize(
    "reference", ["secret:0123456789abcdef0123456789abcdef", "secret:x", PLANTED]
)
def test_a_reference_to_nothing_says_so_at_the_password(reference: str):
    told = unreadable(reference)
    assert (told["code"], told["field"]) == ("secret_unreadable", "password")
    assert told["retry_possible"] is True
    assert PLANTED not in json.dumps(told)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is gone"),
        pytest.param(Fernet.generate_key().decode(), "stored with another key", id="another key"),
        ("", "is damaged"),
        ("not a key", "is damaged"),
        ("schlüssel", "is damaged"),
    ],
)
def test_a_lost_wrong_or_damaged_key_says_so_at_the_password(
    home: Path, content: str | None, reason: str
):
    reference = vault.store(PLANTED)
    (home / "secret.key").unlink()
    if content is not None:
        (home / "secret.key").write_text(content)
    told = unreadable(reference)
    assert (told["code"], told["field"]) == ("secret_unreadable", "password")
    assert reason in str(told["message"])


def test_a_damaged_key_file_is_not_replaced(home: Path):
    (home / "secret.key").write_text("not a key")
    with pytest.raises(errors.SystemError) as caught:
        vault.store(PLANTED)
    assert caught.value.code == "secret_not_stored"
    assert (home / "secret.key").read_text() == "not a key"


def test_after_the_key_was_lost_secrets_can_be_stored_again(home: Path):
    lost = vault.store(PLANTED)
    (home / "secret.key").unlink()
    assert vault.reveal(vault.store("another")) == "another"
    assert unreadable(lost)["code"] == "secret_unreadable"


def test_a_key_from_the_environment_is_used_instead_of_a_file(home: Path, given_key: str):
    assert vault.reveal(vault.store(PLANTED)) == PLANTED
    assert not (home / "secret.key").exists()
    assert given_key.encode() not in bytes_of(home)


@pytest.mark.parametrize("key", ["", "passphrase", "QUJD", "é" * 44])
def test_a_bad_key_in_the_environment_is_one_line_that_does_not_print_it(
    key: str, capsys: pytest.CaptureFixture[str]
):
    done = command.run_here(capsys, "rotate", PROTO_DDF_SECRET_KEY=key)
    assert done.returncode == 2
    assert done.stderr.startswith("PROTO_DDF_SECRET_KEY: it must be 32 random bytes")
    assert done.stderr.count("\n") == 1
    assert not key or key not in done.stdout + done.stderr


def test_discarded_secrets_are_gone_and_others_stay():
    gone, stays = vault.store("one"), vault.store("two")
    vault.discard([gone, "", "no reference", "secret:0123456789abcdef0123456789abcdef"])
    assert vault.existing_references([gone, stays, ""]) == {stays}
    assert unreadable(gone)["code"] == "secret_unreadable"


def test_secrets_that_nobody_names_go_once_they_are_old():
    named, left = vault.store("named"), vault.store("left")
    now, later = utc_now() - timedelta(minutes=1), utc_now() + timedelta(minutes=1)
    assert vault.prune(now, lambda _opened: set()) == 0
    assert vault.prune(later, lambda _opened: {named}) == 1
    assert vault.existing_references([named, left]) == {named}


def test_references_are_found_inside_a_text():
    one, two = vault.store("one"), vault.store("two")
    assert vault.references_in(f"{one}, x{two}{two} secret:0123 secret:") == [one, two, two]


def test_what_is_a_reference():
    assert vault.is_reference(vault.store("text"))
    assert not any(map(vault.is_reference, ["", "secret:", "secret:0123", PLANTED]))


def test_a_secret_that_was_stored_or_read_is_hidden_wherever_it_turns_up():
    vault.store('stored "one"')
    assert scrub_text('FATAL: stored "one"!') == f"FATAL: {HIDDEN}!"
    assert scrub_text(json.dumps({"x": 'a stored "one" b'})) == f'{{"x": "a {HIDDEN} b"}}'
    assert scrub_text("x://h/?q=stored%20%22one%22") == f"x://h/?q={HIDDEN}"
    assert scrub_text("x" * 100 + 'stored "one"' + "x" * 100, limit=106).count("stored") == 0


def test_a_short_secret_does_not_hide_plain_words():
    vault.store("at")
    assert scrub_text("look at this") == "look at this"


@settings(max_examples=50)
@given(st.text(min_size=6, max_size=50).filter(lambda text: text not in HIDDEN))
def test_no_spelling_of_a_secret_is_left(secret: str):
    secret = secret.encode("utf-8", "replace").decode()
    hide(secret)
    for text in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert text not in scrub_text(f"({text})")
