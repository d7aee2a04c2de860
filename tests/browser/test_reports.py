"""The page of reports: one is made, downloaded, opened alone, and deleted."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, Server
from tests.browser.driving import SOON_MS, expect_error_at
from tests.browser.looking import PHONE, in_both_modes, open_page, overflow_width, serious_findings

pytestmark = pytest.mark.browser

HARMFUL = "<img src=x onerror=document.title='harm'><script>document.title='harm'</script>"
REPORT_ERROR = """
from proto_ddf.errors import SystemError, describe
from proto_ddf.monitoring import intake
intake.report(describe(SystemError({text!r}, component="reports test")), {text!r})
assert intake.flush(60)
"""


@pytest.fixture(scope="module")
def failed(server: Server) -> str:
    """An error with harmful text was stored; its title."""
    subprocess.run(
        [sys.executable, "-c", REPORT_ERROR.format(text=HARMFUL)],
        cwd=ROOT,
        env=os.environ | {"PROTO_DDF_HOME": str(server.home)},
        check=True,
    )
    return "Something failed on this machine"


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).first.click()
    expect(page.get_by_label(label, exact=True)).to_contain_text(option)


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Reports").get_by_role("listitem")


def make(page: Page) -> Locator:
    """Make the report that the form asks for; returns its row."""
    before = rows(page).count()
    page.get_by_role("button", name="Make report").click()
    expect(rows(page)).to_have_count(before + 1, timeout=SOON_MS)
    expect(page.get_by_role("button", name="Make report")).to_be_enabled()
    return rows(page).first


def download(page: Page, row: Locator, folder: Path) -> Path:
    with page.expect_download() as started:
        row.get_by_role("button", name="Download").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_reports_are_made_downloaded_opened_alone_and_deleted(
    page: Page, browser: Browser, server: Server, failed: str, tmp_path: Path
) -> None:
    open_page(page, f"{server.url}/errors")
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", level=1, name="Reports")).to_be_visible()

    choose(page, "Report on", "One app")
    page.get_by_role("button", name="Make report").click()
    expect_error_at(page.get_by_label("App", exact=True), "The app is required")
    choose(page, "Report on", "One error")
    choose(page, "Error", failed)
    choose(page, "Range", "Last hour")
    row = make(page)
    expect(row).to_contain_text(failed)
    expect(row).to_contain_text("One error")
    opens_alone(browser, download(page, row, tmp_path))

    choose(page, "Report on", "All errors")
    choose(page, "Format", "JSON")
    other = make(page)
    assert '"type": "summary"' in download(page, other, tmp_path).read_text("utf-8")

    address = f"{server.url}/api/reports/{other.get_attribute('data-report')}"
    assert httpx.get(address).status_code == 200
    while left := rows(page).count():
        rows(page).first.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete report").click()
        expect(rows(page)).to_have_count(left - 1)
    expect(page.get_by_text("No reports yet")).to_be_visible()
    assert httpx.get(address).status_code == 404


def opens_alone(browser: Browser, file: Path) -> None:
    """The file is whole without a server, runs no script, and is accessible in both modes and on paper."""
    with browser.new_context(offline=True, bypass_csp=True) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        expect(page.get_by_text(HARMFUL).first).to_be_visible()
        assert page.title().startswith("Report on an error")
        assert asked == [file.as_uri()]
        for mode in ("light", "dark"):
            page.emulate_media(color_scheme=mode)
            assert serious_findings(page) == []
        page.set_viewport_size(PHONE)
        assert overflow_width(page) == 0
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_the_page_is_accessible_in_both_modes_and_on_a_phone(
    page: Page, server: Server, failed: str
) -> None:
    open_page(page, f"{server.url}/errors/reports")
    make(page)
    pictures = os.environ.get("PICTURES")
    for width, height in ((1440, 900), (PHONE["width"], PHONE["height"])):
        page.set_viewport_size({"width": width, "height": height})
        assert overflow_width(page) == 0
        for mode in in_both_modes(page):
            assert serious_findings(page) == []
            if pictures:
                page.screenshot(path=f"{pictures}/reports-{mode}-{width}.png", full_page=True)
