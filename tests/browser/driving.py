"""Actions that many browser tests repeat. They find controls by their labels, which must not change."""

import itertools
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

GENERATE_MS = 180_000
"""Time limit of a build on a busy two-core machine, with other builds before it in the queue."""
SOON_MS = 60_000
"""Time limit for what takes a second or two on an idle machine."""

expect.set_options(timeout=SOON_MS)  # five seconds are not enough for a loaded machine

_NOTE = """(() => {
  const noted = new Set();
  new MutationObserver(() => document.querySelectorAll("SELECTOR").forEach(({ textContent }) => {
    if (!noted.has(textContent)) window.TELL(textContent);
    noted.add(textContent);
  })).observe(document, { subtree: true, childList: true, characterData: true });
})()"""
_numbers = itertools.count()


def fill_generate_form(
    page: Page, url: str, name: str, *, source: str = "Sample shop", editing: bool = False
) -> None:
    """Fill in the form of /generate and wait for the plan."""
    page.goto(f"{url}/generate")
    _choose_source(page, source)
    expect(page.locator("[data-table]").first).to_be_visible()
    page.get_by_label("Project name").fill(name)
    if editing:
        page.get_by_label("Allow editing data").click()
        expect(page.get_by_text("allowed", exact=True)).to_be_visible()


def _choose_source(page: Page, source: str) -> None:
    """Choose in the list of sources and wait until the choice is shown. The page chooses the only source by itself, and
    a second choice would make the plan, which may be shown by then, once more."""
    trigger = page.get_by_label("Source", exact=True)
    expect(trigger).to_be_visible()
    if source not in trigger.inner_text():
        trigger.click()
        option = page.get_by_role("option", name=re.compile(rf"^{re.escape(source)} \("))
        expect(option).to_be_visible()
        if page.get_by_role("option").count() > 1:
            option.click()
        else:
            page.keyboard.press("Escape")
        expect(page.locator("[data-aria-hidden]")).to_have_count(0)
    expect(trigger).to_contain_text(source)


def start_generation(page: Page) -> str:
    """Click Generate app; returns the operation's id."""
    page.get_by_role("button", name="Generate app").click()
    expect(page.locator("[data-step='validate']")).to_be_visible()
    return operation_id(page)


def expect_error_at(field: Locator, message: str) -> None:
    """Check that the message is shown at the field, and that the field is marked and has the focus."""
    pattern = re.compile(re.escape(message))
    expect(field).to_have_accessible_description(pattern)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()


def watched_failures(page: Page) -> list[str]:
    """A list to which errors of the page's scripts, and errors that they log, are added."""
    failures: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium logs an error when the page itself is the one for an unknown address.
        unknown_address = "status of 404" in message.text and message.location["url"] == page.url
        if message.type == "error" and not unknown_address:
            failures.append(message.text)

    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", note)
    return failures


def operation_id(page: Page) -> str:
    """The id of the operation that the page shows."""
    shown = page.locator("[data-operation]").get_attribute("data-operation")
    assert shown
    return shown


def open_app_address(page: Page) -> str:
    """Wait for the end of a generation; returns the new app's address."""
    link = page.get_by_role("link", name="Open app")
    expect(link).to_be_visible(timeout=GENERATE_MS)
    address = link.get_attribute("href")
    assert address
    return address


def app_row(page: Page) -> Locator:
    """The row of the app that the fixture `hosted` made."""
    return page.locator("[data-app='shared_notes']")


def step(page: Page, name: str) -> Locator:
    return page.locator(f"[data-step='{name}']")


def wait_until_connected(page: Page) -> None:
    """Wait until the server has handled the events of a page that was just loaded. Before that, the page's first state
    could undo what a test does, and a click may find no handler yet."""
    expect(connected(page)).to_be_visible()


def wait_until_disconnected(page: Page) -> None:
    """Wait until the page has noticed that its server is gone. Before that, it still shows that it is connected."""
    expect(connected(page)).to_have_count(0)


def sign_out(page: Page, name: str) -> None:
    """Sign out of Proto-DDF by the menu of the account `name`."""
    page.get_by_role("button", name=f"Signed in as {name}").click()
    page.get_by_role("button", name="Sign out").click()


def connected(page: Page) -> Locator:
    return page.locator(".pd-connection[data-state=connected]")


def wait_until(true: Callable[[], bool], milliseconds: float = SOON_MS) -> None:
    deadline = time.monotonic() + milliseconds / 1000
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def note_texts(page: Page, selector: str) -> list[str]:
    """A list to which every text is added that an element with this selector shows, however briefly. It begins with the
    next page that is loaded."""
    noted: list[str] = []
    tell = f"noteText{next(_numbers)}"
    page.expose_function(tell, lambda text: noted.append(text))
    page.add_init_script(_NOTE.replace("SELECTOR", selector).replace("TELL", tell))
    return noted


