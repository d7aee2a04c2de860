"""The resilience page in a browser: faults are injected there, a circuit opens, and the callout counts down."""

import itertools
import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    end_injections,
    start_connecting,
    start_injection,
    watched_failures,
)
from tests.browser.looking import in_both_modes, open_page, overflow_width, serious_findings, tab_to
from tests.ports import free_port

pytestmark = pytest.mark.browser

COUNTING = re.compile(r"^Can be tried again in \d+ s$")
OPEN_SECONDS = 15
"""How long a circuit stays open in these tests: long enough for the checks, short enough to wait for its end."""
WIDTHS = (1440, 768, 390)

_numbers = itertools.count(1)


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose scripts must not fail."""
    failures = watched_failures(page)
    yield page
    assert failures == []


@pytest.fixture(scope="module")
def faulty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that allows fault injection and whose circuits open at the second failure."""
    source = {
        "max_retries": 1,
        "retry_delay_ms": 50,
        "retry_budget_tokens": 1000,
        "circuit_breaker_threshold": 2,
        "circuit_breaker_success_threshold": 1,
        "circuit_breaker_reset_timeout_ms": OPEN_SECONDS * 1000,
    }
    environment = {"FAULTS_ENABLED": "true", "NETWORK_SYSTEMS": json.dumps({"source": source})}
    environment["NETWORK_ERROR_ALERT_THRESHOLD"] = "2"
    environment["SOURCE_CHECK_SECONDS"] = "86400"  # a failed check would be counted too
    server = Server(tmp_path_factory.mktemp("faulty") / "home", free_port(), environment)
    server.start()
    yield server
    server.end()


@pytest.fixture
def faulty(faulty_server: Server, page: Page) -> Server:
    """The same server, without active injections and with every circuit closed."""
    end_injections(page, faulty_server.url)
    return faulty_server


def open_a_circuit(page: Page, server: Server) -> Locator:
    """Connect the sample while all its calls fail; returns the callout that counts down."""
    start_injection(page, server.url)
    name = f"Broken {next(_numbers)}"
    start_connecting(page, server.url, server.home / "samples" / "sample_shop.db", name)
    failed = page.get_by_role("alert").filter(has_text="No connection")
    expect(failed).to_be_visible()
    failed.get_by_role("button", name="Try Again").click()
    paused = page.get_by_role("alert").filter(has_text="Calls are paused")
    expect(paused).to_be_visible()
    return paused


def target(page: Page) -> Locator:
    return page.locator("[data-target^='source/sample_shop']")


def seconds_left(callout: Locator) -> int:
    words = callout.get_by_role("timer").inner_text()
    return int(re.sub(r"\D", "", words))


def test_an_open_circuit_counts_down_and_try_again_succeeds_when_the_injection_is_stopped(
    page: Page, faulty: Server
) -> None:
    paused = open_a_circuit(page, faulty)
    again = paused.get_by_role("button", name="Try Again")
    expect(paused.get_by_role("timer")).to_have_text(COUNTING)
    expect(again).to_be_disabled()
    before = seconds_left(paused)
    assert 0 < before <= OPEN_SECONDS
    page.reload()
    expect(paused.get_by_role("timer")).to_have_text(COUNTING)
    expect(again).to_be_disabled()
    assert seconds_left(paused) <= before
    other = page.context.new_page()
    open_page(other, f"{faulty.url}/resilience")
    other.get_by_role("button", name=re.compile("^Stop Error")).click()
    expect(other.locator("[data-fault]")).to_have_count(0)
    expect(again).to_be_enabled()
    expect(paused.get_by_text("It can be tried again now.")).to_be_attached()
    again.click()
    expect(page.get_by_role("heading", name=re.compile("^Broken"), level=1)).to_be_visible()
    expect(target(other)).to_have_attribute("data-state", "closed")


def test_the_count_is_not_announced_every_second(page: Page, faulty: Server) -> None:
    paused = open_a_circuit(page, faulty)
    expect(paused.get_by_role("timer")).to_have_attribute("aria-live", "off")
    expect(paused.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize("hours", [-3, 3])
def test_the_browsers_clock_may_be_wrong(page: Page, faulty: Server, hours: int) -> None:
    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {hours} * 3600000")
    paused = open_a_circuit(page, faulty)
    expect(paused.get_by_role("timer")).to_have_text(COUNTING)
    assert 0 < seconds_left(paused) <= OPEN_SECONDS
    page.reload()
    expect(paused.get_by_role("timer")).to_have_text(COUNTING)
    assert 0 < seconds_left(paused) <= OPEN_SECONDS
    expect(paused.get_by_role("button", name="Try Again")).to_be_enabled()


def test_the_list_of_errors_counts_down_too(page: Page, faulty: Server) -> None:
    open_a_circuit(page, faulty)
    page.goto(f"{faulty.url}/errors")
    newest = page.get_by_role("listitem").filter(has_text="Calls are paused")
    row = newest.first
    expect(row.get_by_role("timer")).to_have_text(COUNTING)
    expect(row.get_by_role("button", name="Try Again")).to_be_disabled()
    expect(row.get_by_role("button", name="Try Again")).to_be_enabled()


def test_a_breaker_is_shown_live_and_can_be_reset_and_forced_open(
    page: Page, faulty: Server
) -> None:
    open_a_circuit(page, faulty)
    open_page(page, f"{faulty.url}/resilience")
    row = target(page)
    expect(row).to_have_attribute("data-state", "open")
    expect(row.get_by_role("timer")).to_have_text(re.compile(r"^Probe in \d+ s$"))
    unfold = row.get_by_role("button", name="sample_shop", exact=False).first
    unfold.click()
    expect(unfold).to_have_attribute("aria-expanded", "true")
    changes = row.get_by_role("list", name="Changes")
    expect(changes.get_by_role("listitem").first).to_contain_text("2 consecutive failures")
    expect(row.get_by_text("connection_failed").first).to_be_visible()
    expect(row).to_have_attribute("data-state", "half_open")
    row.get_by_role("button", name="Reset").click()
    expect(row).to_have_attribute("data-state", "closed")
    expect(changes.get_by_role("listitem").first).to_contain_text("reset by hand")
    row.get_by_role("button", name="Force open").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("reading this source stop")
    asked.get_by_role("button", name="Leave it").click()
    expect(row).to_have_attribute("data-state", "closed")
    row.get_by_role("button", name="Force open").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Force open").click()
    expect(row).to_have_attribute("data-state", "forced_open")
    page.get_by_role("button", name=re.compile("^Closed")).click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name=re.compile(r"^Open \d")).click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Reset").click()
    expect(row).to_have_count(0)


