"""/settings/usage shows what was opened, done and failed, also what the pages recorded while the server was away."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import in_both_modes, open_page, overflow_width, serious_findings

pytestmark = pytest.mark.browser


def test_what_was_opened_and_failed_is_shown(page: Page, server: Any) -> None:
    open_page(page, f"{server.url}/sources")
    page.get_by_role("link", name="Apps", exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name="Apps")).to_be_visible()
    page.evaluate("window.protoDDF.trackEvent('failure', 'timeout', 'api.uploads', 10000)")
    open_page(page, f"{server.url}/settings/usage")
    pages = page.get_by_role("region", name="Pages")
    for opened in ("/sources", "/apps"):
        expect(pages.get_by_role("cell", name=opened, exact=True)).to_be_visible()
    failures = page.get_by_role("region", name="Failures")
    expect(failures.get_by_role("cell", name="timeout api.uploads")).to_be_visible()
    for _ in in_both_modes(page):
        assert serious_findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow_width(page) <= 0
