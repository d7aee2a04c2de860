"""Several people and tabs act at the same time: the same name, many builds, one operation, one app."""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    GENERATE_MS,
    SOON_MS,
    app_row,
    expect_error_at,
    fill_generate_form,
    open_app_address,
    operation_id,
    rows,
    start_generation,
    step,
    wait_until,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CROWD = 6
POSITION = "Waiting for a build slot, position "


def test_two_users_take_the_same_name_at_once(browser: Browser, hosted: Server) -> None:
    users = [browser.new_context().new_page() for _ in range(2)]
    for user in users:
        fill_generate_form(user, hosted.url, "Twin notes", source="Notes", editing=True)
        user.get_by_label("Description").fill("Mine")
        user.get_by_label("Title of the chart").first.fill("My own chart")
        user.get_by_label("Title of the chart").first.blur()
    with locked(hosted.home.parent / "notes.db"):  # both pass the form's own check
        operations = [start_generation(user) for user in users]
    database = hosted.home / "proto_ddf.db"
    failed = "select id from operation where subject = 'twin_notes' and state = 'FAILED'"
    wait_until(lambda: len(rows(database, failed)) == 1)
    [(lost,)] = rows(database, failed)
    loser = users[operations.index(lost)]
    winner = users[1 - operations.index(lost)]

    name = loser.get_by_label("Project name")
    expect(name).to_have_value("Twin notes", timeout=SOON_MS)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(loser.get_by_text("There is already an app named “Twin notes”.")).to_be_visible()
    loser.wait_for_timeout(2500)  # the operation that failed does not come back by itself
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(loser.get_by_label("Description")).to_have_value("Mine")
    expect(loser.get_by_label("Title of the chart").first).to_have_value("My own chart")
    expect(loser.get_by_text("allowed", exact=True)).to_be_visible()

    address = open_app_address(winner)
    assert httpx.get(address).status_code == 200
    assert rows(database, "select operation_id from app where slug = 'twin_notes'") == [
        (operation_id(winner),)
    ]
    for user in users:
        user.context.close()


def test_a_name_that_differs_from_another_only_in_spelling(page: Page, hosted: Server) -> None:
    generations = "select id from operation where kind = 'generate_app'"
    before = rows(hosted.home / "proto_ddf.db", generations)
    fill_generate_form(page, hosted.url, "shared-NOTES", source="Notes")
    page.get_by_role("button", name="Generate app").click()
    field = page.get_by_label("Project name")
    expect_error_at(field, "There is already an app named “Shared notes”")
    expect(field).to_have_value("shared-NOTES")
    assert rows(hosted.home / "proto_ddf.db", generations) == before


def test_double_click_makes_one_operation_and_a_cancel_shows_in_both_tabs(
    page: Page, context: BrowserContext, hosted: Server
) -> None:
    fill_generate_form(page, hosted.url, "Brief notes", source="Notes")
    page.get_by_role("button", name="Generate app").dblclick()
    expect(step(page, "validate")).to_be_visible(timeout=SOON_MS)
    other = context.new_page()
    other.goto(f"{hosted.url}/operations/{operation_id(page)}")
    other.get_by_role("button", name="Cancel").click()
    other.get_by_role("alertdialog").get_by_role("button", name="Cancel operation").click()
    for tab in (page, other):
        panel = tab.locator("[data-operation]")
        expect(panel).to_have_attribute("data-state", "cancelled", timeout=SOON_MS)
    database = hosted.home / "proto_ddf.db"
    operations = "select state from operation where subject = 'brief_notes'"
    assert rows(database, operations) == [("CANCELLED",)]

    page.get_by_role("button", name="Back to the form").click()
    page.wait_for_timeout(2500)  # the cancelled operation does not come back by itself
    expect(page.get_by_label("Project name")).to_have_value("Brief notes")
    finished = "select finished_at from operation where subject = 'brief_notes'"
    wait_until(lambda: rows(database, finished) != [(None,)])
    assert rows(database, "select * from app where slug = 'brief_notes'") == []


def test_start_and_stop_in_two_tabs_at_once(
    page: Page, context: BrowserContext, hosted: Server
) -> None:
    tabs = [page, context.new_page()]
    for tab in tabs:
        tab.goto(f"{hosted.url}/apps")
        expect(app_row(tab)).to_have_attribute("data-state", "running", timeout=SOON_MS)

    click_at_once(button(tabs[0], "Stop"), button(tabs[1], "Restart"))
    all_over(hosted, 2)
    end_state = checked_state(hosted)
    for tab in tabs:
        expect(app_row(tab)).to_have_attribute("data-state", end_state, timeout=SOON_MS)

    if end_state == "running":
        button(page, "Stop").click()
        all_over(hosted, 3)
    for tab in tabs:
        expect(app_row(tab)).to_have_attribute("data-state", "stopped", timeout=SOON_MS)
    assert checked_state(hosted) == "stopped"
    before = len(app_operations(hosted))
    click_at_once(button(tabs[0], "Start"), button(tabs[1], "Start"))
    wait_until(lambda: len(app_operations(hosted)) > before)
    for tab in tabs:
        all_sent(tab)
    made = len(app_operations(hosted)) - before
    assert made in (1, 2)  # one, if the second press came while the first one waited
    all_over(hosted, before + made)
    assert checked_state(hosted) == "running"
    for tab in tabs:
        expect(app_row(tab)).to_have_attribute("data-state", "running", timeout=SOON_MS)


def test_many_generations_at_once(context: BrowserContext, hosted: Server) -> None:
    tabs = [context.new_page() for _ in range(CROWD)]
    for number, tab in enumerate(tabs):
        fill_generate_form(tab, hosted.url, f"Crowd {number}", source="Notes")
    for tab in tabs:
        tab.get_by_role("button", name="Generate app").click()
    by_operation = {}
    for tab in tabs:
        expect(step(tab, "validate")).to_be_visible(timeout=SOON_MS)
        by_operation[operation_id(tab)] = tab

    place, last = last_in_queue(hosted)
    assert place >= 2
    expect(step(by_operation[last], "build")).to_contain_text(POSITION)
    visitor = context.new_page()
    visitor.goto(f"{hosted.url}/operations")
    expect(visitor.get_by_role("link", name="Generate Crowd 0")).to_be_visible(timeout=SOON_MS)

    database = hosted.home / "proto_ddf.db"
    crowd = "select state from operation where subject like 'crowd%'"
    seen = 0
    deadline = time.monotonic() + CROWD * GENERATE_MS / 2000
    while {state for (state,) in rows(database, crowd)} & {"PENDING", "RUNNING"}:
        seen = max(seen, builds(hosted))
        assert time.monotonic() < deadline
        time.sleep(0.2)
    failed = (
        "select subject, error from operation_step join operation on operation.id = operation_id"
        " where subject like 'crowd%' and operation_step.state = 'FAILED'"
    )
    assert rows(database, failed) == []
    assert rows(database, crowd) == [("SUCCEEDED",)] * CROWD
    assert 1 <= seen <= len(os.sched_getaffinity(0))

    addresses = {open_app_address(tab) for tab in tabs}
    assert len(addresses) == CROWD
    assert {httpx.get(address, timeout=30).status_code for address in addresses} == {200}
    pairs = rows(
        database, "select frontend, backend from port_reservation where name like 'crowd%'"
    )
    assert len({port for pair in pairs for port in pair}) == 2 * CROWD


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another program holds a lock on the database: whoever wants to read it has to wait."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        yield


def button(page: Page, name: str) -> Locator:
    return app_row(page).get_by_role("button", name=name, exact=True)


def click_at_once(*buttons: Locator) -> None:
    for each in buttons:
        expect(each).to_be_enabled()
    for each in buttons:
        each.dispatch_event("click")


def app_operations(server: Server) -> list[str]:
    """States of the operations on the shared app after its generation."""
    query = "select state from operation where subject = 'shared_notes' and kind != 'generate_app'"
    return [state for (state,) in rows(server.home / "proto_ddf.db", query)]


def all_sent(tab: Page) -> None:
    """Nothing that was submitted in this browser waits any more."""
    wait_until(lambda: tab.evaluate("protoDDF.outbox.items()") == [])


def all_over(server: Server, number: int) -> None:
    wait_until(lambda: app_operations(server) == ["SUCCEEDED"] * number)


def checked_state(server: Server) -> str:
    """The recorded state of the shared app; checks that its processes and its port agree with it."""
    query = "select state, pid, frontend_port from app where slug = 'shared_notes'"
    wait_until(lambda: rows(server.home / "proto_ddf.db", query)[0][0] in ("RUNNING", "STOPPED"))
    [(state, pid, port)] = rows(server.home / "proto_ddf.db", query)
    place = str(server.home / "apps" / "shared_notes")
    running = [process.pid for process in server.processes() if process.cwd() == place]
    assert running == ([pid] if state == "RUNNING" else [])
    if state == "RUNNING":
        assert httpx.get(f"http://127.0.0.1:{port}").status_code == 200
    return str(state).lower()


def last_in_queue(server: Server) -> tuple[int, str]:
    """The last place in the queue of builds, and the operation that has it now, once three places were taken."""
    query = (
        "select operation_id, message from operation_step join operation on id = operation_id"
        " where subject like 'crowd%' and operation_step.name = 'build'"
        " and operation_step.state = 'RUNNING'"
    )
    seen: set[int] = set()
    now: dict[int, str] = {}

    def enough_wait() -> bool:
        now.clear()  # who waited at an earlier look may build by now
        for operation, message in rows(server.home / "proto_ddf.db", query):
            if place := re.fullmatch(rf"{POSITION}(\d+)", message):
                now[int(place[1])] = operation
        seen.update(now)
        return len(seen) >= 3 and max(now, default=0) >= 2

    wait_until(enough_wait, GENERATE_MS)
    return max(now.items())


def builds(server: Server) -> int:
    """The number of builds that run now. Each leads a process group; its tools have the same command line until
    they exec."""
    count = 0
    for process in server.processes():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) != process.pid:
                continue
            line = process.cmdline()
            count += any(part.endswith("frontend_child.py") for part in line) and "build" in line
    return count