def test_a_target_is_marked_for_network_errors_and_no_others(page: Page, faulty: Server) -> None:
    number = next(
        _numbers
    )  # a file of its own in each run: the errors of an earlier run mark its target
    file = faulty.home / "samples" / f"marked_{number}.db"
    shutil.copy(faulty.home / "samples" / "sample_shop.db", file)
    row = page.locator(f"[data-target^='source/marked_{number}']")
    mark = row.get_by_text("Many network errors")
    for error, title, marked in (
        ("User name or password refused", "Sign-in refused", 0),
        ("Connection refused", "No connection", 1),
    ):
        start_injection(page, faulty.url, error=error)
        for _ in range(2):
            name = f"Marked {next(_numbers)}"
            start_connecting(page, faulty.url, file, name)
            failed = page.locator("[data-operation][data-state=failed]")
            expect(failed.filter(has_text=f"Connect {name}")).to_be_visible()
        open_page(page, f"{faulty.url}/resilience")
        expect(row).to_contain_text(title)
        expect(mark).to_have_count(marked)
        page.get_by_role("button", name="Stop all").click()
        expect(page.locator("[data-fault]")).to_have_count(0)
    open_page(page, f"{faulty.url}/errors")
    alert = page.locator("[data-alert=network_errors]").filter(has_text=f"marked_{number}")
    expect(alert).to_contain_text("attempts to call it failed recently", timeout=30_000)
    alert.get_by_role("link", name="Many network errors").click()
    expect(page).to_have_url(f"{faulty.url}/resilience")


def test_every_page_says_that_injections_are_switched_on(page: Page, faulty: Server) -> None:
    start_injection(page, faulty.url)
    for path in ("/", "/sources", "/operations", "/errors", "/generate", "/apps", "/sources/new"):
        open_page(page, faulty.url + path)
        banner = page.get_by_role("status").filter(has_text="Fault injection is switched on")
        expect(banner).to_contain_text("1 fault is active")
    banner.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Fault injection")).to_be_in_viewport()
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_role("status").filter(has_text="none is active")).to_be_visible()


def test_form_errors_are_shown_at_their_fields(page: Page, faulty: Server) -> None:
    open_page(page, f"{faulty.url}/resilience")
    page.get_by_label("Share of the calls (%)").fill("many")
    page.get_by_label("Share of the calls (%)").press("Enter")
    system = page.get_by_label("System", exact=True)
    expect(system).to_have_attribute("aria-invalid", "true")
    expect(system).to_be_focused()
    expect(page.get_by_text("Give a number of percent")).to_be_visible()
    expect(page.locator("[data-fault]")).to_have_count(0)


def test_with_the_keyboard_alone_a_row_is_expanded_and_an_injection_started(
    page: Page, faulty: Server
) -> None:
    open_page(page, f"{faulty.url}/resilience")
    unfold = target(page).get_by_role("button").first
    tab_to(page, unfold)
    page.keyboard.press("Enter")
    expect(unfold).to_have_attribute("aria-expanded", "true")
    tab_to(page, page.get_by_label("System", exact=True))
    page.keyboard.press("Enter")
    sources = page.get_by_role("option", name="Sources")
    expect(sources).to_be_visible()
    page.keyboard.type("Sou")
    expect(sources).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("System", exact=True)).to_contain_text("Sources")
    tab_to(page, page.get_by_role("button", name="Start fault"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-fault]")).to_be_visible()


def test_the_page_is_accessible_with_an_open_circuit_and_an_injection(
    page: Page, faulty: Server
) -> None:
    open_a_circuit(page, faulty)
    found: dict[str, list[str]] = {}
    for path in ("/resilience", "/sources/new", "/errors"):
        open_page(page, faulty.url + path)
        if path == "/resilience":
            target(page).get_by_role("button").first.click()
            expect(page.get_by_role("group", name="Details of")).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert overflow_width(page) == 0, (path, width)
            for mode in in_both_modes(page):
                found[f"{path} {width} {mode}"] = serious_findings(page)
    assert {where: lines for where, lines in found.items() if lines} == {}


def test_while_injections_are_switched_off_the_panel_says_how_to_switch_them_on(
    page: Page, server: Any
) -> None:
    open_page(page, f"{server.url}/resilience")
    expect(page.get_by_text("FAULTS_ENABLED=true")).to_be_visible()
    expect(page.get_by_role("button", name="Start fault")).to_have_count(0)
    expect(page.get_by_text("Fault injection is switched on")).to_have_count(0)
