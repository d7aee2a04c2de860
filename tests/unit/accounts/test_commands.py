"""python -m proto_ddf.accounts"""

import sys

import pytest

from proto_ddf.accounts import __main__ as command
from proto_ddf.accounts import sign_in
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.settings import get_settings
from tests.unit.accounts.conftest import CLIENT, PASSWORD, add


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["accounts", *arguments])
    command.main()


@pytest.mark.usefixtures("database")
def test_link_prints_a_link_that_lets_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("ENABLE_AUTH", "token")
    get_settings.cache_clear()
    SESSIONS.load()
    run(monkeypatch, "link")
    link = capsys.readouterr().out.split()[-1]
    assert link.startswith(f"{get_settings().address}/enter?token=")
    assert SESSIONS.find(sign_in.enter(link.partition("token=")[2], CLIENT))


@pytest.mark.usefixtures("accounts_mode")
def test_link_is_for_the_set_up_until_there_is_an_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    run(monkeypatch, "link")
    assert "/set-up?token=" in capsys.readouterr().out
    add("Ada")
    run(monkeypatch, "link")
    assert capsys.readouterr().out == (
        f"No link is needed: open {get_settings().address}/sign-in\n"
    )


@pytest.mark.usefixtures("accounts_mode")
def test_reset_ends_the_sessions_and_prints_a_link(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    add("Ada")
    cookie = sign_in.sign_in("Ada", PASSWORD, CLIENT)
    run(monkeypatch, "reset", "ADA")
    link = capsys.readouterr().out.split()[-1]
    assert sign_in.set_up_of(link.partition("token=")[2]) == sign_in.SetUp("Ada")
    assert SESSIONS.find(cookie) is None


@pytest.mark.usefixtures("accounts_mode")
@pytest.mark.parametrize("arguments", [(), ("reset",), ("reset", "nobody"), ("other",)])
def test_what_cannot_be_done_is_said(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]):
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    assert isinstance(ended.value.code, str)
