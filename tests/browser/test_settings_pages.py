"""/settings and what each role sees: people are added, act, and their sessions end; the audit shows it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from proto_ddf.accounts import management
from proto_ddf.accounts.passwords import hash_of
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from tests.browser.conftest import Server
from tests.browser.driving import expect_error_at, note_toasts, sign_out, wait_until_connected
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
)
from tests.homes import opened_home
from tests.ports import free_port

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
PAGES = ("/", "/sources", "/apps", "/operations", "/errors", "/errors/reports", "/settings")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with sign-in, and the admin Ada."""
    home = tmp_path_factory.mktemp("settings") / "home"
    server = Server(home, free_port(), {"ENABLE_AUTH": "accounts", "RECOVERY_ATTEMPTS": "0"})
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PROTO_DDF_HOME", str(home))
        with opened_home():
            hashed = hash_of(PASSWORD)
            write(lambda opened: management.add_account(opened, "Ada", Role.ADMIN, hashed))
    try:
        server.start(ready="/api/health")
        yield server
    finally:
        server.end()


@pytest.fixture
def ada(page: Page, accounts: Server) -> Page:
    """The page of the admin at /settings."""
    sign_in(page, accounts, "Ada")
    open_page(page, f"{accounts.url}/settings")
    return page


@pytest.fixture
def others(browser: Browser, browser_context_args: dict) -> Iterator[list[BrowserContext]]:
    """Browsers of other people, which are closed at the end."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def sign_in(page: Page, server: Server, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    wait_until_connected(page)


def add_account(admin: Page, name: str, role: str) -> str:
    """Add an account on the open page of settings; returns the link for its password."""
    admin.get_by_role("button", name="Add an account").click()
    expect(admin.get_by_label("Name", exact=True)).to_be_focused()
    admin.get_by_label("Name", exact=True).fill(name)
    admin.get_by_role("combobox", name="Role", exact=True).click()
    admin.get_by_role("option", name=role).click()
    expect(admin.locator("[data-aria-hidden]")).to_have_count(0)
    admin.get_by_role("button", name="Add account").click()
    expect(account(admin, name)).to_have_attribute("data-state", "invited")
    return admin.locator("[data-link]").inner_text()


def come_in(browser: Browser, others: list[BrowserContext], link: str) -> Page:
    """A browser in which a person has chosen a password by the link."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    others.append(context)
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Repeat the password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    wait_until_connected(page)
    return page


def account(admin: Page, name: str) -> Locator:
    return admin.locator(f"[data-account='{name}']")


def navigation(page: Page) -> list[str]:
    return page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()[1:]


def press_every_button(page: Page) -> None:
    """Every button of the page's content that can be pressed, the last one first."""
    for number in range(page.locator("main button:enabled:visible").count() - 1, -1, -1):
        button = page.locator("main button:enabled:visible").nth(number)
        if button.count():
            button.click()
            page.keyboard.press("Escape")


