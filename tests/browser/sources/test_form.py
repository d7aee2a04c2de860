"""The connect form: its checks, its draft, and the errors at its fields."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import wait_until
from tests.browser.sources.forms import choose, connect, open_form

pytestmark = pytest.mark.browser


def test_a_test_shows_its_stages_and_saves_nothing(page: Page, server: Any, shop: Path) -> None:
    open_form(page, server)
    choose(page, shop)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("The connection works.")).to_be_visible()
    steps = page.locator("[data-step]")
    expect(steps).to_have_count(3)
    for at in range(3):
        expect(steps.nth(at)).to_have_attribute("data-state", "succeeded")
    expect(steps.last).to_contain_text("2 tables")

    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Corner shop")).to_have_count(0)


def test_a_path_in_the_folder_of_samples_can_be_typed(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_label("File path").fill(str(server.home / "samples" / "sample_shop.db"))
    connect(page, "By its path")
    expect(page.get_by_role("heading", name="By its path", level=1)).to_be_visible()


def test_an_empty_form_marks_its_fields_and_focuses_the_first(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_role("button", name="Connect", exact=True).click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("File path")).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("Something")
    expect(name).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc/passwd", "outside the folders"),
        ("../../proto_ddf.db", "outside the folders"),
        ("nowhere.db", "does not exist"),
    ],
)
def test_a_path_that_cannot_be_read_is_reported_at_its_field(
    page: Page, server: Any, path: str, message: str
) -> None:
    open_form(page, server)
    page.get_by_label("File path").fill(path)
    page.get_by_role("button", name="Test connection").click()
    field = page.get_by_label("File path")
    expect(page.locator(".pd-field-error")).to_contain_text(message)
    expect(field).to_have_value(path)
    expect(field).to_be_focused()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("garbage.db", b"no database at all, " * 100, "not a SQLite database"),
        ("nothing.db", b"", "has no tables"),
    ],
)
def test_a_file_that_is_no_database_is_reported_and_nothing_is_lost(
    page: Page, server: Any, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    open_form(page, server)
    choose(page, file)
    expect(
        page.get_by_role("button", name=f"Remove {name}")
    ).to_be_visible()  # the file suggests a name
    page.get_by_label("Name", exact=True).fill("Broken")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator(".pd-field-error")).to_contain_text(message)
    expect(page.get_by_role("alert").filter(has_text=message).first).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Broken")
    expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()

    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Broken")).to_have_count(0)


def test_try_again_connects_when_the_file_is_repaired(
    page: Page, server: Any, shop: Path, tmp_path: Path
) -> None:
    path = server.home / "samples" / "mended.db"
    path.write_bytes(b"no database yet" * 100)
    open_form(page, server)
    page.get_by_label("File path").fill(str(path))
    connect(page, "Mended")
    again = page.get_by_role("button", name="Try Again")
    expect(again).to_be_visible()
    path.write_bytes(shop.read_bytes())
    again.click()
    expect(page.get_by_role("heading", name="Mended", level=1)).to_be_visible()


def test_the_draft_is_kept_after_a_reload_and_in_a_new_tab(
    page: Page, server: Any, shop: Path
) -> None:
    open_form(page, server, "CSV")
    page.get_by_label("File path").fill("some/file.csv")
    page.get_by_label("Name", exact=True).fill("Kept")
    page.get_by_label("Name", exact=True).blur()
    wait_until(lambda: "Kept" in str(page.evaluate("() => ({...localStorage})")))
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Kept")
    expect(page.get_by_label("File path")).to_have_value("some/file.csv")
    expect(page.get_by_label("Kind", exact=True)).to_contain_text("CSV")

    other = page.context.new_page()
    other.goto(f"{server.url}/sources/new")
    expect(other.get_by_label("Name", exact=True)).to_have_value("Kept")


def test_the_form_works_by_keyboard_alone(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    expect(page.locator("input[type=file]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("File path")).to_be_focused()
    page.keyboard.type("sample_shop.db")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard", level=1)).to_be_visible()
