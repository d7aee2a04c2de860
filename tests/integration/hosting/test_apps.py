"""Real processes of a real app."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from proto_ddf import errors
from proto_ddf.db import engine as database
from proto_ddf.db.tables import AppState, PortReservation
from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import app_logs, app_processes, apps, records
from proto_ddf.hosting.app_access import set_sign_in
from proto_ddf.hosting.health import listens
from proto_ddf.hosting.launch import RUNNER, folder
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.hosting.records import AppView
from proto_ddf.hosting.watcher import Watcher, adopt_all
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.progress import NoProgress
from proto_ddf.serving.settings import ServingSettings
from proto_ddf.settings import PROJECT_ROOT, get_settings
from tests.chromium import CHROMIUM, MISSING
from tests.ports import free_port
from tests.servers.certificates import certificates

IS_HYDRATED = """() => {
  const count = document.getElementById("count");
  return Boolean(count) && Object.keys(count).some((name) => name.startsWith("__reactProps"));
}"""
"""Whether React handles the page's events."""


def run(slug: str) -> AppView:
    apps.start_app(slug)
    apps.check_app(slug)
    return view(slug)


def view(slug: str) -> AppView:
    found = apps.get_app(slug)
    assert found is not None
    return found


def pid_of(slug: str) -> int:
    pid = view(slug).pid
    assert pid is not None
    return pid


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def status_of(slug: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", view(slug).frontend_port or 0, timeout=60)
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def test_a_started_app_answers_and_is_shown_as_running(app: str) -> None:
    seen = run(app)
    assert seen.state is AppState.RUNNING
    assert seen.health["http"] is True
    assert seen.memory_bytes > 0
    assert seen.address == f"http://127.0.0.1:{seen.frontend_port}"
    assert status_of(app, "/") == 200
    assert status_of(app, "/second") == 200
    assert status_of(app, "/nowhere") == 404


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_built_pages_work_in_a_browser(app: str, host: str) -> None:
    use_in_browser(f"http://{host}:{run(app).frontend_port}")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_built_pages_work_by_https(built_app: str, host: str, tmp_path: Path) -> None:
    port = free_port()
    write_certificate(tmp_path)
    settings = ServingSettings(
        tls_cert=str(tmp_path / "cert.pem"), tls_key=str(tmp_path / "key.pem")
    )
    process = subprocess.Popen(
        [sys.executable, "-P", str(RUNNER), "--port", str(port), "--log", "logs/app.log"],
        cwd=folder(built_app),
        env=os.environ | settings.to_variable(),
    )
    try:
        deadline = time.monotonic() + 60
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        use_in_browser(f"https://{host}:{port}")
    finally:
        process.terminate()
        process.wait(60)


def write_certificate(folder: Path) -> None:
    good = certificates().good
    (folder / "cert.pem").write_bytes(good.chain)
    (folder / "key.pem").write_bytes(good.key)


def use_in_browser(address: str) -> None:
    from playwright.sync_api import expect, sync_playwright

    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(ignore_https_errors=True)
        page.on("pageerror", lambda error: errors.append(str(error)))
        expect.set_options(timeout=60_000)
        page.goto(f"{address}/")
        page.wait_for_function(IS_HYDRATED)
        expect(page.locator("#count")).to_have_text("0")
        page.get_by_role("button", name="Add").click()
        expect(page.locator("#count")).to_have_text("1")
        page.get_by_role("link", name="Second").click()
        expect(page.get_by_role("heading", name="Second page")).to_be_visible()
        page.goto(f"{address}/second")
        expect(page.get_by_role("heading", name="Second page")).to_be_visible()
        browser.close()
    assert errors == []


def test_an_app_is_limited_in_memory_and_open_files(app: str) -> None:
    process = psutil.Process(run(app).pid)
    settings = get_settings()
    memory = settings.app_memory_mb * 1_000_000
    assert process.rlimit(psutil.RLIMIT_DATA) == (memory, memory)
    files = settings.app_open_files
    assert process.rlimit(psutil.RLIMIT_NOFILE) == (files, files)


def listening(slug: str) -> list[str]:
    return [
        connection.laddr.ip
        for connection in psutil.Process(pid_of(slug)).net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    ]


@pytest.fixture
def on_all_addresses(app: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ENABLE_AUTH", "accounts")
    monkeypatch.setenv("APPS_HOST", "0.0.0.0")
    get_settings.cache_clear()
    yield
    apps.stop_app(app)
    set_sign_in(app, needed=False)
    monkeypatch.undo()
    get_settings.cache_clear()


def answer_at_another_address(slug: str, host: str) -> tuple[int, str]:
    """The status and the Location header of the first page, asked at another address of this machine than 127.0.0.1."""
    port = view(slug).frontend_port or 0
    with closing(http.client.HTTPConnection("127.0.0.2", port, timeout=60)) as connection:
        headers = {"Host": f"{host}:{port}", "Accept": "text/html"}
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("location", "")


@pytest.mark.usefixtures("on_all_addresses")
def test_an_app_that_is_open_to_this_machine_listens_on_loopback_only(app: str) -> None:
    run(app)
    assert listening(app) == [view(app).listens_on] == ["127.0.0.1"]
    with pytest.raises(ConnectionRefusedError):
        answer_at_another_address(app, "127.0.0.2")


@pytest.mark.usefixtures("on_all_addresses")
def test_an_app_that_needs_sign_in_listens_elsewhere_and_knows_its_hosts(app: str) -> None:
    set_sign_in(app, needed=True)
    assert run(app).state is AppState.RUNNING
    assert listening(app) == [view(app).listens_on] == ["0.0.0.0"]
    status, location = answer_at_another_address(app, "127.0.0.2")
    assert status == 303
    server = f"http://127.0.0.2:{get_settings().port}"
    assert location.startswith(f"{server}/apps/{app}/enter")
    assert answer_at_another_address(app, "evil.example") == (400, "")
    set_sign_in(app, needed=False)
    apps.restart_app(app)
    assert listening(app) == ["127.0.0.1"]


@pytest.mark.usefixtures("on_all_addresses")
def test_an_app_that_listens_elsewhere_than_is_set_is_started_again_by_the_next_server(
    app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_sign_in(app, needed=True)
    first = run(app).pid
    monkeypatch.setenv("APPS_HOST", "127.0.0.1")
    get_settings.cache_clear()
    adopt_all()
    watcher = Watcher()
    watcher.tick()
    watcher.close()
    app_processes.wait_until_listening(records.read(app), NoProgress())
    assert pid_of(app) != first
    assert listening(app) == ["127.0.0.1"]


@pytest.mark.usefixtures("on_all_addresses")
def test_an_app_that_needs_sign_in_has_the_certificate_of_the_server(
    app: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificate(tmp_path)
    monkeypatch.setenv("TLS_CERT", str(tmp_path / "cert.pem"))
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "key.pem"))
    get_settings.cache_clear()
    set_sign_in(app, needed=True)
    seen = run(app)
    assert seen.health["http"] is True
    assert seen.address == f"https://127.0.0.1:{seen.frontend_port}"
    authority = certificates().write_authority(tmp_path / "authority.pem")
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False  # it is not for 127.0.0.2
    port = seen.frontend_port or 0
    with closing(http.client.HTTPSConnection("127.0.0.2", port, timeout=60, context=context)) as by:
        by.request("GET", "/", headers={"Accept": "text/html"})
        location = by.getresponse().headers["location"]
    assert location.startswith(f"https://127.0.0.2:{get_settings().port}/apps/{app}/enter")


@pytest.mark.parametrize(
    ("host", "accepted"), [("127.0.0.1", True), ("localhost", True), ("evil", False)]
)
def test_only_the_apps_own_pages_can_open_its_websocket(
    app: str, host: str, accepted: bool
) -> None:
    port = run(app).frontend_port or 0
    upgrade = {
        "Origin": f"http://{host}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        connection.request("GET", "/_event/?EIO=4&transport=websocket", headers=upgrade)
        assert (connection.getresponse().status == 101) is accepted


def test_starting_twice_starts_only_one_process(app: str) -> None:
    first = run(app).pid
    assert run(app).pid == first


def test_restart_replaces_the_process_and_leaves_none_behind(app: str) -> None:
    first = run(app).pid
    assert first is not None
    apps.restart_app(app)
    apps.check_app(app)
    assert pid_of(app) != first
    assert not psutil.pid_exists(first)


def test_stop_ends_the_whole_process_tree(app: str) -> None:
    (folder(app) / "with_child").touch()
    pid = run(app).pid
    (child,) = psutil.Process(pid).children()
    apps.stop_app(app)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert not psutil.pid_exists(pid or 0)
    assert view(app).state is AppState.STOPPED
    assert view(app).pid is None


def test_check_waits_longer_for_an_app_that_gives_no_answer_yet(
    app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine with much to do the first answer of an app takes long. A wrong answer says more than none."""
    monkeypatch.setattr(apps, "CHECK_SECONDS", 0.1)
    apps.start_app(app)
    os.kill(pid_of(app), signal.SIGSTOP)
    threading.Timer(4, os.kill, (pid_of(app), signal.SIGCONT)).start()
    apps.check_app(app)
    assert view(app).state is AppState.RUNNING


def test_an_app_that_hangs_is_degraded_and_can_be_stopped(
    app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_processes, "GRACE_SECONDS", 0.5)
    watcher = Watcher()
    os.kill(run(app).pid or 0, signal.SIGSTOP)
    watcher.tick()
    assert view(app).state is AppState.DEGRADED
    assert view(app).health["process"] is True
    assert view(app).health["http"] is False
    pid = pid_of(app)
    os.kill(pid, signal.SIGCONT)

    def running() -> bool:
        watcher.tick()
        return view(app).state is AppState.RUNNING

    wait_for(running)
    os.kill(pid, signal.SIGSTOP)
    apps.stop_app(app)
    assert not psutil.pid_exists(pid)


def test_a_killed_app_is_started_again(app: str) -> None:
    first = run(app).pid
    ahead = [0.0]
    watcher = Watcher(clock=lambda: time.time() + ahead[0])
    os.kill(first or 0, signal.SIGKILL)
    wait_for(lambda: view(app).pid is None)
    watcher.tick()
    assert view(app).state is AppState.RESTARTING
    assert view(app).next_restart_at is not None
    ahead[0] = 2.0
    watcher.tick()

    def running() -> bool:
        watcher.tick()
        return view(app).state is AppState.RUNNING

    wait_for(running)
    assert view(app).pid not in (None, first)
    assert view(app).crashes == 1


def test_an_app_whose_event_loop_is_frozen_is_ended_and_started_again(app: str) -> None:
    (folder(app) / "short_limit").touch()
    run(app)
    pid = pid_of(app)
    (folder(app) / "freeze").touch()
    wait_for(lambda: view(app).pid is None, 120)
    (folder(app) / "freeze").unlink()
    log = "\n".join(app_logs.app_log(app))
    assert "The event loop has not run for 2 seconds. All threads:" in log
    assert "in freeze_when_asked" in log
    ahead = [0.0]
    watcher = Watcher(clock=lambda: time.time() + ahead[0])
    watcher.tick()
    assert "The event loop has not run" in view(app).last_error
    ahead[0] = 2.0
    watcher.tick()
    watcher.close()
    app_processes.wait_until_listening(records.read(app), NoProgress())
    assert pid_of(app) != pid


def test_an_app_that_crashes_at_start_reports_why_and_starts_when_it_is_repaired(app: str) -> None:
    (folder(app) / "break_import").touch()
    with pytest.raises(errors.SystemError) as caught:
        apps.start_app(app)
    assert caught.value.code == "app_start_failed"
    assert caught.value.context["reason"] == "RuntimeError: broken on purpose"
    assert any("broken on purpose" in line for line in caught.value.context["log"])
    assert view(app).state is AppState.FAILED
    assert "broken on purpose" in view(app).last_error
    (folder(app) / "break_import").unlink()
    assert run(app).last_error == ""


def test_a_port_taken_by_another_program_is_reported(app: str) -> None:
    port = run(app).frontend_port or 0
    apps.stop_app(app)
    with (
        closing(socket.create_server(("127.0.0.1", port))),
        pytest.raises(errors.SystemError) as caught,
    ):
        apps.start_app(app)
    assert caught.value.code == "port_in_use"
    assert caught.value.context["port"] == port
    assert run(app).state is AppState.RUNNING


def test_an_app_that_never_ran_takes_another_port_when_its_own_was_taken(app: str) -> None:
    records.change(app, started_at=None)
    port = view(app).frontend_port or 0
    with closing(socket.create_server(("127.0.0.1", port))):
        assert run(app).frontend_port != port
        assert PORT_REGISTRY.get(app) == (view(app).frontend_port, view(app).backend_port)


def test_an_app_that_has_a_port_that_browsers_refuse_gets_another(app: str) -> None:
    """Earlier releases reserved such ports. An app that had one gets another, because no browser could open it."""
    run(app)
    apps.stop_app(app)
    with database.session() as db:
        reservation = db.get_one(PortReservation, app)
        reservation.frontend = 4045
        db.commit()
    records.change(app, frontend_port=4045)
    assert run(app).frontend_port not in BLOCKED_PORTS
    assert PORT_REGISTRY.get(app) == (view(app).frontend_port, view(app).backend_port)


def test_an_app_keeps_running_without_the_server_and_the_next_one_adopts_it(app: str) -> None:
    code = f"from proto_ddf.hosting import apps; apps.start_app({app!r}); apps.check_app({app!r})"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=True, timeout=240)
    pid = pid_of(app)
    adopt_all()
    assert pid_of(app) == pid
    assert view(app).state is AppState.RUNNING
    assert status_of(app, "/") == 200


def test_a_process_that_the_server_could_not_record_is_found_and_ended(app: str) -> None:
    lost = run(app).pid
    records.change(app, pid=None, pid_create_time=None, state=AppState.STOPPED)
    assert run(app).pid != lost
    wait_for(lambda: not psutil.pid_exists(lost or 0))


def test_a_server_that_is_asked_to_end_its_apps_remembers_which_should_run(app: str) -> None:
    pid = run(app).pid
    assert apps.stop_all_processes() == 1
    assert not psutil.pid_exists(pid or 0)
    adopt_all()
    assert view(app).state is AppState.RESTARTING


def test_an_app_inherits_no_listening_socket(app: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as ours:
        ours.set_inheritable(True)
        port = ours.getsockname()[1]
        process = psutil.Process(run(app).pid)
        assert port not in {connection.laddr.port for connection in process.net_connections()}


def test_no_secret_of_the_server_s_environment_reaches_an_app(
    app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "secret-value")
    process = psutil.Process(run(app).pid)
    assert "SOME_TOKEN" not in process.environ()
    assert process.environ()["DATABASE_URL"] == f"sqlite:///{folder(app) / 'data' / 'app.db'}"
    assert "sqlite" not in " ".join(process.cmdline())


def test_the_log_can_be_searched(app: str) -> None:
    run(app)
    assert any(line.startswith("Starting on") for line in app_logs.app_log(app))
    assert app_logs.app_log(app, search="starting ON")
    assert app_logs.app_log(app, search="no such words") == []


def test_a_name_that_another_app_has_is_refused_and_a_repeated_step_is_not(app: str) -> None:
    spec = AppSpec(name="Tiny app", slug=app, tables=[], imported=True)
    apps.create_app(spec, None, "operation")
    with pytest.raises(ValidationError) as caught:
        apps.create_app(spec, None, "another operation")
    assert caught.value.code == "project_name_taken"
    assert caught.value.field == "name"


def test_removing_an_app_leaves_nothing_behind(app: str) -> None:
    spec = AppSpec(name="Gone", slug="gone", tables=[], imported=True)
    apps.create_app(spec, None, "operation")
    apps.set_ports("gone", PORT_REGISTRY.reserve_pair("gone"))
    (folder("gone") / "data").mkdir(parents=True)
    apps.remove_app("gone")
    apps.remove_app("gone")
    assert apps.get_app("gone") is None
    assert PORT_REGISTRY.get("gone") is None
    assert not folder("gone").exists()