def test_a_viewer_sees_no_control_that_is_refused(
    ada: Page, accounts: Server, browser: Browser, others: list[BrowserContext]
) -> None:
    vera = come_in(browser, others, add_account(ada, "Vera", "Viewer"))
    refusals = note_toasts(vera)
    for path in PAGES:
        open_page(vera, accounts.url + path)
        expect(vera.get_by_role("link", name="Generate")).to_have_count(0)
        press_every_button(vera)
        vera.wait_for_timeout(100)
    assert navigation(vera) == ["Overview", "Sources", "Apps", "Operations", "Errors", "Settings"]
    expect(vera.get_by_role("heading", name="Accounts")).to_have_count(0)
    expect(vera.get_by_role("heading", name="Server")).to_have_count(0)
    assert [each for each in refusals if "role" in each] == []
    open_page(vera, f"{accounts.url}/sources")
    vera.get_by_role("link", name="Sample shop").click()
    expect(vera.get_by_role("heading", name="Sample shop", level=1)).to_be_visible()
    for name in ("Delete", "Rename", "Read again", "Generate app"):
        expect(vera.get_by_role("button", name=name)).to_have_count(0)
    # Without loading the page again, as by a link of an earlier role.
    vera.evaluate(
        "history.pushState(null, '', '/generate'); dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(vera.get_by_role("heading", name="Not for your role", level=1)).to_be_visible()
    expect(vera.get_by_label("Project name")).to_have_count(0)
    for path in ("/generate", "/sources/new", "/settings/audit"):
        vera.goto(accounts.url + path)
        expect(vera.get_by_role("heading", name="This page is not for your role")).to_be_visible()


def test_a_builder_builds_and_administers_nothing(
    ada: Page, accounts: Server, browser: Browser, others: list[BrowserContext]
) -> None:
    bob = come_in(browser, others, add_account(ada, "Bob", "Builder"))
    assert navigation(bob) == [
        *("Overview", "Generate", "Sources", "Apps", "Operations", "Errors", "Resilience"),
        "Settings",
    ]
    open_page(bob, f"{accounts.url}/generate")
    expect(bob.get_by_label("Project name")).to_be_visible()
    open_page(bob, f"{accounts.url}/settings")
    expect(bob.get_by_role("heading", name="Sessions")).to_be_visible()
    expect(bob.get_by_role("heading", name="Accounts")).to_have_count(0)
    bob.goto(f"{accounts.url}/settings/notifications")
    expect(bob.get_by_role("heading", name="This page is not for your role")).to_be_visible()
    # A changed role holds from the next page.
    ada.get_by_role("combobox", name="Role of Bob").click()
    ada.get_by_role("option", name="Viewer").click()
    expect(ada.get_by_role("combobox", name="Role of Bob")).to_contain_text("Viewer")
    open_page(bob, f"{accounts.url}/settings")
    expect(bob.get_by_role("navigation", name="Main").get_by_text("Generate")).to_have_count(0)


def test_an_ended_session_and_a_disabled_account_have_to_sign_in(
    ada: Page, accounts: Server, browser: Browser, others: list[BrowserContext]
) -> None:
    eve = come_in(browser, others, add_account(ada, "Eve", "Builder"))
    open_page(eve, f"{accounts.url}/apps")
    ada.get_by_role("button", name="Hide").click()
    ada.locator("[data-session='Eve']").get_by_role("button").click()
    ada.get_by_role("button", name="End session", exact=True).click()
    expect(ada.locator("[data-session='Eve']")).to_have_count(0)
    expect(eve.get_by_role("heading", name="Sign in")).to_be_visible()
    eve.get_by_label("Name").fill("Eve")
    eve.get_by_label("Password").fill(PASSWORD)
    eve.get_by_role("button", name="Sign in").click()
    wait_until_connected(eve)
    assert eve.url == f"{accounts.url}/apps"
    ada.get_by_role("button", name="Disable Eve").click()
    ada.get_by_role("button", name="Disable account").click()
    expect(account(ada, "Eve")).to_have_attribute("data-state", "disabled")
    expect(eve.get_by_role("heading", name="Sign in")).to_be_visible()
    eve.get_by_label("Name").fill("Eve")
    eve.get_by_label("Password").fill(PASSWORD)
    eve.get_by_role("button", name="Sign in").click()
    expect(eve.get_by_role("alert")).to_contain_text("wrong")


def test_a_person_changes_the_own_password_and_ends_other_sessions(
    ada: Page, accounts: Server, browser: Browser, others: list[BrowserContext]
) -> None:
    link = add_account(ada, "Dora", "Viewer")
    dora = come_in(browser, others, link)
    elsewhere = browser.new_context().new_page()
    others.append(elsewhere.context)
    sign_in(elsewhere, accounts, "Dora")
    open_page(dora, f"{accounts.url}/settings")
    expect(dora.locator("[data-session]")).to_have_count(2)
    dora.get_by_role("button", name="Change password").click()
    fields = [
        dora.get_by_label(each, exact=True)
        for each in ("Current password", "New password", "Repeat the new password")
    ]
    for field, text in zip(fields, ("wrong", "another long one", "another long one"), strict=True):
        field.fill(text)
    dora.keyboard.press("Enter")
    expect_error_at(fields[0], "This is not the current password.")
    fields[0].fill(PASSWORD)
    dora.keyboard.press("Enter")
    expect(dora.get_by_text("The password is changed.")).to_be_visible()
    expect(dora.locator("[data-session]")).to_have_count(1)
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_out(dora, "Dora")
    expect(dora.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(dora, accounts, "Dora", "another long one")


def test_the_audit_shows_who_did_what(ada: Page, accounts: Server) -> None:
    add_account(ada, "Frank", "Viewer")
    open_page(ada, f"{accounts.url}/settings/audit")
    entries = ada.locator("[data-audit]")
    added = ada.locator("[data-audit='Added an account']", has_text="Frank")
    expect(added).to_contain_text("Ada")
    ada.get_by_label("About").fill("Frank")
    expect(entries).to_have_count(1)
    ada.get_by_role("combobox", name="Who").click()
    ada.get_by_role("option", name="Frank").click()
    expect(ada.get_by_text("No entry fits all the filters.")).to_be_visible()


def test_the_pages_are_accessible_in_both_modes_and_on_a_phone(ada: Page, accounts: Server) -> None:
    add_account(ada, "Gwen", "Builder")
    ada.get_by_role("button", name="Add an account").click()
    ada.get_by_role("button", name="Change password").click()
    for path in ("", "/audit"):
        if path:
            open_page(ada, f"{accounts.url}/settings{path}")
        for mode in in_both_modes(ada):
            assert serious_findings(ada) == [], mode
        ada.set_viewport_size(PHONE)
        assert overflow_width(ada) == 0
        ada.set_viewport_size({"width": 1440, "height": 900})


def test_without_sign_in_the_page_says_how_to_switch_it_on(page: Page, server: Server) -> None:
    open_page(page, f"{server.url}/settings")
    expect(page.get_by_text(re.compile("set ENABLE_AUTH=accounts and start"))).to_be_visible()
    expect(page.get_by_text(re.compile("set ENABLE_AUTH=token or"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Signed in"))).to_have_count(0)
    expect(page.locator("dt", has_text="MAX_CONNECTIONS")).to_be_visible()
    assert serious_findings(page) == []
