"""Text that looks like Reflex's own tags freezes nothing, wherever a person or another site can put it.

tests/unit/web/test_literal_guard.py says what belongs to the kind."""

import contextlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    SOON_MS,
    connect_file,
    open_app_address,
    start_generation,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LETTERS = "<reflex.Var>x</reflex.Var>"
NUMBER = "<reflex.Var>12</reflex.Var>"
EMPTY = "<reflex.Var></reflex.Var>"
NESTED = f"<reflex.Var>{LETTERS}</reflex.Var>"
TAGS = (LETTERS, NUMBER, EMPTY, NESTED, "<reflex.Var>")


@pytest.mark.parametrize("tag", TAGS)
def test_no_address_that_looks_like_a_tag_freezes_the_server(
    page: Page, server: Server, tag: str
) -> None:
    text = quote(tag, safe="")
    for place in ("/{}", "/sources/{}", "/apps/{}", "/operations/{}", "/generate?source={}"):
        page.goto(server.url + place.format(text))
        expect(page.get_by_text(re.compile("^Connected$|^404")).first).to_be_visible(
            timeout=SOON_MS
        )
    page.goto(f"{server.url}/sources/new?source={text}")
    page.wait_for_url(lambda url: "/sources/new" not in url, timeout=SOON_MS)
    page.goto(f"{server.url}/sources")
    expect(page.get_by_text("Sample shop").first).to_be_visible(timeout=SOON_MS)


def test_names_that_look_like_tags_are_shown_as_they_are(
    page: Page, make_server: Callable[..., Any], tmp_path: Path
) -> None:
    database = tmp_path / f"{EMPTY.replace('/', '')}.db"
    fill(database)
    server = make_server(ALLOWED_FOLDERS=f'["{tmp_path}"]')
    connect_file(page, server.url, database, LETTERS)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text(LETTERS).first).to_be_visible()
    page.goto(f"{server.url}/generate")
    page.get_by_label("Source", exact=True).click()
    page.get_by_role("option").filter(has_text=LETTERS).click()
    expect(page.locator("[data-table]").first).to_be_visible(timeout=SOON_MS)
    page.get_by_label("Project name").fill("Tags")
    page.get_by_label("Allow editing data").click()
    page.get_by_label("Description").fill(EMPTY + NESTED)
    start_generation(page)
    url = open_app_address(page)

    page.goto(url)
    expect(page.get_by_text("Tags").first).to_be_visible(timeout=SOON_MS)
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_count(3)
    for link in links.all_inner_texts():
        page.get_by_role("navigation").get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", name=link, level=1)).to_be_visible(timeout=SOON_MS)
        listed = page.url.partition("?")[0]
        for tag in TAGS:
            for place in ("/{}", "?search={}", "?{}={}"):
                address = listed + place.replace("{}", quote(tag, safe=""))
                assert httpx.get(address, timeout=60).status_code < 500
                page.goto(address)
                expect(page.locator("main")).not_to_be_empty(timeout=SOON_MS)
        assert httpx.get(url, timeout=60).status_code == 200


def fill(database: Path) -> None:
    """Create tables, columns, checks, defaults and values that look like tags."""
    checks = ", ".join(f"'{tag}'" for tag in TAGS)
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            f'CREATE TABLE "{LETTERS}" ("{NUMBER}" text PRIMARY KEY, "{EMPTY}" text CHECK ("{EMPTY}" IN '
            f"({checks})) DEFAULT '{LETTERS}', \"{NESTED}\" text)"
        )
        connection.execute(
            f'CREATE TABLE "t {NUMBER}" (id integer PRIMARY KEY, "{LETTERS}" text REFERENCES '
            f'"{LETTERS}" ("{NUMBER}"))'
        )
        for tag in TAGS:
            connection.execute(f'INSERT INTO "{LETTERS}" VALUES (?, ?, ?)', (tag, tag, tag))
            connection.execute(f'INSERT INTO "t {NUMBER}" ("{LETTERS}") VALUES (?)', (tag,))
