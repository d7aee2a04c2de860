"""A really broken app is repaired by a pull request of Codegen: its repository is connected, Codegen is asked, the merged
change is shown and applied, and the app runs.

The app was written without a build; applying the fix builds it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proto_ddf.db import engine
from proto_ddf.settings import get_settings
from tests.answering import answers
from tests.browser.conftest import Server
from tests.browser.driving import GENERATE_MS, SOON_MS, rows
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
)
from tests.homes import close_databases
from tests.ports import free_port
from tests.servers.codegen import KEY, CodegenServer, codegen_server
from tests.servers.git_server import TOKEN, BareRepository, git_server
from tests.written_apps import write_app

pytestmark = pytest.mark.browser

SLUG = "broken_shop"
PAGE = f"{SLUG}/pages/customer.py"
HOSTILE = "# <script>document.title = 'taken'</script> <reflex.Var>1</reflex.Var> \u202e\n"


@dataclass
class Place:
    server: Server
    codegen: CodegenServer
    repository: BareRepository
    whole: str
    """The page of the app as it was before it broke."""

    @property
    def page_file(self) -> Path:
        return self.server.home / "apps" / SLUG / PAGE


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    outside = tmp_path_factory.mktemp("codegen")
    with codegen_server() as codegen, git_server(outside) as git_place:
        server = Server(outside / "home", free_port(), codegen.environment())
        whole = write_broken_app(server)
        repository = git_place.make("shop.git", {"NOTES": "Kept by the repository\n"})
        try:
            server.start()
            yield Place(server, codegen, repository, whole)
        finally:
            server.end()


def write_broken_app(server: Server) -> str:
    """Write an app without a build, one of whose pages has a mistake; returns the page without it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (server.ports | {"PROTO_DDF_HOME": str(server.home)}).items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        get_settings().prepare_home()
        engine.migrate()
        page = write_app("Broken shop") / PAGE
        whole = page.read_text()
        page.write_text(whole + "def broken(:\n")
        close_databases()
    get_settings.cache_clear()
    return whole


