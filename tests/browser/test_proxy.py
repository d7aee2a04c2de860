"""Proto-DDF behind a proxy that ends TLS: it works at PUBLIC_URL, and other names show nothing of it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WITHOUT_REPAIRS, Server
from tests.browser.driving import wait_until, wait_until_connected, watched_failures
from tests.browser.generated.tls_proxy import tls_proxy
from tests.browser.looking import open_page, refused_scripts
from tests.ports import free_port

pytestmark = pytest.mark.browser

LINK = re.compile(r"Open, within an hour: (\S+)")


def test_it_works_at_its_public_address_and_at_no_other_name(
    tmp_path: Path, page_of_other_site: Page
) -> None:
    page, port = page_of_other_site, free_port()
    with tls_proxy("data.example", port) as shown, tls_proxy("evil.example", port) as other:
        settings = {"PUBLIC_URL": f"https://data.example:{shown}", "ENABLE_AUTH": "token"}
        server = Server(tmp_path / "home", port, WITHOUT_REPAIRS | settings)
        server.start(ready="/api/health")
        try:
            wait_until(lambda: LINK.search(server.log) is not None)
            link = LINK.search(server.log)
            assert link is not None
            assert link[1].startswith(settings["PUBLIC_URL"])
            failures = watched_failures(page)
            page.goto(link[1])
            page.goto(f"https://data.example:{shown}/sources")
            wait_until_connected(page)
            page.get_by_role("link", name="Apps").first.click()
            expect(page).to_have_url(re.compile("/apps/?$"))
            assert failures == []
            answer = page.goto(f"https://evil.example:{other}/sources")
            assert answer is not None
            assert answer.status == 400
            assert f"https://data.example:{shown}" in page.inner_text("body")
        finally:
            server.end()


def test_of_inline_scripts_only_those_run_that_the_build_wrote(page: Page, server: Server) -> None:
    """Also if text from outside became part of a page."""
    open_page(page, f"{server.url}/sources")
    assert refused_scripts(page) == ["script-src-elem", "script-src-attr"]
