"""Makes the images of the README with a real server on a separate home folder, driven in Chromium.

make screenshots
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from tests.servers.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
START_SECONDS = 180
BUILD_MS = 180_000
FAULTS = {
    "FAULTS_ENABLED": "true",
    "NETWORK_SYSTEMS": json.dumps({"source": {"circuit_breaker_threshold": 5}}),
}
"""Settings of a server on which one refused connection, with its retries, opens a circuit."""


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as url, chromium() as page:
        address = generate(page, url)
        of_the_app(page, address)
        of_the_pages(page, url)
        of_a_connection_test(page, url)
        of_a_failure(page, url, Path(home))
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home), **FAULTS) as url,
        chromium() as page,
    ):
        of_an_open_circuit(page, url, Path(home))
        of_an_incident(page, url)


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[str]:
    """The server on a free port, until the images are made."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | settings | {"PROTO_DDF_HOME": str(home), "PORT": str(port)}
    command = [sys.executable, "-m", "proto_ddf.server"]
    server = subprocess.Popen([*command, "start"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield url
    finally:
        subprocess.run([*command, "stop"], cwd=ROOT, env=environment, check=False)
        server.wait(timeout=30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit("The server did not start.")


@contextmanager
def chromium() -> Iterator[Page]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


def picture(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURES / f"{name}.png")


def generate(page: Page, url: str) -> str:
    """Generate the sample shop's app; returns its address."""
    page.goto(f"{url}/generate")
    expect(page.locator("[data-table]").first).to_be_visible(timeout=60_000)
    page.get_by_label("Project name").fill("Corner shop")
    page.get_by_label("Allow editing data").click()
    picture(page, "generate")
    page.get_by_role("button", name="Generate app").click()
    link = page.get_by_role("link", name="Open app")
    expect(link).to_be_visible(timeout=BUILD_MS)
    picture(page, "operation")
    return str(link.get_attribute("href"))


def of_the_app(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".recharts-surface").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1500)
    picture(page, "app-dashboard")
    page.goto(f"{address}/orders")
    expect(page.get_by_role("row").nth(5)).to_be_visible(timeout=30_000)
    picture(page, "app-table")


def of_the_pages(page: Page, url: str) -> None:
    for path, name in (("/", "overview"), ("/apps/corner_shop", "app")):
        page.goto(f"{url}{path}")
        expect(page.get_by_text("Corner shop").first).to_be_visible(timeout=30_000)
        picture(page, name)


def of_a_connection_test(page: Page, url: str) -> None:
    """A PostgreSQL server refuses the password."""
    with PostgresServer() as server:
        given = {"Name": "Head office", "Port": str(server.port), "Database": "shop"}
        given |= {"User": "clerk", "Password": "not the right one"}
        page.goto(f"{url}/sources/new")
        page.get_by_label("Kind", exact=True).click()
        page.get_by_role("option", name="PostgreSQL").click()
        for label, value in given.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_text("Sign-in refused")).to_be_visible(timeout=60_000)
        page.set_viewport_size({"width": 1280, "height": 960})
        page.evaluate("window.scrollTo(0, 0)")
        picture(page, "connect")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("button", name="Start over").click()


def of_a_failure(page: Page, url: str, home: Path) -> None:
    """A generation whose source has been moved away, in dark mode."""
    sample = home / "samples" / "sample_shop.db"
    page.goto(f"{url}/generate")
    back = page.get_by_role("button", name="Generate another app")
    expect(back).to_be_visible(timeout=30_000)
    back.click()
    expect(page.locator("[data-table]").first).to_be_visible(timeout=60_000)
    page.get_by_label("Project name").fill("Second shop")
    sample.rename(sample.with_suffix(".away"))
    page.get_by_role("button", name="Generate app").click()
    expect(page.get_by_role("button", name="Try Again")).to_be_visible(timeout=60_000)
    page.get_by_label("Switch between light and dark mode").click()
    picture(page, "try-again")
    sample.with_suffix(".away").rename(sample)


def of_an_open_circuit(page: Page, url: str, home: Path) -> None:
    """Calls to a source that refuses every connection are paused; Try Again counts down."""
    page.goto(f"{url}/resilience")
    page.get_by_label("System", exact=True).click()
    page.get_by_role("option", name="Sources").click()
    page.get_by_label("Share of the calls (%)").fill("100")
    page.get_by_role("button", name="Start fault").click()
    expect(page.locator("[data-fault]")).to_be_visible()
    page.goto(f"{url}/sources/new")
    page.get_by_label("Name", exact=True).fill("Branch office")
    page.get_by_label("File path").fill(str(home / "samples" / "sample_shop.db"))
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Try Again").click(timeout=60_000)
    expect(page.get_by_role("timer")).to_be_visible(timeout=60_000)
    page.goto(f"{url}/resilience")
    page.get_by_role("group", name="Filter by state").get_by_role("button", name="Open 1").click()
    row = page.locator("[data-state=open]")
    expect(row).to_be_visible()
    row.get_by_role("button").first.click()
    expect(row.get_by_role("list", name="Changes")).to_be_visible()
    picture(page, "resilience")


def of_an_incident(page: Page, url: str) -> None:
    """The errors of the source that refuses every connection."""
    page.goto(f"{url}/errors")
    page.locator("[data-incident]").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible(timeout=30_000)
    picture(page, "incident")


if __name__ == "__main__":
    main()
