"""The plan's editor: what rows are called, the navigation, the key figures and the charts can be changed, and stay."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import fill_generate_form
from tests.browser.looking import PHONE, in_both_modes, overflow_width, serious_findings

pytestmark = pytest.mark.browser


def _titles(page: Page, part: str) -> list[str]:
    return [each.input_value() for each in page.locator(f"[data-{part}] input").all()]


def _rename(entry: Locator, title: str) -> None:
    entry.get_by_role("textbox").fill(title)
    entry.get_by_role("textbox").blur()


def _expect_titles(page: Page, part: str, titles: list[str]) -> None:
    entries = page.locator(f"[data-{part}] input")
    expect(entries).to_have_count(len(titles))
    for entry, title in zip(entries.all(), titles, strict=True):
        expect(entry).to_have_value(title)


@pytest.mark.parametrize("part", ["figure", "chart"])
def test_key_figures_and_charts_are_renamed_moved_removed_and_added(
    page: Page, server: Any, part: str
) -> None:
    word = {"figure": "key figure", "chart": "chart"}[part]
    fill_generate_form(page, server.url, f"A {word}")
    expect(page.locator(f"[data-{part}]").nth(2)).to_be_visible()
    _, second, *others = _titles(page, part)
    _rename(page.locator(f"[data-{part}]").first, "My own title")
    _expect_titles(page, part, ["My own title", second, *others])
    page.get_by_role("button", name=f"Move down: the {word} My own title").click()
    _expect_titles(page, part, [second, "My own title", *others])
    page.get_by_role("button", name=f"Remove the {word} {second}", exact=True).click()
    _expect_titles(page, part, ["My own title", *others])
    page.get_by_label(f"Table of the new {word}").select_option("products")
    if part == "chart":
        page.get_by_label("Column that the new chart groups by").select_option(index=1)
    else:
        page.get_by_label("What the new key figure shows").select_option("Average of price")
    page.get_by_role("button", name=f"Add {word}").click()
    expect(page.locator(f"[data-{part}]")).to_have_count(len(others) + 2)
    changed = _titles(page, part)
    assert changed[:-1] == ["My own title", *others]
    page.reload()
    _expect_titles(page, part, changed)


def test_a_key_figure_that_is_there_is_not_added_again(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "Once")
    expect(page.locator("[data-figure]").first).to_be_visible()
    titles = _titles(page, "figure")
    page.get_by_label("Table of the new key figure").select_option("customers")
    page.get_by_role("button", name="Add key figure").click()
    expect(page.get_by_text("The dashboard has this key figure.", exact=True)).to_be_visible()
    _expect_titles(page, "figure", titles)


def test_the_name_of_rows_and_the_section_are_changed(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "Called otherwise")
    table = page.locator("[data-table=products]")
    table.locator("summary").click()
    table.get_by_label("One row is").fill("Article")
    table.get_by_label("One row is").blur()
    table.get_by_label("Navigation").select_option("look-up")
    table.get_by_label("Add a column to the name of a row of Products").select_option("price")
    # A tab's changes are made in their order: once the last is seen, the earlier ones are kept.
    expect(table.get_by_role("button", name="Remove from the name: price")).to_be_visible()
    page.reload()
    table.locator("summary").click()
    expect(table.get_by_label("One row is")).to_have_value("Article")
    expect(table.get_by_role("button", name="Remove from the name: price")).to_be_visible()
    expect(table.get_by_label("Navigation")).to_have_value("look-up")


@pytest.mark.parametrize("width", [PHONE["width"], 1440])
def test_the_editor_of_the_first_screen_is_accessible_and_fits(
    page: Page, server: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    fill_generate_form(page, server.url, "Looked at")
    page.get_by_role("heading", name="Key figures").scroll_into_view_if_needed()
    assert overflow_width(page) == 0
    assert {mode: serious_findings(page) for mode in in_both_modes(page)} == {
        "light": [],
        "dark": [],
    }
