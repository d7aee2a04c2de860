"""Connecting database servers in the browser: each error is shown at its field, and the connection can be tried
again."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import SOON_MS, choose_kind, step, wait_until_connected
from tests.browser.looking import PHONE, in_both_modes, overflow_width, serious_findings
from tests.servers.database_server import Database
from tests.servers.postgres import PostgresServer

KINDS = {"postgres_database": "PostgreSQL", "mariadb_database": "MySQL or MariaDB"}


@pytest.fixture(params=list(KINDS))
def database(request: pytest.FixtureRequest) -> Database:
    """A database with two customers, in each kind of server in turn."""
    database: Database = request.getfixturevalue(request.param)
    database.run(
        "create table customer (id integer primary key, name varchar(40) not null)",
        "insert into customer values (1, 'Ada'), (2, 'Bo')",
    )
    return database


@pytest.fixture
def label(request: pytest.FixtureRequest) -> str:
    return KINDS[request.node.callspec.params["database"]]


def open_form(page: Page, url: str, kind: str) -> None:
    page.goto(f"{url}/sources/new")
    choose_kind(page, kind)


def fill_form(page: Page, name: str, database: Database) -> None:
    """Fill in all fields but the password, with blanks around the values."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Host", exact=True).fill(" 127.0.0.1 ")
    page.get_by_label("Port", exact=True).fill(f" {database.server.port} ")
    page.get_by_label("Database", exact=True).fill(f" {database.name} ")
    page.get_by_label("User", exact=True).fill(f" {database.user} ")


def password(page: Page) -> Locator:
    return page.get_by_label("Password", exact=True)


def connect(page: Page) -> None:
    page.get_by_role("button", name="Connect", exact=True).click()


def test_from_an_empty_form_to_the_rows(
    page: Page, server: Server, database: Database, label: str
) -> None:
    open_form(page, server.url, label)
    page.get_by_label("Port", exact=True).fill("70000")
    connect(page)
    expect(page.get_by_text("Port must be a whole number from 1 to 65535.")).to_be_visible()
    for missing in ("Database", "User"):
        expect(page.get_by_text(f"{missing} is required.")).to_be_visible()

    fill_form(page, f"Customers of {label}", database)
    password(page).fill("wrong")
    password(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Sign-in refused")).to_be_visible(
        timeout=SOON_MS
    )
    expect(password(page)).to_have_attribute("aria-invalid", "true")
    expect(password(page)).to_be_focused()
    expect(password(page)).to_have_value("")

    page.route("**/api/secrets", lambda route: route.abort())
    page.keyboard.type(database.password)
    connect(page)
    expect(page.get_by_text("So the password is not stored")).to_be_visible()
    expect(password(page)).to_have_value(database.password)
    expect(
        password(page)
    ).to_be_focused()  # the form, which sends the password too, is discarded as well
    page.unroute("**/api/secrets")
    connect(page)

    expect(page.get_by_role("heading", name=f"Customers of {label}", level=1)).to_be_visible(
        timeout=SOON_MS
    )
    expect(page.get_by_role("cell", name="Ada", exact=True)).to_be_visible()


def test_the_form_is_accessible_in_both_modes_and_on_a_phone(page: Page, server: Server) -> None:
    open_form(page, server.url, "PostgreSQL")
    page.get_by_role("button", name="More options").click()
    page.get_by_label("Further parameters").fill("host=elsewhere")
    page.get_by_role("button", name="More options").click()
    expect(page.get_by_label("Further parameters")).to_be_hidden()
    connect(page)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Further parameters")).to_be_visible()
    password(page).fill("shown")
    page.get_by_role("button", name="Show what is typed").click()
    expect(password(page)).to_have_attribute("type", "text")
    found = [(mode, serious_findings(page)) for mode in in_both_modes(page)]
    expect(page.get_by_role("button", name="Replace the password")).to_be_visible()
    page.set_viewport_size(PHONE)
    found += [(f"{mode}, phone", serious_findings(page)) for mode in in_both_modes(page)]
    assert [each for each in found if each[1]] == []
    assert overflow_width(page) == 0


def test_a_password_must_be_typed_again_for_another_host_and_is_kept_for_the_same_host(
    page: Page, server: Server, postgres_database: Database
) -> None:
    open_form(page, server.url, "PostgreSQL")
    fill_form(page, "Moving", postgres_database)
    password(page).fill("never sent")
    page.get_by_role("button", name="Start over").click()
    expect(password(page)).to_be_hidden()
    choose_kind(page, "PostgreSQL")
    expect(password(page)).to_have_value("")

    fill_form(page, "Moving", postgres_database)
    password(page).fill(postgres_database.password)
    page.get_by_label("Name", exact=True).focus()
    replace = page.get_by_role("button", name="Replace the password")
    expect(replace).to_be_visible()
    page.reload()
    expect(replace).to_be_visible()
    postgres_database.run("create table customer (id integer primary key)")
    connect(page)
    expect(page.get_by_role("heading", name="Moving", level=1)).to_be_visible(timeout=SOON_MS)

    page.goto(f"{server.url}/sources/new?source={page.url.rsplit('/', 1)[1]}")
    wait_until_connected(page)
    expect(replace).to_be_visible()
    page.get_by_label("Host", exact=True).fill("localhost")
    expect(password(page)).to_have_value("")
    expect(
        page.get_by_text(re.compile("The stored one is for .* and is not sent to another server"))
    ).to_be_visible()
    page.get_by_label("Host", exact=True).fill("127.0.0.1")
    expect(replace).to_be_visible()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Moving", level=1)).to_be_visible(timeout=SOON_MS)


def test_a_server_that_is_started_meanwhile_is_connected_by_trying_again(
    page: Page, server: Server
) -> None:
    if PostgresServer.missing():
        pytest.skip(PostgresServer.missing())
    asleep = PostgresServer()
    try:
        asleep.start()
        database = asleep.create_database()
        database.run("create table customer (id integer primary key)")
        asleep.stop()
        open_form(page, server.url, "PostgreSQL")
        fill_form(page, "Asleep", database)
        password(page).fill(database.password)
        connect(page)
        expect(step(page, "reach_port")).to_contain_text("Failed", timeout=SOON_MS)
        # In a container the error belongs to the host, which is the container itself.
        marked = page.locator(
            "#postgresql-port[aria-invalid=true], #postgresql-host[aria-invalid=true]"
        )
        expect(marked).to_be_focused()

        asleep.start()
        again = page.get_by_role("button", name="Try Again")
        expect(again).to_be_enabled(timeout=SOON_MS)
        again.click()
        expect(page.get_by_role("heading", name="Asleep", level=1)).to_be_visible(timeout=SOON_MS)
    finally:
        asleep.remove()
