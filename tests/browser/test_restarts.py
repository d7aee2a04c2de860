"""The server ends and starts again under open pages: each comes back by itself, with what was typed in it."""

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.driving import (
    choose_kind,
    fill_generate_form,
    wait_until,
    wait_until_connected,
    wait_until_disconnected,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LIVE = ("/errors", "/resilience")
"""Pages whose figures change with each start."""
PATHS = ("/", "/sources", "/apps", "/operations", "/settings/notifications", *LIVE)


def test_every_open_page_comes_back(
    context: BrowserContext, make_server: Callable[..., Any]
) -> None:
    server = make_server()
    generate, connect = context.new_page(), context.new_page()
    fill_generate_form(generate, server.url, "Typed name", editing=True)
    connect.goto(f"{server.url}/sources/new")
    choose_kind(connect, "PostgreSQL")
    connect.get_by_label("Name", exact=True).fill("Typed source")
    others = {path: context.new_page() for path in PATHS}
    for path, page in others.items():
        page.goto(server.url + path)
    pages = [generate, connect, *others.values()]
    for page in pages:
        wait_until_connected(page)
        page.evaluate("window.sameTab = true")
    shown = {path: content(page) for path, page in others.items() if path not in LIVE}
    for end in (server.kill, server.terminate):
        connect.get_by_label("Host").fill(f"host-{end.__name__}")  # typed when it ends
        end()
        for page in pages:
            wait_until_disconnected(page)
        generate.get_by_label("Project name").fill(f"Typed by {end.__name__}")
        server.start()
        for page in pages:
            wait_until_connected(page)
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            assert page.evaluate("window.sameTab")
        expect(generate.get_by_label("Project name")).to_have_value(f"Typed by {end.__name__}")
        expect(generate.get_by_text("allowed", exact=True)).to_be_visible()
        expect(connect.get_by_label("Name", exact=True)).to_have_value("Typed source")
        expect(connect.get_by_label("Host")).to_have_value(f"host-{end.__name__}")
        for path, text in shown.items():
            wait_until(lambda path=path, text=text: content(others[path]) == text)  # type: ignore[misc]
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)  # no packet says that it is gone
    for page in pages:
        wait_until_disconnected(page)
    server.process.send_signal(signal.SIGCONT)
    for page in pages:
        wait_until_connected(page)
        assert page.evaluate("window.sameTab")
    others["/sources"].get_by_role("link", name=re.compile("Sample shop")).first.click()
    expect(others["/sources"].get_by_role("heading", name="Sample shop", level=1)).to_be_visible()


def content(page: Page) -> str:
    """What the page shows, without times."""
    return re.sub(
        r"\b(a|an|\d+) \w+ ago|just now|in \d+ \w+", "", page.locator("main").inner_text()
    )