def note_toasts(page: Page) -> list[str]:
    """Like note_texts, for toasts, which go away by themselves."""
    return note_texts(page, "[data-sonner-toast]")


def wait_until_noted(page: Page, noted: list[str], pattern: str) -> None:
    """Wait until a text that matches the pattern is in the list of note_texts."""
    deadline = time.monotonic() + SOON_MS / 1000
    while not any(re.search(pattern, text) for text in noted):
        assert time.monotonic() < deadline, noted
        page.wait_for_timeout(50)  # texts that the page has noted are handed over meanwhile


def wait_until_stored(page: Page, name: str, text: str) -> None:
    """Wait until the value that the browser stores under this name contains the text."""
    held = "([name, text]) => (localStorage[name] ?? sessionStorage[name])?.includes(text)"
    page.wait_for_function(held, arg=[name, text], timeout=SOON_MS)


def rows(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that a query finds in a SQLite file."""
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def step_runs(home: Path, operation: str) -> dict[str, tuple[str, int]]:
    """The state and the number of runs of each step of an operation."""
    found = rows(
        home / "proto_ddf.db",
        "select name, state, runs from operation_step where operation_id = ? order by position",
        operation,
    )
    return {name: (state.lower(), runs) for name, state, runs in found}


def start_connecting(
    page: Page, url: str, path: Path | str, name: str, *, kind: str = "SQLite"
) -> None:
    """Fill in the connect form with a path (or several, one on each line) and click Connect."""
    page.goto(f"{url}/sources/new")
    choose_kind(page, kind)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("File path").fill(str(path))
    page.get_by_role("button", name="Connect", exact=True).click()


def choose_kind(page: Page, kind: str) -> None:
    """Choose in the list of kinds. Waits until the page is connected before, and until the list is closed
    afterwards: the page's first state and the closing of the list would both undo a click."""
    wait_until_connected(page)
    trigger = page.get_by_label("Kind", exact=True)
    trigger.click()
    page.get_by_role("option", name=kind).click()
    expect(trigger).to_contain_text(kind)
    expect(trigger).to_be_focused()
    expect(page.locator("[data-aria-hidden]")).to_have_count(0)


def connect_file(page: Page, url: str, file: Path, name: str, *, kind: str = "SQLite") -> None:
    """Connect a file by its path; the page of its source is open afterwards."""
    start_connecting(page, url, file, name, kind=kind)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def add_webhook(page: Page, url: str, name: str) -> None:
    """Add a channel on the open page of notifications."""
    page.get_by_role("button", name="Add a channel").first.click()
    choose_kind(page, "Webhook")
    page.get_by_label("Name").fill(name)
    page.get_by_label("URL", exact=True).fill(url)
    page.get_by_role("button", name="Save channel").click()
    expect(page.get_by_role("button", name="Save channel")).to_have_count(0)
    expect(page.locator(f"[data-channel='{name}']")).to_be_visible()


def failure(page: Page, title: str) -> Locator:
    """The callout of a failed operation; waits until it is shown."""
    callout = page.get_by_role("alert").filter(has=page.get_by_text(title, exact=True))
    expect(callout).to_be_visible(timeout=GENERATE_MS)
    return callout


def start_injection(page: Page, url: str, *, kind: str = "Error", error: str = "") -> None:
    """Inject a fault into every call of every source from now on."""
    page.goto(f"{url}/resilience")
    chosen = [("System", "Sources"), ("Fault", kind), *([("Error", error)] if error else [])]
    for label, option in chosen:
        page.get_by_role("combobox", name=label, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
    page.get_by_label("Share of the calls (%)").fill("100")
    page.get_by_label("Time (seconds)").fill("600")
    page.get_by_role("button", name="Start fault").click()
    expect(page.locator("[data-fault]")).to_be_visible()


def end_injections(page: Page, url: str) -> None:
    """Stop all faults, and close all circuits."""
    page.goto(f"{url}/resilience")
    wait_until_connected(page)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    stop_all = page.get_by_role("button", name="Stop all")
    if stop_all.count():
        stop_all.click()
    expect(page.locator("[data-fault]")).to_have_count(0)
    labels = "buttons => buttons.map(button => button.ariaLabel)"
    for label in page.locator("[aria-label^='Reset ']:enabled").evaluate_all(labels):
        reset = page.get_by_role("button", name=label, exact=True)
        reset.dispatch_event("click")  # does nothing if a check has just closed it
        expect(reset).to_be_disabled()
    expect(page.locator("[data-target]:not([data-state=closed])")).to_have_count(0)
