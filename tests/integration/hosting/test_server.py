"""Proto-DDF's own server without a supervisor, in a separate process with a separate home folder."""

import signal
import socket
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from proto_ddf.server import StartRefusedError, announcement, check_reach, fingerprint
from proto_ddf.settings import PROJECT_ROOT, Settings
from tests.integration.hosting.own_server import START_SECONDS, Server
from tests.ports import free_port


def page_names() -> set[tuple[str, float]]:
    """The built files with their modification times."""
    folder = PROJECT_ROOT / ".web/build/client/assets"
    return {(file.name, file.stat().st_mtime) for file in folder.iterdir()}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_serves_and_ends_on_a_signal(server: Server, ending: signal.Signals) -> None:
    process = server.start()
    assert server.status() == 200
    process.send_signal(ending)
    assert process.wait(START_SECONDS) == 0
    assert "apps keep running" in server.output.read_text()


def test_it_starts_on_another_port_without_a_build(server: Server) -> None:
    process = server.start()
    process.terminate()
    process.wait(START_SECONDS)
    built = page_names()
    server.port = free_port()
    server.environment["PORT"] = str(server.port)
    server.start()
    assert server.status() == 200
    assert page_names() == built


def test_stop_ends_it(server: Server) -> None:
    process = server.start()
    stopped = server.run("stop")
    assert "Proto-DDF has stopped" in stopped.stdout
    process.wait(START_SECONDS)
    assert not psutil.pid_exists(process.pid)
    assert "was not running" in server.run("stop").stdout


def test_a_taken_port_is_reported_with_a_remedy(server: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", server.port))):
        refused = server.run("start")
    assert refused.returncode == 1
    assert f"Port {server.port} is in use" in refused.stderr
    assert "PORT=" in refused.stderr


def test_a_second_server_on_the_same_home_is_refused(server: Server) -> None:
    server.start()
    refused = server.run("start", PORT=str(free_port()))
    assert refused.returncode == 1
    assert "already runs" in refused.stderr


def test_an_address_that_other_machines_could_reach_is_refused(server: Server) -> None:
    refused = server.run("start", HOST="0.0.0.0")
    assert refused.returncode == 1
    assert "HOST=0.0.0.0 is refused" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_invalid_setting_is_reported_by_name(server: Server) -> None:
    refused = server.run("start", PORT="http")
    assert refused.returncode == 2
    assert "PORT" in refused.stderr
    assert "Traceback" not in refused.stderr


def check(**variables: str) -> None:
    check_reach(Settings(_env_file=None, **variables))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_accepted(host: str) -> None:
    check(HOST=host)
    check(PUBLIC_URL=f"https://[{host}]:8443" if ":" in host else f"http://{host}")
    if host != "localhost":
        check(APPS_HOST=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_any_other_address_is_refused_without_sign_in(host: str) -> None:
    with pytest.raises(StartRefusedError, match=f"^HOST={host} is refused"):
        check(HOST=host)
    check(HOST=host, ENABLE_AUTH="accounts")


@pytest.mark.parametrize("url", ["https://data.example.org", "http://10.0.0.5:8080"])
def test_a_public_address_is_refused_without_sign_in(url: str) -> None:
    """A proxy would pass the requests of everybody on, from this machine."""
    with pytest.raises(StartRefusedError, match=f"^PUBLIC_URL={url} is refused"):
        check(PUBLIC_URL=url)
    check(PUBLIC_URL=url, ENABLE_AUTH="token")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_apps_listen_nowhere_else_without_sign_in(host: str) -> None:
    with pytest.raises(StartRefusedError, match=f"^APPS_HOST={host} is refused"):
        check(APPS_HOST=host)
    for mode in ("token", "accounts"):
        check(APPS_HOST=host, ENABLE_AUTH=mode)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_console_says_that_all_addresses_are_none_for_other_machines(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proto_ddf.server.entry_path", lambda _settings: "")

    def told(**variables: str) -> bool:
        return "PUBLIC_URL" in "".join(announcement(Settings(_env_file=None, **variables)))

    assert told(HOST=host, ENABLE_AUTH="accounts")
    assert not told(HOST=host, ENABLE_AUTH="accounts", PUBLIC_URL="https://data.example.org")
    assert not told(HOST="192.168.1.5", ENABLE_AUTH="accounts")
    assert not told()


@pytest.mark.parametrize("changed", ["proto_ddf/page.py", "assets/own.js", "linked/shared.js"])
def test_the_pages_are_built_again_when_one_of_their_sources_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for name in ("proto_ddf", "assets", "linked"):
        (tmp_path / name).mkdir()
    (tmp_path / "assets/browser").symlink_to("../linked")
    for name in ("rxconfig.py", "requirements.txt", changed):
        (tmp_path / name).write_text("1")
    monkeypatch.setattr("proto_ddf.server.PROJECT_ROOT", tmp_path)
    before = fingerprint()
    assert fingerprint() == before
    (tmp_path / changed).write_text("2")
    assert fingerprint() != before


def test_a_port_that_browsers_refuse_to_open_is_reported_in_one_line(server: Server) -> None:
    refused = server.run("start", PORT="6000")
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines() == [
        "PORT: browsers refuse to open this port, choose another (it is '6000')"
    ]


def test_it_answers_while_three_hundred_connections_send_nothing(server: Server) -> None:
    server.start()
    with ExitStack() as opened:
        for _ in range(300):
            opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        assert server.status() == 200