def save(page: Page, url: str, token: str, number: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("Address", exact=True).fill(url)
    if token:
        page.get_by_label("Token", exact=True).fill(token)
    page.get_by_label("Number at Codegen").fill(number)
    page.get_by_role("button", name="Save repository").click()


def test_a_repository_is_connected_with_errors_at_the_fields(page: Page, place: Place) -> None:
    open_page(page, f"{place.server.url}/apps/{SLUG}")
    section = page.get_by_role("region", name="Code repository")
    section.get_by_role("button", name="Connect repository").click()
    expect(page.get_by_label("Address", exact=True)).to_be_focused()
    save(page, "git@github.com:owner/shop.git", "", "seven")
    expect(section.locator("#repository-remote-url-error")).to_contain_text("https://")
    expect(section.locator("#repository-repo-id-error")).to_contain_text("whole number")
    expect(page.get_by_label("Address", exact=True)).to_be_focused()
    save(page, place.repository.url, "wrong-token-of-nobody", "7")
    expect(section.locator("#repository-token-error")).to_contain_text("refused the token")
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0
    found = {mode: serious_findings(page) for mode in in_both_modes(page)}
    assert found == {"light": [], "dark": []}
    save(page, place.repository.url, TOKEN, "7")
    expect(section.get_by_role("button", name="Change")).to_be_visible()
    expect(section).to_contain_text(place.repository.url)
    page.reload()
    expect(section.get_by_role("button", name="Change")).to_be_visible()
    assert TOKEN not in page.content()
    # The stored token is not sent to another host.
    section.get_by_role("button", name="Change").click()
    expect(page.get_by_label("Address", exact=True)).to_be_focused()
    elsewhere = f"http://localhost:{free_port()}/shop.git"
    save(page, elsewhere, "", "7")
    expect(section.locator("#repository-token-error")).to_contain_text("is not sent to this one")
    section.get_by_role("button", name="Cancel", exact=True).click()


def test_codegen_repairs_the_app(page: Page, place: Place) -> None:
    open_page(page, f"{place.server.url}/apps/{SLUG}")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible(timeout=GENERATE_MS)
    open_page(page, f"{place.server.url}/errors")
    page.locator("[data-incident]").filter(has_text="Broken shop").get_by_role("link").first.click()
    part = page.get_by_role("region", name="Who acts")

    place.codegen.status = "COMPLETE"
    place.codegen.pull_requests = [
        {
            "id": 1,
            "created_at": "now",
            "title": "Repair <b>the page</b>",
            "url": f"{place.repository.url}/pull/1",
            "head_branch_name": "fix",
        }
    ]
    part.get_by_role("button", name="Ask Codegen").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Ask Codegen").click()
    run = part.locator("[data-run]")
    expect(run).to_have_attribute("data-state", "done", timeout=SOON_MS)
    expect(run).to_contain_text("Repair <b>the page</b>")
    (asked,) = [each["asked"] for each in place.codegen.paid]
    assert asked["repo_id"] == 7
    assert "def broken(:" in asked["prompt"]
    branch = f"proto-ddf/{SLUG}/{asked['metadata']['proto_ddf_key']}"
    assert place.repository.files(branch)[PAGE].endswith("def broken(:\n")

    place.repository.commit("fix", {PAGE: place.whole + HOSTILE}, onto=branch)
    part.get_by_role("button", name="Show changes").click()
    expect(run).to_contain_text("not merged yet", timeout=SOON_MS)
    place.repository.git("update-ref", "refs/pull/1/head", "fix")
    place.repository.squash("fix")
    part.get_by_role("button", name="Show changes").click()
    expect(run).to_contain_text("(merged)", timeout=SOON_MS)
    changes = part.locator(f"[data-file='{PAGE}']")
    expect(changes.locator("[data-sign='-']")).to_have_text(["-def broken(:\n"])
    shown = HOSTILE.rstrip().replace("\u202e", "\\u202e")
    expect(changes.locator("[data-sign='+']")).to_have_text([f"+{shown}\n"])
    assert page.title() != "taken"
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0
    found = {mode: serious_findings(page) for mode in in_both_modes(page)}
    assert found == {"light": [], "dark": []}
    page.set_viewport_size({"width": 1440, "height": 900})

    page.reload()
    part.get_by_role("button", name="Apply").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Apply fix").click()
    expect(run).to_contain_text("Applied", timeout=GENERATE_MS)
    assert place.page_file.read_text() == place.whole + HOSTILE
    open_page(page, f"{place.server.url}/apps/{SLUG}")
    page.get_by_role("button", name="Start", exact=True).click()
    address = page.get_by_role("link", name="http://127.0.0.1:").get_attribute("href")
    expect(page.locator("[data-state=running]").first).to_be_visible(timeout=GENERATE_MS)
    assert address
    assert answers(address)

    for secret in (TOKEN, KEY):
        assert secret not in place.server.log
        dump = rows(place.server.home / "proto_ddf.db", "select * from operation_log")
        assert secret not in str(dump)


def test_every_state_of_a_run_and_of_an_escalation_is_accessible_and_fits(
    page: Page, place: Place
) -> None:
    with closing(sqlite3.connect(place.server.home / "proto_ddf.db")) as db:
        (incident_id,) = db.execute("select id from incident limit 1").fetchone()
        for level in ("CODEGEN", "MANUAL", "RESET"):
            reason = "5 attempts failed. A person has to look at it."
            values = (level, incident_id, level, reason, "2030-11-29 20:00:00.000000")
            db.execute("insert into escalation values (?, ?, ?, ?, ?)", values)
        for state in ("PREPARING", "ASKING", "WAITING", "FAILED", "CANCELLED"):
            values = (state, incident_id, SLUG, state, f"proto-ddf/{SLUG}/{state.lower()}", "Text")
            db.execute(
                "insert into codegen_run (key, incident_id, app, state, branch, prompt, created_at, remote_status,"
                " web_url, summary, pull_url, pull_title, pull_branch, pull_state, error)"
                " values (?, ?, ?, ?, ?, ?, '2020-11-29 20:00:00.000000', 'ACTIVE', 'https://codegen.com/1', '',"
                " 'https://github.com/owner/shop/pull/1', '', '', 'open', '{\"message\": \"No answer\"}')",
                values,
            )
        db.commit()
    open_page(page, f"{place.server.url}/errors/{incident_id}")
    part = page.get_by_role("region", name="Who acts")
    expect(part.locator("[data-escalation]")).to_have_count(3)
    expect(part.locator("[data-state=asking]")).to_contain_text("Answer unknown")
    expect(part.locator("[data-state=waiting]")).to_contain_text("Status at Codegen: ACTIVE")
    page.set_viewport_size(PHONE)
    assert overflow_width(page) == 0
    found = {mode: serious_findings(page) for mode in in_both_modes(page)}
    assert found == {"light": [], "dark": []}
