"""Incidents: equal errors are counted as one, in every tab at once, and what people do with it survives a restart."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import SOON_MS, connect_file, failure
from tests.browser.looking import (
    open_page,
    tab_to,
)

pytestmark = pytest.mark.browser


@dataclass
class Source:
    """A connected file, whose refresh fails while it is away."""

    server: Server
    page: Page
    file: Path
    address: str

    def take_away(self) -> None:
        self.file.rename(self.file.with_suffix(".away"))

    def put_back(self) -> None:
        self.file.with_suffix(".away").rename(self.file)

    def fail(self) -> None:
        """Start a refresh, which fails."""
        open_page(self.page, self.address)
        self.page.get_by_role("button", name="Refresh").click()
        failure(self.page, "File not found")

    def fail_again(self) -> None:
        failure(self.page, "File not found").get_by_role("button", name="Try Again").click()

    def page_of_incident(self, page: Page) -> Locator:
        """Open the page of the incident; returns its summary."""
        open_page(page, f"{self.server.url}/errors")
        row_in(page).get_by_role("link", name="File not found").click()
        summary = page.locator(".pd-incident")
        expect(summary).to_be_visible(timeout=SOON_MS)
        return summary


@pytest.fixture
def source(page: Page, make_server: Callable[..., Server], tmp_path: Path) -> Source:
    file = tmp_path / "data" / "notes.db"
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    connection.execute("create table notes (id integer primary key, title text not null)")
    connection.close()
    server = make_server(ALLOWED_FOLDERS=json.dumps([str(file.parent)]))
    connect_file(page, server.url, file, "Notes")
    return Source(server, page, file, page.url)


def row_in(page: Page) -> Locator:
    """The row of the refresh in the list. The page of a source whose file is away has an error of its own too."""
    return page.locator("[data-incident]").filter(has_text="File not found")


def shows(target: Locator, state: str, *texts: str) -> None:
    expect(target).to_have_attribute("data-state", state, timeout=SOON_MS)
    for text in texts:
        expect(target).to_contain_text(text, timeout=SOON_MS)


def test_an_incident_is_counted_resolved_and_regresses_in_every_tab(source: Source) -> None:
    context = source.page.context
    source.take_away()
    source.fail()
    listing, one = context.new_page(), context.new_page()
    summary = source.page_of_incident(one)
    open_page(listing, f"{source.server.url}/errors")
    row = row_in(listing)
    for shown in (row, summary):
        shows(shown, "new", "New", "Once", "Medium severity")
    source.fail_again()
    for shown in (row, summary):
        shows(shown, "new", "2 times")
    expect(one.get_by_role("list", name="Events").get_by_role("listitem")).to_have_count(2)
    expect(one.get_by_role("list", name="Affected")).to_contain_text("Notes")
    expect(one.locator("[data-step][data-state=failed]")).to_have_count(1)

    source.put_back()
    row.get_by_role("button", name="Try Again").click()
    expect(listing.locator("[data-operation]")).to_have_attribute(
        "data-state", "succeeded", timeout=SOON_MS
    )
    shows(summary, "resolved", "Resolved")
    open_page(listing, f"{source.server.url}/errors")
    expect(row).to_have_count(0)
    listing.get_by_role("button", name="Resolved").click()
    shows(row, "resolved", "2 times")

    source.take_away()
    source.fail()
    shows(summary, "regressed", "Regressed", "3 times")
    expect(row).to_have_count(0)
    listing.get_by_role("button", name="Open").click()
    shows(row, "regressed", "3 times")


def test_what_people_do_with_an_incident_survives_a_restart(source: Source) -> None:
    page = source.page
    source.take_away()
    source.fail()
    summary = source.page_of_incident(page)
    acknowledge = page.get_by_role("button", name="Acknowledge")
    tab_to(page, acknowledge)
    page.keyboard.press("Enter")
    shows(summary, "ongoing", "Ongoing", "Acknowledged a few seconds ago")
    expect(acknowledge).to_have_count(0)

    note = page.get_by_label("New note")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("alert")).to_contain_text("A note needs some text")
    expect(note).to_have_attribute("aria-invalid", "true")
    note.fill("The disk was unplugged.")
    page.get_by_role("button", name="Add note").click()
    notes = page.get_by_role("list", name="Notes, newest first")
    expect(notes).to_contain_text("The disk was unplugged.")
    expect(note).to_have_value("")

    page.get_by_role("button", name="Mute").click()
    page.get_by_role("menuitem", name="For ever").click()
    shows(summary, "muted", "Muted")
    address = page.url
    source.server.kill()
    source.server.start()
    open_page(page, f"{source.server.url}/errors")
    expect(row_in(page)).to_have_count(0)
    page.get_by_role("button", name="Muted").click()
    shows(row_in(page), "muted")
    open_page(page, address)
    shows(summary, "muted", "Muted")
    expect(notes).to_contain_text("The disk was unplugged.")
    page.get_by_role("button", name="Unmute").click()
    shows(summary, "ongoing")
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("menuitem", name="1 hour").click()
    shows(summary, "muted", "Muted until in an hour")
    page.get_by_role("button", name="Resolve").click()
    shows(summary, "resolved", "Resolved")
