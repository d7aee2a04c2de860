"""axe-core finds nothing serious or critical on any page of a generated app."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from proto_ddf.settings import PROJECT_ROOT

pytestmark = pytest.mark.browser

AXE = PROJECT_ROOT / ".venv/node/node_modules/axe-core/axe.min.js"


def findings(page: Page) -> list[str]:
    """Serious and critical violations, each with the elements that cause it."""
    if not Path(AXE).is_file():
        pytest.skip("axe-core is missing: run `make test`")
    page.add_script_tag(path=str(AXE))
    result: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{found['id']}: {[node['html'][:120] for node in found['nodes'][:3]]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/customers", "/orders/1", "/orders/new", "/nowhere"])
def test_pages(shop, page: Page, path: str, scheme: Any):
    page.emulate_media(color_scheme=scheme)
    page.goto(shop.url + path)
    ready = {"/": ".card-count:not(.skeleton)", "/orders/new": "form", "/nowhere": "h1"}
    page.locator(ready.get(path, ".grid tbody tr")).first.wait_for()
    assert findings(page) == []


def test_a_phone(shop, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{shop.url}/customers")
    page.locator("tbody tr").first.wait_for()
    page.locator("summary").click()
    assert findings(page) == []


def test_the_filter_and_its_chips(shop, page: Page):
    page.goto(f"{shop.url}/orders")
    page.locator("tbody tr").first.wait_for()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Status")
    page.get_by_label("Value").select_option("paid")
    assert findings(page) == []
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("list", name="Filters").wait_for()
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_columns(shop, page: Page, scheme: Any):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{shop.url}/orders")
    page.locator("tbody tr").first.wait_for()
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("checkbox", name="Status").uncheck()
    assert findings(page) == []


def test_a_form_with_errors_and_an_open_select(shop, page: Page):
    page.goto(f"{shop.url}/orders/new")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").wait_for()
    page.locator(".choice").first.wait_for()
    assert findings(page) == []


def test_the_question_before_deleting(shop, page: Page):
    page.goto(f"{shop.url}/customers/1")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").wait_for()
    assert findings(page) == []


def test_a_failure(shop, page: Page):
    away = shop.database.with_suffix(".away")
    shop.database.rename(away)
    try:
        page.goto(f"{shop.url}/customers")
        page.get_by_role("button", name="Try Again").wait_for()
        assert findings(page) == []
    finally:
        away.rename(shop.database)
