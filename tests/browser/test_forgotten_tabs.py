"""Proto-DDF uses what a form shows, even if the server has forgotten the tab.

The kind: every form (generate with its plan, connect, edit, the tables that regenerate adds), every event that may
come first (the one that sends the form, one that changes it), and both ways of forgetting (the state has expired;
the server was killed and its states were deleted), each without and with a reload."""

import json
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser import forgetting
from tests.browser.conftest import Server
from tests.browser.driving import (
    choose_kind,
    connect_file,
    fill_generate_form,
    operation_id,
    rows,
    start_generation,
    wait_until_connected,
    wait_until_disconnected,
    wait_until_stored,
)
from tests.ports import HOST, free_port, free_ports, port_range

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which sources may be read; it holds notes.db."""
    folder = tmp_path_factory.mktemp("forgotten")
    with closing(sqlite3.connect(folder / "notes.db")) as database:
        database.execute("create table notes (id integer primary key, title text)")
        database.execute("create table extra (id integer primary key, word text)")
        database.commit()
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """A server for this module that forgets its tabs when it is asked to. Of its two ports one is taken, so that a
    generation, of which these tests look only at the start, fails before it builds anything."""
    environment = {"ALLOWED_FOLDERS": json.dumps([str(folder)])}
    allowed = free_ports(2)
    with socket.create_server((HOST, allowed.start)):
        started = Server(
            folder / "home",
            free_port(),
            environment,
            ports=port_range(allowed),
            addition=forgetting.ADDITION,
        )
        started.start()
        yield started
        started.end()


def expire(server: Server, page: Page) -> None:
    """Make the server forget every tab, as when their states expire."""
    assert server.process is not None
    forgetting.forget_tabs(server.process, server.home / "tabs")


def kill(server: Server, page: Page) -> None:
    """Kill the server, delete its states, and start it again."""
    server.kill()
    wait_until_disconnected(page)
    shutil.rmtree(server.home / "tabs")
    server.start()
    wait_until_connected(page)


def reload(server: Server, page: Page) -> None:
    expire(server, page)
    page.reload()
    wait_until_connected(page)


WAYS = pytest.mark.parametrize("forget", [expire, kill, reload])
Forget = Callable[[Server, Page], None]


def fill_in(page: Page, server: Server, name: str) -> None:
    """Fill in a form so that no field has its default."""
    fill_generate_form(page, server.url, name, editing=True)
    page.get_by_label("Description").fill("Typed by hand")
    page.get_by_label("orange", exact=True).click()
    expect(page.get_by_label("orange", exact=True)).to_be_checked()
    page.get_by_role("checkbox", name="order_items").click()
    expect(page.locator("[data-table='order_items']")).to_have_count(0)
    page.locator("[data-table='customers'] summary").click()
    page.get_by_label("Label of Customers city").fill("Town")
    page.get_by_label("Label of Customers city").blur()
    page.get_by_label("Widget of Customers city").select_option("textarea")
    expect(page.get_by_label("Widget of Customers city")).to_have_value("textarea")
    expect(page.get_by_label("Label of Customers city")).to_have_value("Town")


def expect_filled_in(page: Page, name: str) -> None:
    expect(page.get_by_label("Project name")).to_have_value(name)
    expect(page.get_by_label("Description")).to_have_value("Typed by hand")
    expect(page.get_by_label("orange", exact=True)).to_be_checked()
    expect(page.get_by_label("Allow editing data")).to_be_checked()
    expect(page.get_by_role("checkbox", name="order_items")).not_to_be_checked()
    expect(page.locator("[data-table='order_items']")).to_have_count(0)
    expect(
        page.locator("[data-table='customers'] [data-column='city'] .pd-plan-label input")
    ).to_have_value("Town")


def spec_of(server: Server, operation: str) -> dict:
    """The plan that an operation got as its input."""
    query = "select input from operation where id = ?"
    (given,) = rows(server.home / "proto_ddf.db", query, operation)[0]
    return json.loads(given)["spec"]


@WAYS
def test_generate_uses_the_form_and_the_plan_that_the_page_shows(
    server: Server, page: Page, forget: Forget
):
    name = f"Kept by {forget.__name__}"
    fill_in(page, server, name)
    forget(server, page)
    spec = spec_of(server, start_generation(page))
    assert (spec["name"], spec["description"]) == (name, "Typed by hand")
    assert (spec["accent_color"], spec["allow_editing"]) == ("orange", True)
    tables = {table["table"]: table for table in spec["tables"]}
    assert "order_items" not in tables
    city = next(each for each in tables["customers"]["fields"] if each["column"] == "city")
    assert (city["label"], city["widget"]) == ("Town", "textarea")


@WAYS
def test_a_change_of_the_generate_form_after_forgetting_keeps_the_rest(
    server: Server, page: Page, forget: Forget
):
    fill_in(page, server, "Kept")
    forget(server, page)
    page.get_by_label("Project name").press("End")
    page.keyboard.type(" longer", delay=20)
    expect(page.get_by_text("kept_longer", exact=True).first).to_be_visible()
    expect_filled_in(page, "Kept longer")
    page.get_by_role("checkbox", name="order_items").click()
    expect(page.locator("[data-table='order_items']")).to_have_count(1)
    expect(page.get_by_label("Project name")).to_have_value("Kept longer")


def test_another_source_can_be_chosen_after_forgetting(server: Server, page: Page, folder: Path):
    connect_file(page, server.url, folder / "notes.db", "Chosen")
    fill_generate_form(page, server.url, "Chosen later")
    expire(server, page)
    page.get_by_label("Source", exact=True).click()
    page.get_by_role("option", name=re.compile(r"^Chosen \(")).click()
    expect(page.locator("[data-table='notes']")).to_be_visible()
    expect(page.get_by_label("Project name")).to_have_value("Chosen later")


@WAYS
def test_connect_uses_the_form_that_the_page_shows(
    server: Server, page: Page, folder: Path, forget: Forget
):
    name = f"Notes by {forget.__name__}"
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, "SQLite")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("File path").fill(str(folder / "notes.db"))
    page.get_by_label("File path").blur()
    forget(server, page)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@WAYS
def test_a_change_of_the_connect_form_after_forgetting_keeps_the_rest(
    server: Server, page: Page, folder: Path, forget: Forget
):
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, "PostgreSQL")
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Host").fill("db.example.com")
    page.get_by_label("Host").blur()
    forget(server, page)
    page.get_by_label("Database").press_sequentially("orders", delay=20)
    page.get_by_label("Database").blur()
    expect(page.get_by_label("Database")).to_have_value("orders")
    page.reload()
    expect(page.get_by_label("Database")).to_have_value("orders")
    expect(page.get_by_label("Host")).to_have_value("db.example.com")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Shop")


@WAYS
def test_edit_uses_the_form_that_the_page_shows(
    server: Server, page: Page, folder: Path, forget: Forget
):
    first, second = f"First {forget.__name__}", f"Second {forget.__name__}"
    connect_file(page, server.url, folder / "notes.db", first)
    source = page.url.rsplit("/", 1)[-1]
    page.goto(f"{server.url}/sources/new?source={source}")
    wait_until_connected(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value(first)
    page.get_by_label("Name", exact=True).fill(second)
    page.get_by_label("Name", exact=True).blur()
    wait_until_stored(page, "proto_ddf.source_edit", second)
    forget(server, page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name=second, level=1)).to_be_visible()


def test_text_that_was_being_sent_when_the_server_is_killed_is_shown_and_used(
    server: Server, page: Page, folder: Path
):
    """The same holds for text that is typed while no server runs."""
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, "SQLite")
    page.get_by_label("Name", exact=True).fill("On its way")
    server.kill()
    page.get_by_label("File path").fill(str(folder / "notes.db"))
    page.get_by_label("File path").blur()
    wait_until_disconnected(page)
    server.start()
    wait_until_connected(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("On its way")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name="On its way", level=1)).to_be_visible()


def test_text_typed_just_before_a_reload_is_restored(server: Server, page: Page):
    fill_generate_form(page, server.url, "Before")
    page.locator("[data-table='customers'] summary").click()
    page.get_by_label("Label of Customers city").fill("Town")
    page.get_by_label("Project name").fill("Just before")
    page.reload()
    expect(page.get_by_label("Project name")).to_have_value("Just before")
    expect(page.get_by_text("just_before", exact=True).first).to_be_visible()
    expect(
        page.locator("[data-table='customers'] [data-column='city'] .pd-plan-label input")
    ).to_have_value("Town")


def test_enter_in_a_text_field_of_the_plan_applies_the_text(server: Server, page: Page):
    fill_generate_form(page, server.url, "Entered")
    page.locator("[data-table='customers'] summary").click()
    page.get_by_label("Label of Customers city").fill("Town")
    page.get_by_label("Label of Customers city").press("Enter")
    expect(page.locator("[data-step='validate']")).to_be_visible()
    spec = spec_of(server, operation_id(page))
    customers = next(table for table in spec["tables"] if table["table"] == "customers")
    assert "Town" in [field["label"] for field in customers["fields"]]


@pytest.mark.parametrize("length", [60_000, 1_000_001])
@pytest.mark.parametrize(("label", "most"), [("Description", 2_000), ("Project name", None)])
def test_a_text_too_long_is_reported_at_its_field_and_not_sent(
    server: Server, page: Page, label: str, most: int | None, length: int
):
    """A message of 1 MB would close the connection without any error."""
    submitted: list[Request] = []
    page.on("request", lambda each: "/api/outbox" in each.url and submitted.append(each))
    fill_generate_form(page, server.url, "Long texts")
    control = page.get_by_label(label)
    control.evaluate("(control) => control.removeAttribute('maxlength')")
    control.fill("x" * length)
    field = page.locator(".pd-field", has=control)
    expect(field.get_by_role("alert")).to_contain_text(f"At most {most or 50_000:,} characters")
    page.get_by_role("button", name="Generate app").click()
    expect(control).to_be_focused()
    wait_until_connected(page)
    control.fill("Short enough")
    expect(field.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.get_by_label(label)).to_have_value("Short enough")
    assert submitted == []
    assert page.evaluate("protoDDF.outbox.items()") == []


def test_forms_are_restored_when_the_tab_was_forgotten_on_another_page(server: Server, page: Page):
    """The first events after the forgetting are for pages without a form."""
    page.goto(f"{server.url}/sources/new")
    wait_until_connected(page)
    page.get_by_label("Name", exact=True).fill("Half filled in")
    page.get_by_label("Name", exact=True).blur()
    wait_until_stored(page, "proto_ddf.source_draft", "Half filled in")
    fill_in(page, server, "Left alone")
    menu = page.get_by_label("Main")
    menu.get_by_role("link", name="Apps", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Apps", level=1)).to_be_visible()
    kill(server, page)
    menu.get_by_role("link", name="Operations", exact=True).click()
    expect(page.get_by_role("heading", name="Operations", level=1)).to_be_visible()
    wait_until_connected(page)
    menu.get_by_role("link", name="Generate", exact=True).click()
    expect_filled_in(page, "Left alone")
    menu.get_by_role("link", name="Sources", exact=True).click()
    page.get_by_role("link", name="Connect a source").first.click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half filled in")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
