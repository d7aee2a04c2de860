"""Uploading files in the connect form, and every way in which that fails."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.driving import wait_until
from tests.browser.sources.forms import choose, connect, open_form, uploads

pytestmark = pytest.mark.browser


def test_several_csv_files_become_one_source_in_the_order_chosen(
    page: Page, server: Any, tmp_path: Path
) -> None:
    def delay(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    people, visits = tmp_path / "people.csv", tmp_path / "visits.csv"
    people.write_text("id,name\n1,Ada\n2,Grace\n")
    visits.write_text("id,person_id\n1,1\n2,1\n3,2\n")
    open_form(page, server, "CSV")
    page.route("**/api/uploads?name=people.csv", delay)
    choose(page, people, visits)
    removals = page.get_by_role("button", name="Remove ")
    expect(removals).to_have_count(2)
    expect(removals.first).to_have_accessible_name("Remove people.csv")
    connect(page, "Two files")
    expect(page.get_by_role("heading", name="Two files", level=1)).to_be_visible()
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button")).to_have_count(2)
    expect(page.get_by_text("1 to 2 of 2 rows")).to_be_visible()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    page: Page, server: Any, tmp_path: Path
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    large = tmp_path / "large.csv"
    large.write_bytes(b"id\n" + b"1\n" * 1_000_000)
    open_form(page, server, "CSV")
    choose(page, large)
    error = page.locator(".pd-field-error")
    expect(error).to_contain_text("large.csv")
    expect(error).to_contain_text("2 MB")
    assert not [url for url in sent if "/api/uploads" in url]
    assert "large.csv" not in uploads(server)


def test_the_server_refuses_a_file_that_the_browser_did_not_refuse(
    page: Page, server: Any, tmp_path: Path
) -> None:
    open_form(page, server)
    status = page.evaluate(
        """async () => {
            const body = new Blob([new Uint8Array(3_000_000)]);
            const answer = await fetch("/api/uploads?name=sly.csv", {method: "POST", body});
            return answer.status;
        }"""
    )
    assert status == 413
    assert "sly.csv" not in uploads(server)


def test_an_upload_shows_its_progress_and_can_be_cancelled(
    page: Page, server: Any, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.csv"
    slow.write_bytes(b"id\n" + b"1\n" * 900_000)
    open_form(page, server, "CSV")
    network = page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", limits)
    choose(page, slow)
    bar = page.get_by_role("progressbar", name="Uploading slow.csv")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_role("button", name="Connect", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Cancel the upload of slow.csv").click()
    expect(bar).to_have_count(0)
    expect(page.get_by_role("button", name="Connect", exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Remove slow.csv")).to_have_count(0)
    assert "slow.csv" not in uploads(server)


def test_a_broken_connection_while_sending_is_reported_at_the_field(
    page: Page, server: Any, shop: Path
) -> None:
    def drop(route: Route) -> None:
        route.abort("connectionreset")

    open_form(page, server)
    page.route("**/api/uploads**", drop)
    choose(page, shop)
    expect(page.locator(".pd-field-error")).to_contain_text("cannot be reached")
    page.unroute("**/api/uploads**")
    choose(page, shop)
    expect(page.get_by_role("button", name=f"Remove {shop.name}")).to_be_visible()
    expect(page.locator(".pd-field-error")).to_have_count(0)


def test_a_removed_upload_is_deleted_from_the_disk(page: Page, server: Any, tmp_path: Path) -> None:
    file = tmp_path / "unwanted.db"
    file.write_bytes(b"x")
    open_form(page, server)
    choose(page, file)
    remove = page.get_by_role("button", name="Remove unwanted.db")
    expect(remove).to_be_visible()
    assert "unwanted.db" in uploads(server)
    remove.press("Enter")
    expect(page.get_by_label("File path")).to_be_visible()
    wait_until(lambda: "unwanted.db" not in uploads(server))
