"""Every page says when Proto-DDF cannot store its data, and stops saying so without a click when it can again.

What belongs to the kind: each of the two databases moved, deleted, replaced, read-only, emptied, overwritten; the
whole home folder moved; a full disk, for tabs that are open and for new ones. The checks themselves are tested one
by one in tests/unit/db/test_health.py."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import disks
from tests.browser.conftest import Server
from tests.browser.driving import wait_until, wait_until_stored
from tests.browser.looking import open_page

pytestmark = pytest.mark.browser
Damage = Callable[[Path], Callable[[], object]]


def banner(page: Page) -> Locator:
    return page.locator("[data-banner='storage']")


def expect_banner(page: Page, *texts: str) -> None:
    expect(banner(page)).to_have_count(1)
    for text in texts:
        expect(banner(page)).to_contain_text(text)


def expect_no_banner(page: Page) -> None:
    expect(banner(page)).to_have_count(0)


def move(path: Path) -> Callable[[], object]:
    """Like every kind of damage here: returns the function that repairs it."""
    away = path.with_name("elsewhere.db")
    path.rename(away)
    return lambda: away.rename(path)


def replace(path: Path) -> Callable[[], object]:
    away = path.with_name("elsewhere.db")
    path.rename(away)
    shutil.copy(away, path)
    return lambda: away.replace(path)


def protect(path: Path) -> Callable[[], object]:
    path.chmod(0o400)
    return lambda: path.chmod(0o600)


@pytest.mark.parametrize("name", ["proto_ddf.db", "operations.db"])
@pytest.mark.parametrize(
    ("damage", "problem"),
    [(move, "is gone"), (replace, "was replaced"), (protect, "is read-only")],
)
def test_a_database_that_cannot_be_used_is_reported_on_every_page_until_it_can(
    page: Page, server: Server, name: str, damage: Damage, problem: str
) -> None:
    path = server.home / name
    open_page(page, f"{server.url}/sources")
    expect_no_banner(page)
    repair = damage(path)
    try:
        expect_banner(page, problem, str(path), "goes on by itself")
        there = path.exists()
        for address in ("/apps", "/errors", "/generate", "/sources/new", "/nowhere"):
            page.goto(server.url + address)
            expect_banner(page, problem)
        assert path.exists() is there  # no empty database was created
    finally:
        repair()
    expect_no_banner(page)
    open_page(page, f"{server.url}/sources")
    expect(page.get_by_text("Sample shop").first).to_be_visible()


def test_a_damaged_database_is_reported(page: Page, make_server: Callable[..., Server]) -> None:
    server = make_server()
    open_page(page, server.url)
    (server.home / "proto_ddf.db").write_bytes(b"not a database " * 5000)
    expect_banner(page, "is damaged", "put a backup in its place")


def test_a_home_folder_that_is_moved_and_moved_back_works_again(
    page: Page, make_server: Callable[..., Server]
) -> None:
    server = make_server()
    open_page(page, f"{server.url}/sources")
    away = server.home.with_name("elsewhere")
    server.home.rename(away)
    expect(banner(page)).to_have_count(2)
    page.goto(f"{server.url}/apps")
    expect(banner(page)).to_have_count(2)
    assert not server.home.exists()
    away.rename(server.home)
    expect_no_banner(page)
    open_page(page, f"{server.url}/sources")
    expect(page.get_by_text("Sample shop").first).to_be_visible()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The home folder of the next server, on a disk of its own."""
    with disks.small_disk(tmp_path / "home0", "64m") as disk:
        yield disk


def test_a_full_disk_is_reported_in_a_new_tab_and_open_tabs_keep_working(
    page: Page, browser: Browser, small_disk: Path, make_server: Callable[..., Server]
) -> None:
    server = make_server()
    open_page(page, f"{server.url}/sources/new")
    page.get_by_label("Name").fill("Typed before")
    page.get_by_label("Name").blur()
    wait_until_stored(page, "proto_ddf.source_draft", "Typed before")
    filler = disks.fill_up(small_disk)
    with browser.new_context() as context:
        new = context.new_page()
        for address in ("/", "/sources", "/generate", "/sources/new"):
            new.goto(server.url + address)
            expect_banner(new, "The disk is full", "Free some space")
            expect(new.get_by_role("status").filter(has_text="Connected")).to_be_visible()
        expect_banner(page, "The disk is full")
        expect(page.get_by_label("Name")).to_have_value("Typed before")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources").click()
        page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        expect(page.get_by_text("Sample shop").first).to_be_visible()
        filler.unlink()
        expect_no_banner(new)
        expect_no_banner(page)
        new.get_by_role("navigation", name="Main").get_by_role("link", name="Sources").click()
        expect(new.get_by_text("Sample shop").first).to_be_visible()


def test_a_tab_opened_on_a_full_disk_is_stored_when_there_is_room(
    page: Page, small_disk: Path, make_server: Callable[..., Server]
) -> None:
    """A server that starts after a kill finds the state of the tab."""
    server = make_server()
    filler = disks.fill_up(small_disk)
    open_page(page, f"{server.url}/sources/new")
    expect_banner(page, "The disk is full")
    filler.unlink()
    expect_no_banner(page)
    tabs = server.home / "tabs"
    wait_until(lambda: any(tabs.glob("*.pkl")))
