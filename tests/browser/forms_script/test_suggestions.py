"""A new UUID is filled in when the person presses the button for it: as long as its column, other each time, and kept as if
it had been typed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.forms_script.conftest import Site
from tests.browser.forms_script.filling import open_form

pytestmark = pytest.mark.browser

WITHOUT_HYPHENS = r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.mark.parametrize(
    ("longest", "written"), [("36", UUID), ("", UUID), ("32", WITHOUT_HYPHENS)]
)
def test_it_is_filled_in_and_sent(site: Site, page: Page, longest: str, written: str) -> None:
    open_form(page, site)
    control = page.get_by_label("Elements")
    control.evaluate("(control, longest) => (control.dataset.maxLength = longest)", longest)
    suggest = page.get_by_role("button", name="Fill in a new UUID")
    suggest.click()
    expect(control).to_have_value(re.compile(f"^{written}$"))
    first = control.input_value()
    suggest.click()
    expect(control).not_to_have_value(first)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert re.fullmatch(written, dict(page.evaluate("window.sent[0]"))["elements"])
