"""The server's event loop is frozen: the server is restarted, and the open page continues."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.driving import wait_until, wait_until_connected

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RESTART_MS = 120_000


def test_an_open_page_survives_a_frozen_server(page: Page, make_server: Callable[..., Any]) -> None:
    server = make_server(str(ROOT / "tests" / "freezing_server.py"))
    page.goto(f"{server.url}/generate")
    wait_until_connected(page)
    page.get_by_label("Project name").fill("Kept name")
    page.get_by_label("Project name").blur()
    page.evaluate("window.sameTab = true")
    frozen = json.loads((server.home / "server.json").read_text())["pid"]
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(f"{server.url}/freeze", timeout=120)

    def serves_again() -> bool:
        with contextlib.suppress(httpx.HTTPError, OSError, ValueError):
            noted = json.loads((server.home / "server.json").read_text())
            return noted["pid"] != frozen and httpx.get(server.url).status_code == 200
        return False

    wait_until(serves_again, RESTART_MS)
    wait_until_connected(page)
    assert page.evaluate("window.sameTab")
    expect(page.get_by_label("Project name")).to_have_value("Kept name")
    page.get_by_role("link", name="Sources").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Sources", level=1)).to_be_visible()
    expect(page.get_by_text("Sample shop").first).to_be_visible()
    assert server.process.poll() is None
