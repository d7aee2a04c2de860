"""Coming in, what each role sees, and what becomes of open tabs when a session ends."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from proto_ddf.accounts import management
from proto_ddf.accounts.passwords import hash_of
from proto_ddf.accounts.roles import Role
from proto_ddf.db.writing import write
from tests.browser.conftest import Server
from tests.browser.driving import sign_out, wait_until, wait_until_connected
from tests.browser.looking import PHONE, overflow_width, serious_findings
from tests.homes import opened_home
from tests.ports import free_port

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
LINK = re.compile(r"Open, within an hour: (\S+)")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with sign-in, which nobody has set up."""
    home = tmp_path_factory.mktemp("accounts") / "home"
    server = Server(home, free_port(), {"ENABLE_AUTH": "accounts", "RECOVERY_ATTEMPTS": "0"})
    server.start(ready="/api/health")
    wait_until(lambda: LINK.search(server.log) is not None)
    yield server
    server.end()


@pytest.fixture
def people(accounts: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with an admin, Root, and a viewer, Vera."""
    monkeypatch.setenv("PROTO_DDF_HOME", str(accounts.home))
    with opened_home():
        for name, role in (("Root", Role.ADMIN), ("Vera", Role.VIEWER)):
            if management.find_by_name(name) is None:
                hashed = hash_of(PASSWORD)
                write(
                    lambda opened, n=name, r=role, h=hashed: management.add_account(opened, n, r, h)
                )
    return accounts


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def test_the_first_person_sets_up_and_comes_back_to_the_page_they_wanted(
    accounts: Server, page: Page, browser: Browser
) -> None:
    page.goto(f"{accounts.url}/apps")
    expect(page.get_by_role("heading", name="Set up Proto-DDF first")).to_be_visible()
    link = LINK.findall(accounts.log)[-1]
    page.goto(link)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Repeat the password").fill("short")
    page.get_by_role("button", name="Create account").click()
    wrong = page.get_by_label("Password", exact=True)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description("A password has at least 10 characters.")
    expect(page.get_by_label("Name")).to_have_value("Ada")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert serious_findings(page) == []
    for label in ("Password", "Repeat the password"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    wait_until_connected(page)
    assert page.url == f"{accounts.url}/"
    assert page.evaluate("document.cookie") == ""
    page.goto(link)
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()

    other = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    other.goto(f"{accounts.url}/sources?about=1")
    sign_in(other, "Ada", "wrong password")
    expect(other.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert overflow_width(other) == 0
    sign_in(other, "ada")
    wait_until_connected(other)
    assert other.url == f"{accounts.url}/sources?about=1"
    other.context.close()


def test_a_viewer_sees_what_is_there_and_nothing_to_change_it(people: Server, page: Page) -> None:
    page.goto(people.url)
    sign_in(page, "Vera")
    wait_until_connected(page)
    main = page.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link", name="Sources")).to_be_visible()
    for hidden in ("Generate", "Resilience"):
        expect(main.get_by_role("link", name=hidden)).to_have_count(0)
    main.get_by_role("link", name="Sources").click()
    page.get_by_role("link", name="Sample shop").first.click()
    expect(page.get_by_role("heading", level=1, name="Sample shop")).to_be_visible()
    expect(page.get_by_role("cell").first).to_be_visible()  # its tables
    for hidden in ("Delete", "Rename", "Refresh", "Edit"):
        expect(page.get_by_role("button", name=hidden, exact=True)).to_have_count(0)
        expect(page.get_by_role("link", name=hidden, exact=True)).to_have_count(0)
    page.goto(f"{people.url}/generate")
    expect(page.get_by_role("heading", name="This page is not for your role")).to_be_visible()


def test_signing_out_leads_every_tab_to_the_sign_in_and_back(people: Server, page: Page) -> None:
    page.goto(f"{people.url}/apps")
    sign_in(page, "Root")
    wait_until_connected(page)
    other = page.context.new_page()
    other.goto(f"{people.url}/operations")
    wait_until_connected(other)
    sign_out(page, "Root")
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(other, "Root")
    wait_until_connected(other)
    assert other.url == f"{people.url}/operations"


def test_a_page_that_lost_its_session_without_sign_in_gets_a_new_one(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/apps")
    wait_until_connected(page)
    page.context.clear_cookies()
    page.goto(f"{server.url}/sources")
    wait_until_connected(page)
    page.context.clear_cookies()
    page.context.set_offline(True)
    page.evaluate("window.before = true")
    page.context.set_offline(False)
    page.evaluate(
        "window.dispatchEvent(new CustomEvent('protoddf:socket', {detail: {state: 'lost'}}))"
    )
    page.wait_for_function("window.before === undefined")
    wait_until_connected(page)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_pages_of_coming_in_and_refusals_are_accessible_and_fit_a_phone(
    people: Server, page: Page, mode: Any
) -> None:
    page.emulate_media(color_scheme=mode)
    page.set_viewport_size(PHONE)

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        assert serious_findings(page) == [], heading
        assert overflow_width(page) == 0, heading

    page.goto(f"{people.url}/set-up?token=nonsense")
    look("This link does not work")
    page.goto(f"{people.url}/apps")
    look("Sign in")
    sign_in(page, "Vera", "wrong password")
    expect(page.get_by_role("alert")).to_be_visible()
    look("Sign in")
    sign_in(page, "Vera")
    wait_until_connected(page)
    page.goto(f"{people.url}/generate")
    look("This page is not for your role")
    page.goto(f"{people.url}/apps/nothing/enter")
    look("This app cannot be opened")
