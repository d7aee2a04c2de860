"""The health of a source's connection on its page and in the lists, while its server goes down and comes back."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import (
    SOON_MS,
    choose_kind,
    note_toasts,
    wait_until,
    wait_until_noted,
)
from tests.browser.looking import PHONE, in_both_modes, open_page, overflow_width, serious_findings
from tests.servers.database_server import Database
from tests.servers.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


DESK = {"width": 1440, "height": 900}


@pytest.fixture
def database() -> Iterator[Database]:
    """A database with one table, in a server that the test may kill."""
    if reason := PostgresServer.missing():
        pytest.skip(reason)
    with PostgresServer() as server:
        database = server.create_database()
        database.run("CREATE TABLE note (id integer PRIMARY KEY)")
        yield database


def connect(page: Page, url: str, database: Database, name: str) -> None:
    open_page(page, f"{url}/sources/new")
    choose_kind(page, "PostgreSQL")
    given = {"Name": name, "Host": "127.0.0.1", "Port": str(database.server.port)}
    given |= {"Database": database.name, "User": database.user, "Password": database.password}
    for label, value in given.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=SOON_MS)


def fact(panel: Locator, name: str) -> Locator:
    """The value of a fact of the panel."""
    return panel.locator("dl > div").filter(has_text=re.compile(rf"^{name}")).locator("dd")


def test_a_server_that_goes_down_and_comes_back_is_noticed_without_a_click(
    page: Page, make_server: Callable[..., Any], database: Database
) -> None:
    server = make_server(
        SOURCE_CHECK_SECONDS="0.3", NETWORK_CIRCUIT_BREAKER_RESET_TIMEOUT_MS="1000"
    )
    toasts = note_toasts(page)
    connect(page, server.url, database, "Notes")
    panel = page.get_by_role("region", name="Connection")
    expect(panel).to_have_attribute("data-health", "connected", timeout=SOON_MS)
    expect(fact(panel, "Last answer")).to_have_text(re.compile(r"^[\d.]+ m?s$"))
    expect(fact(panel, "Reconnects")).to_have_text("0")
    height = panel.evaluate("element => element.offsetHeight")
    panel.get_by_role("button", name="Check now").click()
    wait_until_noted(page, toasts, "^Notes answered in")

    listed = page.context.new_page()
    open_page(listed, f"{server.url}/sources")
    badge = listed.get_by_role("row").filter(has_text="Notes").locator("[data-health]")
    expect(badge).to_have_text("Connected")
    overview = page.context.new_page()
    open_page(overview, server.url)
    card = overview.get_by_role("listitem").filter(has_text="Notes").locator("[data-health]")
    expect(card).to_have_text("Connected")

    database.server.kill()
    for state in (badge, card):
        expect(state).to_have_text("Unreachable", timeout=SOON_MS)
    expect(panel).to_have_attribute("data-health", "unreachable", timeout=SOON_MS)
    now = panel.get_by_role("status")
    expect(now).to_contain_text("Unreachable")
    expect(now).to_contain_text(str(database.server.port))
    expect(fact(panel, "Last error")).to_contain_text("ago")
    wait_until(lambda: panel.evaluate("element => element.offsetHeight") == height)
    expect(page.get_by_text(re.compile(r"^Notes answered in"))).to_have_count(0)
    for mode in in_both_modes(page):
        assert serious_findings(page) == [], mode
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0
    page.set_viewport_size(DESK)

    database.server.start()
    for state in (badge, card):
        expect(state).to_have_text("Connected", timeout=SOON_MS)
    expect(panel).to_have_attribute("data-health", "connected", timeout=SOON_MS)
    expect(now).to_contain_text(re.compile(r"Connected again after \d+ (second|minute)"))
    wait_until_noted(page, toasts, "^Notes is connected again after")
    expect(fact(panel, "Reconnects")).to_have_text("1")
    wait_until(lambda: panel.evaluate("element => element.offsetHeight") == height)
    error = fact(panel, "Last error")
    error.get_by_text("Message", exact=True).click()
    # The error is that nothing answered, or that the server was starting, if the last check found that.
    said = rf"{database.server.port}|Server is starting.*PostgreSQL is starting"
    expect(error).to_contain_text(re.compile(said))
    for tab in (listed, overview):
        tab.set_viewport_size(PHONE)
        assert overflow_width(tab) == 0
        tab.close()
