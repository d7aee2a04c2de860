"""A generated app that is really served answers at its own addresses and to its own pages; other sites have no
access.

The rules are tested one by one in tests/integration/generated/test_access.py."""

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.generated.conftest import App, open_list, serve
from tests.browser.generated.tls_proxy import tls_proxy
from tests.browser.looking import refused_scripts
from tests.ports import HOST, free_port

pytestmark = pytest.mark.browser
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SECONDS = 60
SOCKET = "/_event/?EIO=4&transport=websocket"


class EvilSite(BaseHTTPRequestHandler):
    """An empty page, in which a test runs scripts."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Evil</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def evil_site() -> Iterator[int]:
    with ThreadingHTTPServer((HOST, 0), EvilSite) as site:
        thread = Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site.server_address[1]
        site.shutdown()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_app_says_that_it_answers(shop: App, method: str) -> None:
    answer = httpx.request(method, f"{shop.url}/api/health", timeout=SECONDS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert method == "HEAD" or answer.json()["status"] == "ok"


@pytest.mark.parametrize(
    "path", ["/", "/customers", "/nowhere", "/ping", "/app.css", "/browser/main.js"]
)
def test_every_answer_carries_the_security_headers(shop: App, path: str) -> None:
    headers = httpx.get(shop.url + path, timeout=SECONDS).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_all_pages_work_under_them_with_nothing_in_the_console(
    shop: App, page: Page, console: list[str]
) -> None:
    page.goto(shop.url)
    expect(page.locator(".recharts-surface").first).to_be_visible()
    page.get_by_role("link", name="Customers").first.click()
    expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
    page.locator("tbody tr a").first.click()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    page.goto(f"{shop.url}/customers/new")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    open_list(page, f"{shop.url}/orders")
    page.get_by_role("button", name="Switch between light and dark").first.click()
    page.get_by_label("Search Orders").fill("nothing like this")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    assert console == []


def test_of_inline_scripts_only_those_run_that_the_build_wrote(shop: App, page: Page) -> None:
    """Also if text from outside became part of a page."""
    page.goto(f"{shop.url}/customers")
    expect(page.locator("tbody tr").first).to_be_visible()
    assert refused_scripts(page) == ["script-src-elem", "script-src-attr"]


@pytest.mark.parametrize("name", ["evil.example", f"{HOST}.evil.example"])
def test_a_name_of_another_host_is_refused(shop: App, name: str) -> None:
    port = shop.url.rpartition(":")[2]
    for path in ("/", "/ping", SOCKET):
        answer = httpx.get(shop.url + path, headers={"Host": f"{name}:{port}"}, timeout=SECONDS)
        assert answer.status_code == 400, path


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", None])
def test_a_websocket_of_another_sites_page_is_refused(shop: App, origin: str | None) -> None:
    headers = UPGRADE | ({} if origin is None else {"Origin": origin})
    answer = httpx.get(shop.url + SOCKET, headers=headers, timeout=SECONDS)
    assert answer.status_code == 403


def test_a_name_that_resolves_to_this_machine_shows_nothing_of_the_app(
    shop: App, page_of_other_site: Page
) -> None:
    """DNS rebinding."""
    port = shop.url.rpartition(":")[2]
    answer = page_of_other_site.goto(f"http://evil.example:{port}/customers")
    assert answer is not None
    assert answer.status == 400
    assert "does not accept this host name" in page_of_other_site.inner_text("body")


def test_another_sites_page_reaches_nothing_of_the_app(
    shop: App, page_of_other_site: Page, evil_site: int
) -> None:
    """It has access neither through a websocket, nor through a request with data, nor through a frame."""
    page_of_other_site.goto(f"http://localhost:{evil_site}/")
    reached = page_of_other_site.evaluate(
        """async ([app, socket]) => {
          const opened = await new Promise((done) => {
            const socketOpened = new WebSocket(app.replace("http", "ws") + socket);
            socketOpened.onopen = () => done(true);
            socketOpened.onerror = () => done(false);
          });
          return {opened, read: await fetch(app).then(() => true, () => false)};
        }""",
        [shop.url, SOCKET],
    )
    assert reached == {"opened": False, "read": False}
    with page_of_other_site.expect_event("console", lambda said: "frame-ancestors" in said.text):
        page_of_other_site.evaluate(
            """(app) => {
              const frame = document.createElement("iframe");
              frame.src = app;
              document.body.append(frame);
            }""",
            shop.url,
        )


def test_a_deployed_app_works_behind_a_proxy_that_adds_https(
    shop: App, page_of_other_site: Page, tmp_path: Path
) -> None:
    """It works at the address that ALLOWED_HOSTS names; another port of the same host is another site."""
    database = tmp_path / "shop.db"
    shutil.copy(shop.database, database)
    port = free_port()
    said: list[str] = []
    page_of_other_site.on("console", lambda each: said.append(f"{each.type}: {each.text}"))
    with (
        tls_proxy("shop.example", port) as shown,
        tls_proxy("shop.example", port) as not_named,
        serve(shop.folder, database, port, ALLOWED_HOSTS=f"shop.example:{shown}"),
    ):
        page_of_other_site.goto(f"https://shop.example:{shown}/customers")
        expect(page_of_other_site.locator("tbody tr").first).to_be_visible()
        assert [each for each in said if each.startswith("error")] == []
        with page_of_other_site.expect_event("console", lambda each: "403" in each.text):
            page_of_other_site.goto(f"https://shop.example:{not_named}/customers")
        expect(page_of_other_site.locator("tbody tr")).to_have_count(0)
