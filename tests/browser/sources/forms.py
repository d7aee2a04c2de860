"""Filling in the connect form for the tests of sources."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.driving import choose_kind

LONG = "A long note. " * 40


def open_form(page: Page, server: Any, kind: str = "SQLite file") -> None:
    page.goto(f"{server.url}/sources/new")
    choose_kind(page, kind)


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])


def connect(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Connect", exact=True).click()


def connect_shop(page: Page, server: Any, shop: Path, name: str) -> None:
    """Upload and connect `shop`; the page of the source is open afterwards."""
    open_form(page, server)
    choose(page, shop)
    expect(page.get_by_role("button", name=f"Remove {shop.name}")).to_be_visible()
    connect(page, name)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def uploads(server: Any) -> set[str]:
    folder = server.home / "uploads"
    return {path.name for path in folder.glob("*/*") if not path.parent.name.startswith(".")}
