"""Kills: of the server in each step of a generation, of apps, and of all processes at once."""

import contextlib
import csv
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from proto_ddf.generator.names import TEMPLATES
from tests.browser.conftest import Server
from tests.browser.driving import (
    GENERATE_MS,
    SOON_MS,
    app_row,
    connect_file,
    fill_generate_form,
    open_app_address,
    rows,
    start_generation,
    step,
    step_runs,
    wait_until,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

READINGS = 1_000
"""The number of rows of the imported file."""


def test_server_is_killed_in_each_step_of_a_generation(
    page: Page, make_server: Callable[..., Any], readings: Path
) -> None:
    server = make_server(ALLOWED_FOLDERS=json.dumps([str(readings.parent)]))
    connect_file(page, server.url, readings, "Readings", kind="CSV")
    fill_generate_form(page, server.url, "Killed readings", source="Readings")
    page.evaluate("window.sameTab = true")
    app = server.home / "apps" / "killed_readings"
    os.utime(readings, (0, 0))  # a changed file is read again
    with held(readings):
        operation = start_generation(page)
        kill_in(server, operation, "validate")
    with ports_locked(server.home):
        server.launch()
        kill_in(server, operation, "reserve_ports")
    with held(TEMPLATES / "rxconfig.py.jinja"):
        server.launch()
        kill_in(server, operation, "render")
    os.utime(readings)
    with held(readings):
        server.launch()
        kill_in(server, operation, "import")
    with held(app / "rxconfig.py"):
        server.launch()
        kill_in(server, operation, "install")
    server.launch()
    expect(step(page, "build")).to_contain_text("Bundling the pages", timeout=GENERATE_MS)
    builders = set(server.processes())
    assert builders
    kill_in(server, operation, "build")
    server.launch()
    wait_for_step(server.home, operation, "build", runs=2, child=True)
    assert not builders & set(server.processes())
    log = app / "logs" / "app.log"
    log.parent.mkdir(exist_ok=True)
    log.touch()
    with held(log):
        kill_in(server, operation, "start")
    server.launch()
    with app_stopped_as_it_begins_to_listen(server, "killed_readings"):
        kill_in(server, operation, "check")
    server.launch()

    address = open_app_address(page)
    assert page.evaluate("window.sameTab")
    assert httpx.get(address).status_code == 200
    assert set(step_runs(server.home, operation).values()) == {("succeeded", 2)}
    database = server.home / "proto_ddf.db"
    assert rows(database, "select slug, state from app") == [("killed_readings", "RUNNING")]
    assert rows(database, "select count(*) from port_reservation") == [(1,)]
    assert rows(database, "select count(*) from operation where kind = 'generate_app'") == [(1,)]
    assert [path.name for path in (server.home / "apps").iterdir()] == ["killed_readings"]
    imported = server.home / "apps" / "killed_readings" / "data" / "app.db"
    assert rows(imported, "select count(*) from readings") == [(READINGS,)]
    assert [process.pid for process in server.processes()] == [app_pid(server)]


def test_app_that_is_killed_is_started_again(page: Page, hosted: Server) -> None:
    page.goto(f"{hosted.url}/apps")
    expect(app_row(page)).to_have_attribute("data-state", "running")
    pid = app_pid(hosted)
    os.kill(pid, signal.SIGKILL)
    expect(app_row(page)).to_contain_text("Recent crashes: 1", timeout=SOON_MS)
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)
    wait_until(lambda: answers(app_address(hosted)))
    assert app_pid(hosted) != pid


def test_apps_keep_running_without_the_server_and_the_next_one_adopts_them(
    page: Page, hosted: Server
) -> None:
    page.goto(f"{hosted.url}/apps")
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)
    pid = app_pid(hosted)
    hosted.terminate()
    assert [process.pid for process in hosted.processes()] == [pid]
    assert httpx.get(app_address(hosted)).status_code == 200
    hosted.start()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
    assert app_pid(hosted) == pid

    app_row(page).get_by_role("button", name="Stop", exact=True).click()
    expect(app_row(page)).to_have_attribute("data-state", "stopped", timeout=SOON_MS)
    assert hosted.processes() == []
    app_row(page).get_by_role("button", name="Start", exact=True).click()
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)


def test_a_draft_survives_a_kill(page: Page, hosted: Server) -> None:
    fill_generate_form(page, hosted.url, "Kept draft", editing=True)
    page.get_by_label("Title of the chart").first.fill("My own chart")
    page.get_by_label("Title of the chart").first.blur()
    expect(page.get_by_label("Title of the chart My own chart")).to_be_visible()
    page.evaluate("window.sameTab = true")
    hosted.kill()
    expect(page.get_by_text("Connected", exact=True)).to_have_count(0)
    hosted.start()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=SOON_MS)
    for sameTab in (True, None):
        assert page.evaluate("window.sameTab") == sameTab
        expect(page.get_by_label("Project name")).to_have_value("Kept draft")
        expect(page.get_by_text("allowed", exact=True)).to_be_visible()
        expect(page.get_by_label("Title of the chart").first).to_have_value("My own chart")
        page.reload()


