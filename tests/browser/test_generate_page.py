"""The generate page: with the keyboard, on a phone, after a reload, and its accessibility."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.driving import (
    SOON_MS,
    fill_generate_form,
    open_app_address,
    operation_id,
    start_generation,
    step,
)
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
    tab_to,
)

pytestmark = pytest.mark.browser


def test_an_app_is_generated_with_the_keyboard_alone(page: Page, server: Any) -> None:
    open_page(page, f"{server.url}/generate")
    source = page.get_by_label("Source", exact=True)
    tab_to(page, source)
    page.keyboard.press("Enter")
    sample = page.get_by_role("option", name="Sample")
    expect(sample).to_be_visible()
    page.keyboard.type("Sample")
    expect(sample).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-table=orders]")).to_be_visible()
    tab_to(page, page.get_by_label("Project name"))
    page.keyboard.type("Typed only")
    tab_to(page, page.get_by_label("Allow editing data"))
    page.keyboard.press("Space")
    expect(page.get_by_text("allowed", exact=True)).to_be_visible()
    tab_to(page, page.locator("[data-table=orders] summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Widget of Orders note"), stops=100)
    page.keyboard.type("Text")
    tab_to(page, page.get_by_label("Hidden of Orders note"))
    page.keyboard.press("Space")
    expect(page.get_by_label("Hidden of Orders note")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Generate app"), stops=100)
    page.keyboard.press("Enter")
    expect(step(page, "validate")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()

    assert {mode: serious_findings(page) for mode in in_both_modes(page)} == {
        "light": [],
        "dark": [],
    }
    shown = operation_id(page)
    page.reload()
    expect(page.locator(f"[data-operation='{shown}']")).to_be_visible()
    open_app_address(page)
    assert {mode: serious_findings(page) for mode in in_both_modes(page)} == {
        "light": [],
        "dark": [],
    }


@pytest.mark.parametrize("width", [PHONE["width"], 768, 1440])
def test_the_form_with_its_open_plan_is_accessible_and_fits_in_every_width(
    page: Page, server: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    fill_generate_form(page, server.url, "Looked at")
    page.locator("[data-table=orders] summary").click()
    expect(page.get_by_label("Label of Orders status")).to_be_visible()
    expect(page.get_by_role("button", name="Generate app")).to_be_in_viewport()
    assert overflow_width(page) == 0
    assert {mode: serious_findings(page) for mode in in_both_modes(page)} == {
        "light": [],
        "dark": [],
    }


def test_the_generate_button_stays_visible_on_a_phone_at_every_scroll_position(
    page: Page, server: Any
) -> None:
    page.set_viewport_size(PHONE)
    fill_generate_form(page, server.url, "In reach")
    button = page.get_by_role("button", name="Generate app")
    bar = page.get_by_role("navigation", name="Main").bounding_box()
    for place in ("Project name", "Title of the chart Total of orders per month"):
        page.get_by_label(place, exact=True).scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        assert bar
        assert box["y"] + box["height"] <= bar["y"], place
    expect(page.get_by_label("Summary").get_by_text("in_reach").last).to_be_visible()


def test_widgets_have_readable_names_and_are_stored_by_value(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "In words")
    page.locator("[data-table=orders] summary").click()
    widget = page.get_by_label("Widget of Orders note")
    expect(widget.locator("option:checked")).to_have_text("Text area")
    widget.select_option(label="Text")
    expect(widget).to_have_value("text")
    page.get_by_label("Allow editing data").click()
    # A tab's changes are made in their order: once the last is seen, the earlier ones are kept.
    expect(page.get_by_text("allowed", exact=True)).to_be_visible()
    page.reload()
    page.locator("[data-table=orders] summary").click()
    expect(widget).to_have_value("text")


def test_the_draft_is_kept_after_a_reload(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "Kept draft", editing=True)
    page.get_by_label("Description").fill("Half written")
    page.get_by_label("crimson").click()
    charts = page.locator("[data-chart]").count()
    page.get_by_role("button", name="Remove the chart Total of orders per month").click()
    expect(page.locator("[data-chart]")).to_have_count(charts - 1)
    page.reload()
    expect(page.get_by_label("Project name")).to_have_value("Kept draft")
    expect(page.get_by_label("Description")).to_have_value("Half written")
    expect(page.get_by_label("Allow editing data")).to_be_checked()
    expect(page.get_by_label("crimson")).to_be_checked()
    expect(page.locator("[data-chart]")).to_have_count(charts - 1)


def test_enter_immediately_after_typing_sends_what_was_typed(page: Page, server: Any) -> None:
    fill_generate_form(page, server.url, "")
    name = page.get_by_label("Project name")
    name.press_sequentially("x!")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("has 2")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("x!")


def test_an_operation_that_was_closed_is_not_shown_again_by_an_early_reload(
    page: Page, server: Any
) -> None:
    """The server knows that it was closed, but its answer is lost, so the tab still stores the operation's id."""
    lost: list[str | bytes] = []
    is_losing = False

    def answer(socket: WebSocketRoute, message: str | bytes) -> None:
        if is_losing:
            lost.append(message)
        else:
            socket.send(message)

    pass_answers(page, answer)
    generate_and_cancel(page, server.url, "Left early")
    is_losing = True
    page.get_by_role("button", name="Back to the form").click()
    for _ in range(SOON_MS // 50):
        if any("kept_operation" in str(message) for message in lost):
            break
        page.wait_for_timeout(50)
    is_losing = False
    assert page.evaluate("sessionStorage.getItem('proto_ddf.generation')")
    open_page(page, f"{server.url}/generate")
    expect(page.get_by_label("Project name")).to_have_value("Left early")
    expect(page.locator("[data-operation]")).to_have_count(0)
    page.wait_for_function("sessionStorage.getItem('proto_ddf.generation') === ''")


def test_no_form_is_shown_before_the_operation_that_a_new_state_shows(
    page: Page, server: Any
) -> None:
    """The connection is slow, so that the page has time to render each answer."""

    def answer(socket: WebSocketRoute, message: str | bytes) -> None:
        time.sleep(0.2)
        socket.send(message)

    generate_and_cancel(page, server.url, "Shown at once")
    shown = operation_id(page)
    page.add_init_script(
        "new MutationObserver(() => {"
        " if (document.querySelector('form[data-typed]')) window.formWasShown = true;"
        "}).observe(document, { subtree: true, childList: true })"
    )
    page.evaluate("sessionStorage.removeItem('token')")
    pass_answers(page, answer)
    page.reload()
    expect(page.locator(f"[data-operation='{shown}']")).to_be_visible()
    assert page.evaluate("window.formWasShown") is None


def pass_answers(page: Page, answer: Callable[[WebSocketRoute, str | bytes], None]) -> None:
    """From now on, every answer of the server on every connection is passed to `answer`."""

    def connect(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: answer(socket, message))

    page.route_web_socket("**/_event/**", connect)


def generate_and_cancel(page: Page, url: str, name: str) -> None:
    fill_generate_form(page, url, name)
    start_generation(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel operation").click()
    expect(page.get_by_role("button", name="Back to the form")).to_be_visible()
