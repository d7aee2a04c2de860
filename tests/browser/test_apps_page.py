"""The pages of apps: accessibility, on a phone, the log, a source that changed, and the dialog that asks for the
name."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import (
    GENERATE_MS,
    SOON_MS,
    connect_file,
    fill_generate_form,
    open_app_address,
    start_generation,
)
from tests.browser.looking import PHONE, in_both_modes, open_page, overflow_width, serious_findings

pytestmark = pytest.mark.browser

NAME = "Shown on its page"
SLUG = "shown_on_its_page"
SOURCE = "Notes to be shown"


def change(server: Any, sql: str) -> None:
    """Run a statement in the database that the app works on."""
    with closing(sqlite3.connect(server.home / "samples" / "shown.db")) as database, database:
        database.executescript(sql)


@pytest.fixture(scope="module")
def app(server: Any, browser: Browser) -> str:
    """The slug of a running app with its own source."""
    change(
        server,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, day DATE);"
        "INSERT INTO notes (title, day) VALUES ('First', '2024-02-29'), ('Second', '2024-03-01');",
    )
    page = browser.new_page()
    connect_file(page, server.url, server.home / "samples" / "shown.db", SOURCE)
    fill_generate_form(page, server.url, NAME, source=SOURCE)
    start_generation(page)
    open_app_address(page)
    page.close()
    return SLUG


def append_to_log(server: Any, slug: str, text: str) -> None:
    log: Path = server.home / "apps" / slug / "logs" / "app.log"
    with log.open("a") as file:
        file.write(text)


@pytest.mark.parametrize("width", [PHONE["width"], 1440])
def test_the_list_and_the_page_of_an_app_are_accessible_and_fit_in_every_width(
    page: Page, server: Any, app: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    for path in ("/apps", f"/apps/{app}"):
        open_page(page, server.url + path)
        expect(page.locator("[data-state=running]").first).to_be_visible()
        assert overflow_width(page) == 0, path
        found = {mode: serious_findings(page) for mode in in_both_modes(page)}
        assert found == {"light": [], "dark": []}, path


def test_the_log_is_coloured_searched_paused_and_downloaded(
    page: Page, server: Any, app: str
) -> None:
    append_to_log(server, app, "WARNING: quite slow\nValueError: it went wrong\n")
    open_page(page, f"{server.url}/apps/{app}")
    log = page.get_by_role("log")
    expect(log.locator("[data-level=warning]")).to_have_text(["WARNING: quite slow\n"])
    expect(log.locator("[data-level=error]")).to_have_text(["ValueError: it went wrong\n"])
    search = page.get_by_label("Search the log")
    search.fill("SLOW")
    expect(log.locator("[data-level]")).to_have_count(1)
    search.fill("nothing such")
    expect(page.get_by_text("No line has this text.")).to_be_visible()
    search.fill("")
    expect(log).to_contain_text("it went wrong")
    page.get_by_label("Follow").click()
    expect(page.get_by_label("Follow")).not_to_be_checked()
    append_to_log(server, app, "one more\n")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download log").click()
    assert download.value.suggested_filename == f"{app}.log"
    assert "quite slow\n" in Path(download.value.path()).read_text()
    assert "one more\n" in Path(download.value.path()).read_text()
    expect(log).not_to_contain_text("one more")
    page.get_by_label("Follow").click()
    expect(log).to_contain_text("one more")


def test_a_new_column_of_the_source_is_in_the_app_after_regenerating(
    page: Page, server: Any, app: str
) -> None:
    change(
        server,
        "ALTER TABLE notes ADD COLUMN colour TEXT;"
        "UPDATE notes SET colour = 'teal';"
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, word TEXT);",
    )
    page.goto(f"{server.url}/sources")
    page.get_by_role("link", name=SOURCE).click()
    page.get_by_role("button", name="Refresh").click()
    changes = page.get_by_role("region", name="What changed")
    expect(changes).to_contain_text("1 table added, 1 column added", timeout=SOON_MS)
    expect(changes.get_by_role("listitem")).to_have_text(
        ["Table tags added", "Column notes.colour added"]
    )

    open_page(page, f"{server.url}/apps")
    row = page.locator(f"[data-app={app}]")
    expect(row).to_contain_text("Its source has changed: 1 table added, 1 column added.")
    row.get_by_role("link", name="Regenerate").click()
    expect(page.get_by_text("Its source has changed", exact=True)).to_be_visible()
    address = page.get_by_role("link", name="http://127.0.0.1:").get_attribute("href")
    handmade = server.home / "apps" / app / app / "pages" / "notes.py"
    handmade.write_text(handmade.read_text() + "# by hand\n")
    open_page(page, f"{server.url}/apps/{app}")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Regenerate").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("listitem")).to_have_text([f"{app}/pages/notes.py"])
    expect(dialog).to_contain_text(f"{app}.previous")
    assert overflow_width(page) == 0
    assert serious_findings(page) == []
    tags = dialog.get_by_role("checkbox", name="tags")
    tags.click()
    expect(tags).to_be_checked()  # the button sends what is shown
    dialog.get_by_role("button", name="Regenerate app").click()
    expect(page.get_by_text("The app was regenerated")).to_be_visible(timeout=GENERATE_MS)
    expect(page.get_by_text("Its source has changed", exact=True)).to_have_count(0)
    expect(page.locator("[data-state=running]").first).to_be_visible(timeout=SOON_MS)
    previous = server.home / "apps" / f"{app}.previous" / app / "pages" / "notes.py"
    assert previous.read_text().endswith("# by hand\n")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}/notes")
    expect(page.get_by_role("columnheader", name="Colour")).to_be_visible()
    expect(page.get_by_text("teal").first).to_be_visible()
    expect(page.get_by_role("link", name="Tags")).to_be_visible()


def test_an_app_is_deleted_only_after_its_name_was_typed(page: Page, server: Any, app: str) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, f"{server.url}/apps/{app}")
    found = {}
    for mode in in_both_modes(page):
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("its code, its logs")
        found[mode] = serious_findings(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Delete")).to_be_focused()
    assert found == {"light": [], "dark": []}

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    typed = dialog.get_by_role("textbox")
    confirm = dialog.get_by_role("button", name="Delete app")
    for wrong in ("", NAME.upper(), NAME[:-1]):
        typed.fill(wrong)
        confirm.click()
        expect(dialog).to_be_visible()
    assert (server.home / "apps" / app).is_dir()
    typed.fill(NAME)
    typed.press("Enter")
    expect(page).to_have_url(f"{server.url}/apps", timeout=SOON_MS)
    expect(page.locator(f"[data-app={app}]")).to_have_count(0)
    assert list((server.home / "apps").glob(f"{app}*")) == []
