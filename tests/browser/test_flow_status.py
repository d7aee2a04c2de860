"""The badges of the two flows, Connect and Generate, always show the present status.

The kind: at the start, with an invalid form, while work is in progress, after each way in which it can end; after
an edit, after a reload, during a reload; and in light mode, in dark mode and on a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import (
    GENERATE_MS,
    SOON_MS,
    fill_generate_form,
    start_generation,
    wait_until_connected,
)
from tests.browser.looking import PHONE, in_both_modes, open_page, overflow_width, serious_findings

pytestmark = pytest.mark.browser


def shows(page: Page, flow: str, status: str, words: str, message: str = "") -> None:
    badge: Locator = page.locator(f"[data-flow='{flow}']")
    expect(badge).to_have_attribute("data-status", status, timeout=SOON_MS)
    expect(badge).to_have_text(words)
    if message:
        expect(badge).to_have_attribute("title", message)


def test_the_badge_of_the_connect_page_follows_the_form_and_the_connection(
    page: Page, server: Any
) -> None:
    sample = Path(server.home) / "samples" / "sample_shop.db"
    open_page(page, f"{server.url}/sources/new")
    shows(page, "integration", "idle", "Not tried yet", "Nothing has been tried yet.")
    page.get_by_role("button", name="Connect", exact=True).click()
    shows(page, "integration", "invalid", "Check the form", "2 fields need another value.")
    page.get_by_label("Name", exact=True).fill("The shop once more")
    shows(page, "integration", "invalid", "Check the form", "One field needs another value.")
    page.get_by_label("File path").fill(str(sample))
    shows(page, "integration", "idle", "Not tried yet")
    page.get_by_role("button", name="Test connection").click()
    works = "The connection works. Nothing is saved yet."
    shows(page, "integration", "connected", "Connection works", works)
    page.reload()
    wait_until_connected(page)  # what the page shows before is from before the reload
    shows(page, "integration", "connected", "Connection works", works)
    page.get_by_label("File path").fill(f"{sample}.gone")
    shows(page, "integration", "idle", "Not tried yet")
    page.get_by_role("button", name="Test connection").click()
    shows(page, "integration", "failed", "Failed")
    expect(page.locator("[data-flow]")).to_have_attribute(
        "title", re.compile("sample_shop.db.gone")
    )
    page.get_by_label("File path").fill(str(sample))
    shows(page, "integration", "idle", "Not tried yet")
    page.get_by_role("button", name="Start over").click()
    shows(page, "integration", "idle", "Not tried yet")


def test_the_badge_of_the_generate_page_follows_the_form_and_the_generation(
    page: Page, server: Any
) -> None:
    fill_generate_form(page, server.url, "Badge shop")
    shows(page, "generation", "idle", "Not generated yet", "Nothing has been generated yet.")
    page.get_by_label("Project name").fill("x")
    page.get_by_label("Project name").blur()
    shows(page, "generation", "invalid", "Check the form", "One field needs another value.")
    page.get_by_label("Project name").fill("Badge shop")
    shows(page, "generation", "idle", "Not generated yet")
    start_generation(page)
    shows(page, "generation", "generating", "Generating")
    page.reload()
    shows(page, "generation", "generating", "Generating")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel operation").click()
    shows(page, "generation", "cancelled", "Cancelled", "It was cancelled.")
    page.get_by_role("button", name="Back to the form").click()
    shows(page, "generation", "idle", "Not generated yet")
    start_generation(page)
    badge = page.locator("[data-flow='generation']")
    expect(badge).to_have_attribute("data-status", "succeeded", timeout=GENERATE_MS)
    shows(page, "generation", "succeeded", "Done", "Badge shop is running.")
    page.get_by_role("button", name="Generate another app").click()
    shows(page, "generation", "idle", "Not generated yet")


@pytest.mark.parametrize(
    ("path", "button"), [("/sources/new", "Connect"), ("/generate", "Generate app")]
)
def test_the_badges_are_accessible_in_both_modes_and_on_a_phone(
    page: Page, server: Any, path: str, button: str
) -> None:
    for size in ({"width": 1440, "height": 900}, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        open_page(page, server.url + path)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("[data-status=invalid]")).to_be_attached()
        assert overflow_width(page) == 0
        for _mode in in_both_modes(page):
            assert serious_findings(page) == []
