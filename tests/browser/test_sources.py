"""Connecting sources in the browser: the form, uploads, the preview, and every way they fail."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server
from tests.browser.driving import choose_kind
from tests.ports import free_port

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / ".venv/node/node_modules/axe-core/axe.min.js"
LONG = "A long note. " * 40
CONNECT_MS = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: its uploads may be 2 MB at most."""
    home = tmp_path_factory.mktemp("sources") / "home"
    started = Server(home, free_port(), {"MAX_UPLOAD_MB": "2"})
    started.start()
    yield started
    started.stop()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page on which no script may fail."""
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    assert failures == []


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "corner_shop.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT)")
        notes = [None, "", LONG, "fine"]
        values = [(n, f"item {n:03}", notes[n % 4]) for n in range(1, 121)]
        db.executemany("INSERT INTO item VALUES (?, ?, ?)", values)
        db.execute(
            "CREATE TABLE sale (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item(id))"
        )
    db.close()
    return path


def open_form(page: Page, server: Any, kind: str = "SQLite file") -> None:
    page.goto(f"{server.url}/sources/new")
    start_over = page.get_by_role("button", name="Start over")
    start_over.click()
    choose_kind(page, kind)


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])


def connect(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Connect", exact=True).click()


def connect_shop(page: Page, server: Any, shop: Path, name: str) -> None:
    """Upload and connect `shop`; its page is open afterwards."""
    open_form(page, server)
    choose(page, shop)
    expect(page.get_by_role("button", name=f"Remove {shop.name}")).to_be_visible()
    connect(page, name)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=CONNECT_MS)


def uploads(server: Any) -> set[str]:
    folder = server.home / "uploads"
    return {path.name for path in folder.glob("*/*") if not path.parent.name.startswith(".")}


def serious_findings(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    violations = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{v['id']}: {v['nodes'][0]['html']}"
        for v in violations
        if v["impact"] in ("serious", "critical")
    ]


def test_the_sample_is_offered_and_its_tables_can_be_looked_at(page: Page, server: Any) -> None:
    page.goto(f"{server.url}/sources")
    page.get_by_role("link", name="Sample shop").click()
    tables = page.get_by_role("navigation", name="Tables")
    for name in ("customers", "products", "orders", "order_items"):
        expect(tables.get_by_role("button", name=re.compile(f"^{name} "))).to_be_visible()
    tables.get_by_role("button", name=re.compile("^order_items ")).click()
    expect(page.get_by_role("heading", name="order_items", level=2)).to_be_visible()
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_text("orders.id")).to_be_visible()
    tables.get_by_role("button", name=re.compile("^orders ")).click()
    expect(page.get_by_text("customers.id")).to_be_visible()  # still the columns
    expect(page.get_by_role("link", name="Generate an app")).to_have_attribute(
        "href", re.compile(r"/generate\?source=\w+")
    )


def test_a_test_shows_its_stages_and_saves_nothing(page: Page, server: Any, shop: Path) -> None:
    open_form(page, server)
    choose(page, shop)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("The connection works.")).to_be_visible(timeout=CONNECT_MS)
    steps = page.locator("[data-step]")
    expect(steps).to_have_count(3)
    for at in range(3):
        expect(steps.nth(at)).to_have_attribute("data-state", "succeeded")
    expect(steps.last).to_contain_text("2 tables")

    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Corner shop")).to_have_count(0)


def test_an_uploaded_database_is_connected_and_previewed(
    page: Page, server: Any, shop: Path
) -> None:
    connect_shop(page, server, shop, "Previewed")
    expect(page.get_by_text("1 to 50 of 120 rows")).to_be_visible()
    first = page.get_by_role("region", name="Rows of item").locator("tbody tr").first
    expect(first).to_contain_text("item 001")
    expect(page.locator("td[data-look=null]").first).to_have_text("null")
    expect(page.locator("td[data-look=empty]").first).to_have_text("empty")

    page.get_by_role("button", name="name", exact=True).click()
    page.get_by_role("button", name="name", exact=True).click()
    expect(first).to_contain_text("item 120")
    expect(page.get_by_role("columnheader", name="name")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("51 to 100 of 120 rows")).to_be_visible()
    page.get_by_label("Search rows").fill("item 11")
    expect(page.get_by_text("1 to 10 of 10 rows")).to_be_visible()
    page.get_by_label("Search rows").fill("nothing at all")
    expect(page.get_by_text("No row matches")).to_be_visible()
    page.get_by_label("Search rows").fill("long")
    page.get_by_title("Show the whole value").first.click()
    expect(page.get_by_role("dialog").get_by_text(LONG.strip())).to_be_visible()


def test_the_head_of_the_preview_stays_while_its_rows_scroll(
    page: Page, server: Any, shop: Path
) -> None:
    connect_shop(page, server, shop, "Scrolled")
    region = page.get_by_role("region", name="Rows of item")
    head = region.get_by_role("columnheader", name="name")
    before = head.bounding_box()
    region.evaluate("element => element.scrollTop = 400")
    assert region.evaluate("element => element.scrollTop") > 100
    assert head.bounding_box() == before
    number = region.locator("tbody tr").first.locator("td").first
    expect(number).to_have_css("text-align", "right")


def test_several_csv_files_make_one_source_in_the_order_chosen(
    page: Page, server: Any, tmp_path: Path
) -> None:
    def delay(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    people, visits = tmp_path / "people.csv", tmp_path / "visits.csv"
    people.write_text("id,name\n1,Ada\n2,Grace\n")
    visits.write_text("id,person_id\n1,1\n2,1\n3,2\n")
    open_form(page, server, "CSV")
    page.route("**/api/uploads?name=people.csv", delay)
    choose(page, people, visits)
    removals = page.get_by_role("button", name="Remove ")
    expect(removals).to_have_count(2)
    expect(removals.first).to_have_accessible_name("Remove people.csv")
    connect(page, "Two files")
    expect(page.get_by_role("heading", name="Two files", level=1)).to_be_visible(timeout=CONNECT_MS)
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button")).to_have_count(2)
    expect(page.get_by_text("1 to 2 of 2 rows")).to_be_visible()


def test_a_path_under_the_samples_can_be_typed(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_label("File path").fill(str(server.home / "samples" / "sample_shop.db"))
    connect(page, "By its path")
    expect(page.get_by_role("heading", name="By its path", level=1)).to_be_visible(
        timeout=CONNECT_MS
    )


def test_an_empty_form_marks_its_fields_and_focuses_the_first(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_role("button", name="Connect", exact=True).click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("File path")).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("Something")
    expect(name).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc/passwd", "outside the folders"),
        ("../../proto_ddf.db", "outside the folders"),
        ("nowhere.db", "does not exist"),
    ],
)
def test_a_path_that_cannot_be_read_is_told_at_its_field(
    page: Page, server: Any, path: str, message: str
) -> None:
    open_form(page, server)
    page.get_by_label("File path").fill(path)
    page.get_by_role("button", name="Test connection").click()
    field = page.get_by_label("File path")
    expect(page.locator(".pd-field-error")).to_contain_text(message, timeout=CONNECT_MS)
    expect(field).to_have_value(path)
    expect(field).to_be_focused()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("garbage.db", b"no database at all, " * 100, "not a SQLite database"),
        ("nothing.db", b"", "has no tables"),
    ],
)
def test_a_file_that_is_no_database_is_told_and_nothing_is_lost(
    page: Page, server: Any, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    open_form(page, server)
    choose(page, file)
    page.get_by_label("Name", exact=True).fill("Broken")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator(".pd-field-error")).to_contain_text(message, timeout=CONNECT_MS)
    expect(page.get_by_role("alert").filter(has_text=message).first).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Broken")
    expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()

    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Broken")).to_have_count(0)


def test_try_again_connects_once_the_file_is_mended(
    page: Page, server: Any, shop: Path, tmp_path: Path
) -> None:
    path = server.home / "samples" / "mended.db"
    path.write_bytes(b"no database yet" * 100)
    open_form(page, server)
    page.get_by_label("File path").fill(str(path))
    connect(page, "Mended")
    again = page.get_by_role("button", name="Try Again")
    expect(again).to_be_visible(timeout=CONNECT_MS)
    path.write_bytes(shop.read_bytes())
    again.click()
    expect(page.get_by_role("heading", name="Mended", level=1)).to_be_visible(timeout=CONNECT_MS)


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    page: Page, server: Any, tmp_path: Path
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    large = tmp_path / "large.csv"
    large.write_bytes(b"id\n" + b"1\n" * 1_000_000)
    open_form(page, server, "CSV")
    choose(page, large)
    error = page.locator(".pd-field-error")
    expect(error).to_contain_text("large.csv")
    expect(error).to_contain_text("2 MB")
    assert not [url for url in sent if "/api/uploads" in url]
    assert "large.csv" not in uploads(server)


def test_the_server_refuses_what_the_browser_would_not(
    page: Page, server: Any, tmp_path: Path
) -> None:
    open_form(page, server)
    status = page.evaluate(
        """async () => {
            const body = new Blob([new Uint8Array(3_000_000)]);
            const answer = await fetch("/api/uploads?name=sly.csv", {method: "POST", body});
            return answer.status;
        }"""
    )
    assert status == 413
    assert "sly.csv" not in uploads(server)


def test_an_upload_shows_its_progress_and_can_be_cancelled(
    page: Page, server: Any, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.csv"
    slow.write_bytes(b"id\n" + b"1\n" * 900_000)
    open_form(page, server, "CSV")
    network = page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", limits)
    choose(page, slow)
    bar = page.get_by_role("progressbar", name="Uploading slow.csv")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_attribute("aria-valuenow", "0", timeout=15_000)
    expect(page.get_by_role("button", name="Connect", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Cancel the upload of slow.csv").click()
    expect(bar).to_have_count(0)
    expect(page.get_by_role("button", name="Connect", exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Remove slow.csv")).to_have_count(0)
    assert "slow.csv" not in uploads(server)


def test_a_broken_connection_while_sending_is_told_at_the_field(
    page: Page, server: Any, shop: Path
) -> None:
    def drop(route: Route) -> None:
        route.abort("connectionreset")

    open_form(page, server)
    page.route("**/api/uploads**", drop)
    choose(page, shop)
    expect(page.locator(".pd-field-error")).to_contain_text("connection broke")
    page.unroute("**/api/uploads**")
    choose(page, shop)
    expect(page.get_by_role("button", name=f"Remove {shop.name}")).to_be_visible()
    expect(page.locator(".pd-field-error")).to_have_count(0)


def test_a_removed_upload_is_gone_from_the_disk(page: Page, server: Any, tmp_path: Path) -> None:
    file = tmp_path / "unwanted.db"
    file.write_bytes(b"x")
    open_form(page, server)
    choose(page, file)
    remove = page.get_by_role("button", name="Remove unwanted.db")
    expect(remove).to_be_visible()
    assert "unwanted.db" in uploads(server)
    remove.press("Enter")
    expect(page.get_by_label("File path")).to_be_visible()
    wait_until(page, lambda: "unwanted.db" not in uploads(server))


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come true in 5 s")


def test_the_draft_is_kept_over_a_reload_and_in_a_new_tab(
    page: Page, server: Any, shop: Path
) -> None:
    open_form(page, server, "CSV")
    page.get_by_label("File path").fill("some/file.csv")
    page.get_by_label("Name", exact=True).fill("Kept")
    page.get_by_label("Name", exact=True).blur()
    wait_until(page, lambda: "Kept" in str(page.evaluate("() => ({...localStorage})")))
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Kept")
    expect(page.get_by_label("File path")).to_have_value("some/file.csv")
    expect(page.get_by_label("Kind", exact=True)).to_contain_text("CSV")

    other = page.context.new_page()
    other.goto(f"{server.url}/sources/new")
    expect(other.get_by_label("Name", exact=True)).to_have_value("Kept")


def test_a_source_is_renamed_refreshed_and_deleted(page: Page, server: Any, shop: Path) -> None:
    connect_shop(page, server, shop, "First name")
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Sample shop")
    dialog.get_by_role("button", name="Rename source").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already a source")
    dialog.get_by_label("Name", exact=True).fill("Second name")
    dialog.get_by_role("button", name="Rename source").click()
    expect(page.get_by_role("heading", name="Second name", level=1)).to_be_visible()

    stored = Path(page.get_by_text("/corner_shop.db").inner_text())
    with sqlite3.connect(stored) as db:
        db.execute("CREATE TABLE added (id INTEGER PRIMARY KEY)")
    db.close()
    page.get_by_role("button", name="Refresh").click()
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button", name=re.compile("^added "))).to_be_visible(
        timeout=CONNECT_MS
    )

    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("alertdialog")
    asked.get_by_label("Type").fill("Second name")
    asked.get_by_role("button", name="Delete source").click()
    expect(page).to_have_url(re.compile(r"/sources/?$"), timeout=CONNECT_MS)
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    expect(page.get_by_role("link", name="Second name")).to_have_count(0)


def test_a_source_is_edited_to_read_another_file(page: Page, server: Any, shop: Path) -> None:
    connect_shop(page, server, shop, "Edited")
    address = page.url
    page.get_by_role("link", name="Edit", exact=True).click()
    path = page.get_by_label("File path")
    expect(path).to_have_value(re.compile("corner_shop.db$"))
    path.fill("sample_shop.db")
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(address, timeout=CONNECT_MS)
    tables = page.get_by_role("navigation", name="Tables")
    expect(tables.get_by_role("button", name=re.compile("^order_items "))).to_be_visible()
    expect(page.get_by_role("heading", name="Edited", level=1)).to_be_visible()


def test_a_source_whose_file_is_gone_says_so_and_try_again_reads_it_once_it_is_back(
    page: Page, server: Any, shop: Path
) -> None:
    path = server.home / "samples" / "wandering.db"
    path.write_bytes(shop.read_bytes())
    open_form(page, server)
    page.get_by_label("File path").fill(str(path))
    connect(page, "Wandering")
    expect(page.get_by_text("1 to 50 of 120 rows")).to_be_visible(timeout=CONNECT_MS)

    away = path.with_suffix(".away")
    path.rename(away)
    page.get_by_role("button", name="Next page").click()
    callout = page.get_by_role("alert").filter(has_text="no longer exists")
    expect(callout).to_be_visible(timeout=CONNECT_MS)
    away.rename(path)
    callout.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("51 to 100 of 120 rows")).to_be_visible(timeout=CONNECT_MS)
    expect(callout).to_have_count(0)


def test_an_unknown_source_is_told_kindly(page: Page, server: Any) -> None:
    page.goto(f"{server.url}/sources/nothing")
    expect(page.get_by_text("There is no such source")).to_be_visible()
    page.get_by_role("link", name="All sources").click()
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()


def test_the_form_works_by_keyboard_alone(page: Page, server: Any) -> None:
    open_form(page, server)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    expect(page.locator("input[type=file]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("File path")).to_be_focused()
    page.keyboard.type("sample_shop.db")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard", level=1)).to_be_visible(
        timeout=CONNECT_MS
    )


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_serious_accessibility_findings_and_fit_the_screen(
    page: Page, server: Any, tmp_path: Path, scheme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.url}/sources")
    expect(page.get_by_role("link", name="Sample shop")).to_be_visible()
    found = serious_findings(page)
    page.get_by_role("link", name="Sample shop").click()
    expect(page.get_by_text("1 to 50 of")).to_be_visible()
    found += serious_findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("tab", name="Columns").click()
    found += serious_findings(page)

    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database at all, " * 100)
    open_form(page, server)
    found += serious_findings(page)
    choose(page, garbage)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator(".pd-field-error")).to_be_visible(timeout=CONNECT_MS)
    found += serious_findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == []
