"""An app that needs sign-in: who signed in to Proto-DDF gets in, with the rights of their role, as long as that holds."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from proto_ddf.accounts import management
from proto_ddf.accounts.passwords import hash_of
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from proto_ddf.hosting.health import listens
from tests.browser.conftest import WITHOUT_REPAIRS, Server
from tests.browser.driving import (
    connect_file,
    fill_generate_form,
    open_app_address,
    rows,
    sign_out,
    start_generation,
    wait_until,
    wait_until_connected,
)
from tests.homes import opened_home
from tests.ports import free_port

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
PEOPLE = {"Bea": Role.BUILDER, "Bob": Role.BUILDER, "Vera": Role.VIEWER}
SESSION_SECONDS = 8
PATIENCE_MS = 60_000.0


class Shop(NamedTuple):
    server: Server
    address: str
    database: Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shop]:
    """An app on a file of notes, which a builder has closed to those who do not sign in."""
    folder = tmp_path_factory.mktemp("closed")
    notes = folder / "notes.db"
    with contextlib.closing(sqlite3.connect(notes)) as database:
        database.execute("create table notes (id integer primary key, title text)")
        database.execute("insert into notes (title) values ('First note')")
        database.commit()
    environment = WITHOUT_REPAIRS | {
        "ENABLE_AUTH": "accounts",
        "ALLOWED_FOLDERS": json.dumps([str(folder)]),
        "APP_SESSION_SECONDS": str(SESSION_SECONDS),
    }
    server = Server(folder / "home", free_port(), environment)
    server.start(ready="/api/health")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(server.home))
        with opened_home():
            hashed = hash_of(PASSWORD)
            for name, role in PEOPLE.items():
                write(lambda opened, n=name, r=role: management.add_account(opened, n, r, hashed))
    try:
        page = browser.new_page()
        page.goto(server.url)
        sign_in(page, "Bea")
        wait_until_connected(page)
        connect_file(page, server.url, notes, "Notes")
        fill_generate_form(page, server.url, "Closed notes", source="Notes", editing=True)
        start_generation(page)
        address = open_app_address(page)
        page.goto(f"{server.url}/apps/closed_notes")
        section = page.get_by_role("region", name="Who may open it")
        expect(section).to_contain_text("Everybody on this machine")
        section.get_by_role("button", name="Require sign-in").click()
        expect(section).to_contain_text("Builders and admins may change rows")
        expect(section.get_by_role("button", name="Open to this machine")).to_be_enabled()
        expect(page.get_by_role("link", name="Open")).to_have_attribute(
            "href", "/apps/closed_notes/enter"
        )
        page.close()
        yield Shop(server, address, notes)
    finally:
        server.stop()
    assert server.processes() == []


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_builder_signs_in_and_edits(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    expect(tab).to_have_url(re.compile(rf"{re.escape(shop.server.url)}/sign-in\?next="))
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{shop.address}/notes")
    tab.get_by_role("link", name="New note").click()
    tab.get_by_label("Title").fill("By a builder")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("By a builder")
    query = "select count(*) from notes where title = 'By a builder'"
    assert rows(shop.database, query) == [(1,)]
    expect(tab.get_by_role("button", name="Edit")).to_be_visible()


def test_a_viewer_reads_and_sees_nothing_to_change(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Vera")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    expect(tab.get_by_role("link", name="New note")).to_have_count(0)
    tab.goto(f"{shop.address}/notes/1")
    expect(tab.get_by_role("heading", level=1)).to_have_text("First note")
    expect(tab.get_by_text("You may read the rows of this app")).to_be_visible()
    for hidden in ("Edit", "Delete"):
        expect(tab.get_by_role("button", name=hidden)).to_have_count(0)
    tab.goto(f"{shop.address}/notes/new")
    expect(tab.get_by_text("You may read the rows of this app")).to_be_visible()
    expect(tab.get_by_role("button", name="Save")).to_have_count(0)


def test_a_session_is_renewed_under_an_open_page(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.server.url}/sign-in?next=/apps/closed_notes/enter?next=/notes")
    sign_in(tab, "Vera")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    tab.evaluate("""() => {
        window.states = [];
        addEventListener("protoddf:socket", ({ detail }) => window.states.push(detail.state));
    }""")
    # The session ends, as each does that is not renewed in time, and with it the websocket.
    tab.wait_for_function(
        "window.states.includes('lost') && window.states.at(-1) === 'open'", timeout=PATIENCE_MS
    )
    tab.get_by_role("searchbox").fill("no such note")
    expect(tab.get_by_text("Nothing matches")).to_be_visible()


def test_who_signs_out_of_proto_ddf_is_out_of_the_app(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Bea")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    other = tab.context.new_page()
    other.goto(shop.server.url)
    wait_until_connected(other)
    sign_out(other, "Bea")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{shop.address}/notes")


def add_note(page: Page, address: str, title: str) -> None:
    page.goto(f"{address}/notes")
    page.get_by_role("link", name="New note").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()


def change_person(page: Page, shop: Shop, now: str, then: str) -> None:
    """Sign out of Proto-DDF, where `now` is signed in, and open the app as `then` in the same browser."""
    page.goto(shop.server.url)
    wait_until_connected(page)
    sign_out(page, now)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{shop.address}/api/sign-in?next=/outbox")
    sign_in(page, then)
    expect(page).to_have_url(f"{shop.address}/outbox")


def test_what_one_person_left_is_neither_sent_nor_listed_while_another_is_signed_in(
    shop: Shop, tab: Page
) -> None:
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{shop.address}/notes")
    tab.route("**/api/outbox", lambda route: route.abort())
    add_note(tab, shop.address, "Left by Bea")
    tab.goto(f"{shop.address}/outbox")
    listed = tab.locator("[data-outbox-item]")
    expect(listed).to_have_count(1)
    (left,) = tab.evaluate("protoDDF.outbox.items()")
    change_person(tab, shop, "Bea", "Bob")
    tab.unroute("**/api/outbox")
    add_note(tab, shop.address, "By Bob")
    expect(tab.get_by_role("heading", level=1)).to_have_text("By Bob")
    tab.goto(f"{shop.address}/outbox")
    expect(tab.get_by_text("Nothing waits to be sent")).to_be_visible()
    expect(listed).to_have_count(0)
    content = {name: left[name] for name in ("event", "payload", "token", "owner")}
    headers = {"Idempotency-Key": left["id"], "Origin": shop.address}
    answer = tab.request.post(f"{shop.address}/api/outbox", data=content, headers=headers)
    assert answer.status == 401
    titles = "select title from notes where title in ('By Bob', 'Left by Bea') order by id"
    assert rows(shop.database, titles) == [("By Bob",)]
    change_person(tab, shop, "Bob", "Bea")
    wait_until(lambda: rows(shop.database, titles) == [("By Bob",), ("Left by Bea",)])


def test_an_app_records_no_usage_events(shop: Shop, tab: Page) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(urlsplit(request.url).path))
    tab.goto(f"{shop.address}/notes")
    sign_in(tab, "Vera")
    expect(tab.get_by_role("cell", name="First note", exact=True)).to_be_visible()
    tab.evaluate("protoDDF.trackEvent('test', 'one')")
    for name in ("trackEventWithRetry", "trackEventWithCircuitBreaker"):
        assert tab.evaluate(f"protoDDF.{name}('test', 'one')") is False
    assert tab.evaluate("sessionStorage.getItem('protoddf.usage')") is None
    tab.goto(f"{shop.address}/notes/1")
    expect(tab.get_by_role("heading", level=1)).to_have_text("First note")
    assert "/api/health" in asked
    assert "/api/usage" not in asked


@pytest.fixture
def elsewhere(shop: Shop) -> Iterator[str]:
    """The host of the server and its app on all addresses of this machine, opened at one that is not 127.0.0.1."""
    host, before = "127.0.0.2", shop.server.environment
    shop.server.terminate()
    shop.server.environment = before | {
        "HOST": "0.0.0.0",
        "PUBLIC_URL": f"http://{host}:{shop.server.port}",
        "APPS_HOST": "0.0.0.0",
    }
    shop.server.start(ready="/api/health")
    yield host
    shop.server.terminate()
    shop.server.environment = before
    shop.server.start(ready="/api/health")


def test_an_app_that_needs_sign_in_is_used_at_another_address_of_the_machine(
    shop: Shop, tab: Page, elsewhere: str
) -> None:
    server, port = f"http://{elsewhere}:{shop.server.port}", urlsplit(shop.address).port
    address = f"http://{elsewhere}:{port}"
    wait_until(lambda: listens(port or 0, host=elsewhere))
    tab.goto(f"{address}/notes")
    expect(tab).to_have_url(re.compile(rf"{re.escape(server)}/sign-in\?next="))
    sign_in(tab, "Bea")
    expect(tab).to_have_url(f"{address}/notes")
    add_note(tab, address, "From elsewhere")
    expect(tab.get_by_role("heading", level=1)).to_have_text("From elsewhere")
    tab.goto(f"{server}/apps/closed_notes")
    section = tab.get_by_role("region", name="Who may open it")
    expect(section).to_contain_text("It listens on 0.0.0.0.")
    expect(tab.get_by_role("link", name=address)).to_have_attribute(
        "href", "/apps/closed_notes/enter"
    )
    section.get_by_role("button", name="Open to this machine").click()
    expect(section).to_contain_text("It listens on 127.0.0.1. Only apps that require sign-in")
    expect(tab.get_by_role("link", name=f"http://127.0.0.1:{port}")).to_be_visible()
    wait_until(lambda: not listens(port or 0, host=elsewhere) and listens(port or 0))
    section.get_by_role("button", name="Require sign-in").click()
    expect(section).to_contain_text("It listens on 0.0.0.0.")
    wait_until(lambda: listens(port or 0, host=elsewhere))


def test_a_viewer_sees_the_setting_of_an_app_that_answers_the_probes(shop: Shop, tab: Page) -> None:
    tab.goto(f"{shop.server.url}/apps/closed_notes")
    sign_in(tab, "Vera")
    wait_until_connected(tab)
    expect(tab.locator("[data-state=running]").first).to_be_visible()
    section = tab.get_by_role("region", name="Who may open it")
    expect(section).to_contain_text("Builders and admins may change rows")
    expect(section.get_by_role("button")).to_have_count(0)
