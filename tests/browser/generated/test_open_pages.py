"""An open page of an app: one that was built again reloads itself once, and what was typed in its form is there again; one that
does not answer is noticed."""

import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import app_that_waits, serve
from tests.ports import free_port

pytestmark = pytest.mark.browser

BUILD_ID = re.compile(r'(name="build-id"[^>]*content="|content=")[0-9a-f]{12,}(?=")')


def test_what_is_typed_survives_the_reload(shop: Any, tmp_path: Path, page: Page) -> None:
    folder, database, port = app_that_waits(shop, tmp_path), tmp_path / "shop.db", free_port()
    shutil.copy(shop.database, database)
    loads: list[Page] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded))
    with serve(folder, database, port) as app:
        page.goto(f"{app.url}/customers/1")
        page.get_by_role("button", name="Edit").click()
        page.get_by_label("City").fill("Oxford")
    build_again(folder)
    with serve(folder, database, port):
        page.wait_for_function("document.querySelector('meta[name=build-id]').content === 'newer'")
        expect(page.get_by_label("City")).to_have_value("Oxford")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert len(loads) == 2


def test_an_app_that_does_not_answer_any_more_is_noticed(
    shop: Any, tmp_path: Path, page: Page
) -> None:
    database = tmp_path / "shop.db"
    shutil.copy(shop.database, database)
    with serve(shop.folder, database) as app:
        page.goto(f"{app.url}/customers")
        connected = page.locator("connection-state[data-state=connected]").first
        expect(connected).to_be_attached()
        app.process.send_signal(signal.SIGSTOP)
        expect(connected).not_to_be_attached()
        expect(page.locator("connection-banner")).to_contain_text("No connection since")
        app.process.send_signal(signal.SIGCONT)
        expect(connected).to_be_attached()


def build_again(folder: Path) -> None:
    """Give the built pages the id of another build; nothing else differs."""
    changed = 0
    for file in (folder / ".web/build/client").rglob("*.html"):
        text, count = BUILD_ID.subn(r"\1newer", file.read_text())
        file.write_text(text)
        changed += count
    assert changed