def test_server_is_killed_while_an_app_is_being_stopped(page: Page, hosted: Server) -> None:
    page.goto(f"{hosted.url}/apps")
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)
    os.kill(app_pid(hosted), signal.SIGSTOP)  # the app cannot end by itself
    app_row(page).get_by_role("button", name="Stop", exact=True).click()
    running = "select id from operation where kind = 'stop_app' and state = 'RUNNING'"
    wait_until(lambda: bool(rows(hosted.home / "proto_ddf.db", running)))
    hosted.kill()
    hosted.start()
    start = app_row(page).get_by_role("button", name="Start", exact=True)
    expect(start).to_be_enabled(timeout=SOON_MS)
    assert hosted.processes() == []
    start.click()
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)


def test_apps_that_ran_before_a_reboot_run_again(page: Page, hosted: Server) -> None:
    page.goto(f"{hosted.url}/apps")
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)
    reboot(hosted)
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)
    wait_until(lambda: answers(app_address(hosted)))

    app_row(page).get_by_role("button", name="Stop", exact=True).click()
    expect(app_row(page)).to_have_attribute("data-state", "stopped", timeout=SOON_MS)
    reboot(hosted)
    expect(app_row(page).get_by_role("button", name="Start", exact=True)).to_be_enabled(
        timeout=SOON_MS
    )
    assert hosted.processes() == []
    app_row(page).get_by_role("button", name="Start", exact=True).click()
    expect(app_row(page)).to_have_attribute("data-state", "running", timeout=SOON_MS)


def test_stop_ends_a_suspended_server_with_its_apps_and_builds(page: Page, hosted: Server) -> None:
    fill_generate_form(page, hosted.url, "Half built")
    operation = start_generation(page)
    wait_for_step(hosted.home, operation, "build", child=True)
    assert hosted.process is not None
    hosted.process.send_signal(signal.SIGSTOP)
    hosted.stop()
    wait_until(lambda: not hosted.processes())
    assert hosted.process.returncode == -signal.SIGKILL
    hosted.start()
    open_app_address(page)


def test_stop_leaves_no_process_whatever_was_in_progress(page: Page, hosted: Server) -> None:
    fill_generate_form(page, hosted.url, "Half made")
    operation = start_generation(page)
    wait_for_step(hosted.home, operation, "build", child=True)
    hosted.stop()
    assert hosted.processes() == []

    hosted.launch()
    wait_for_step(hosted.home, operation, "build", runs=2, child=True)
    hosted.kill()
    hosted.stop()
    wait_until(lambda: not hosted.processes())


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    file = tmp_path / "data" / "readings.csv"
    file.parent.mkdir()
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["station", "day", "degrees"])
        writer.writerows(
            (f"S{n % 50}", f"2024-01-{n % 28 + 1:02}", n % 40) for n in range(READINGS)
        )
    return file


def app_pid(server: Server) -> int:
    [(pid,)] = rows(server.home / "proto_ddf.db", "select pid from app where pid is not null")
    return int(pid)


def app_address(server: Server) -> str:
    [(port,)] = rows(server.home / "proto_ddf.db", "select frontend from port_reservation")
    return f"http://127.0.0.1:{port}"


def reboot(server: Server) -> None:
    """End all processes at once, as a reboot of the machine does, and start only the server."""
    server.kill()
    for process in server.processes():
        process.kill()
    server.start()


def answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address).status_code == 200
    return False


def kill_in(server: Server, operation: str, name: str) -> None:
    """kill -9 of the server's process alone while a step runs; checks in the journal that the step was running."""
    wait_for_step(server.home, operation, name)
    server.kill()
    assert step_runs(server.home, operation)[name] == ("running", 1)


def wait_for_step(
    home: Path, operation: str, name: str, *, runs: int = 1, child: bool = False
) -> None:
    """Wait until a step is in run number `runs` and, with `child`, has started a process."""
    query = "select state, runs, child_pid from operation_step where operation_id = ? and name = ?"
    before = rows(home / "proto_ddf.db", query, operation, name)[0][2]
    deadline = time.monotonic() + GENERATE_MS / 1000
    while True:
        [(state, ran, pid)] = rows(home / "proto_ddf.db", query, operation, name)
        if state == "RUNNING" and ran == runs and (not child or pid not in (None, before)):
            return
        assert state in ("PENDING", "RUNNING"), f"{name}: {state}"
        assert ran <= runs, f"{name} went by unseen"
        assert time.monotonic() < deadline, f"{name}: {state}, run {ran}"
        time.sleep(0.005)


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Whoever opens the file waits until the end of the block, at most 45 seconds (a lease, see fcntl(2))."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # with it the system says that someone waits
    with file.open("rb") as opened:
        wait_until(lambda: _is_leased(opened.fileno()))
        yield


def _is_leased(file: int) -> bool:
    """Take a lease; False as long as another process has the file open."""
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def ports_locked(home: Path) -> Iterator[None]:
    """Another process is choosing ports: whoever wants ports has to wait."""
    with (home / "ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def app_stopped_as_it_begins_to_listen(server: Server, slug: str) -> Iterator[None]:
    """The app takes connections and does not answer, until the end of the block."""
    query = "select frontend from port_reservation where name = ?"
    [(port,)] = rows(server.home / "proto_ddf.db", query, slug)
    deadline = time.monotonic() + GENERATE_MS / 1000
    known = "select pid from app where pid is not null"
    while True:
        # Until its pid is known, the process that listens may be left from an interrupted start.
        if rows(server.home / "proto_ddf.db", known):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        assert time.monotonic() < deadline
        time.sleep(0.005)
    app = psutil.Process(app_pid(server))
    app.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        app.send_signal(signal.SIGCONT)
