"""Rows of a list are selected, and edited or deleted together."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import open_list

pytestmark = pytest.mark.browser


def add_customers(shop, *names: str) -> None:
    for name in names:
        shop.execute(
            "insert into customers(name, email, city, country, joined_on)"
            " values (?, ?, 'Rome', 'Italy', '2024-01-01')",
            name,
            f"{name.replace(' ', '.')}@selected.example.com".lower(),
        )


def open_added(shop, page: Page, *names: str) -> None:
    """The list of these customers alone."""
    shop.execute("delete from customers where email like '%@selected.example.com'")
    add_customers(shop, *names)
    open_list(page, f"{shop.url}/customers")
    page.get_by_label("Search Customers").fill("selected.example.com")
    expect(page.locator("tbody tr")).to_have_count(min(len(names), 25))
    expect(page.locator(".count")).to_contain_text(f"of {len(names)}")


def stored(shop, column: str) -> list[str]:
    found = shop.query(
        f"select {column} from customers where email like '%@selected.example.com' order by id"
    )
    return [value for (value,) in found]


def bar(page: Page):
    return page.get_by_role("group", name="Selected rows")


def test_rows_are_selected_one_by_one_in_ranges_and_all_at_once(shop, page: Page, console):
    open_added(shop, page, "One", "Two", "Three", "Four")
    boxes = page.locator("tbody [data-row]")
    expect(bar(page)).to_be_hidden()
    boxes.nth(0).check()
    expect(bar(page)).to_contain_text("1 row selected")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("3 rows selected")
    every = page.get_by_role("checkbox", name="Select all rows of this page")
    assert every.evaluate("box => box.indeterminate")
    boxes.nth(3).focus()
    page.keyboard.press("Space")
    expect(bar(page)).to_contain_text("4 rows selected")
    page.get_by_role("checkbox", name="Select no row").uncheck()
    expect(bar(page)).to_be_hidden()
    every.check()
    expect(bar(page)).to_contain_text("4 rows selected")
    page.get_by_label("Search Customers").fill("one@selected.example.com")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(bar(page)).to_contain_text("1 row selected")  # only rows that are shown
    bar(page).get_by_role("button", name="Clear selection").click()
    expect(bar(page)).to_be_hidden()
    assert not console


def test_a_field_of_many_rows_is_edited_in_their_places(shop, page: Page, console):
    open_added(shop, page, "One", "Two", "Three")
    page.locator("tbody [data-row]").nth(0).check()
    page.locator("tbody [data-row]").nth(1).check()
    bar(page).get_by_role("button", name="Edit field").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Edit a field of 2 rows")
    labels = dialog.get_by_label("Field").locator("option").all_inner_texts()
    assert "Email" not in labels  # unique
    dialog.get_by_label("Field").select_option(label="City")
    dialog.get_by_role("textbox", name="City").fill("Oslo")
    dialog.get_by_role("button", name="Change 2 rows").click()
    expect(page.get_by_text("City of 2 rows changed.")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(bar(page)).to_be_hidden()
    assert sorted(stored(shop, "city")) == ["Oslo", "Oslo", "Rome"]
    expect(page.locator("tbody tr", has_text="Oslo")).to_have_count(2)
    assert not console


def test_a_row_that_somebody_else_changed_stops_all_and_can_be_looked_at(shop, page: Page):
    open_added(shop, page, "One", "Two", "Three")
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    bar(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Delete 3 rows?")
    shop.execute("update customers set city = 'Bergen' where name = 'Two'")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("“Two” stopped it")
    assert len(stored(shop, "name")) == 3
    expect(page.locator("tbody tr", has_text="Bergen")).to_have_count(1)
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("3 rows deleted.")).to_be_visible()
    assert stored(shop, "name") == []


def test_the_rows_after_a_page_that_is_deleted_whole_are_shown(shop, page: Page):
    open_added(shop, page, *(f"Person {number:02}" for number in range(28)))
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    bar(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Delete 25 rows?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("25 rows deleted.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody tr").nth(2)).to_contain_text("Person 27")


def test_rows_in_use_are_named_before_anything_is_deleted(shop, page: Page):
    open_list(page, f"{shop.url}/customers")
    page.locator("tbody [data-row]").nth(0).check()
    page.locator("tbody [data-row]").nth(1).check()
    bar(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("2 rows cannot be deleted")
    expect(dialog).to_contain_text("refer to them: delete or change them first.")
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
