"""An app that is killed in the middle of a save.

The kind: what the state of a tab says about work that ended with the process. An example is a form that for ever
counts as being saved."""

import shutil
import sqlite3
from contextlib import closing

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import app_that_waits, serve
from tests.ports import free_port

pytestmark = pytest.mark.browser


def kill_server_process(port: int) -> None:
    for process in psutil.process_iter(["cmdline"]):
        if f"--port {port} " in " ".join(process.info["cmdline"] or ()):
            process.kill()


def test_the_form_is_saved_after_a_restart_and_can_be_saved_again(shop, tmp_path, page: Page):
    folder, database, port = app_that_waits(shop, tmp_path), tmp_path / "shop.db", free_port()
    shutil.copy(shop.database, database)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        with serve(folder, database, port) as app:
            page.goto(f"{app.url}/customers/1")
            page.get_by_role("button", name="Edit").click()
            page.get_by_label("City").fill("Oxford")
            other.execute("begin immediate")
            page.get_by_role("button", name="Save").click()
            expect(page.locator("button[type=submit]:disabled")).to_be_visible()
            page.wait_for_timeout(3_000)  # the app writes the tab's state after 2 s
            kill_server_process(port)
        other.execute("rollback")
    with serve(folder, database, port) as app:
        city = page.locator("dt", has_text="City").locator("xpath=following-sibling::dd[1]")
        expect(city).to_have_text("Oxford")  # the browser has sent it again by itself
        assert app.query("select city from customers where id = 1") == [("Oxford",)]
        page.get_by_role("button", name="Edit").click()
        expect(page.get_by_role("button", name="Save")).to_be_enabled()
        expect(page.get_by_label("City")).to_have_value("Oxford")
        page.get_by_label("City").fill("Bath")
        page.get_by_role("button", name="Save").click()
        expect(city).to_have_text("Bath")
        assert app.query("select city from customers where id = 1") == [("Bath",)]
