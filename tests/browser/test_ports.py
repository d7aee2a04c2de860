"""Apps never get the ports that a real browser refuses to open."""

from playwright.sync_api import Page, Request

from proto_ddf.port_numbers import BLOCKED_PORTS
from tests.browser.driving import SOON_MS

REFUSED_BY_OTHER_BROWSERS = {4190, 6679}
"""Ports that the standard blocks but that Chromium does not refuse with this error."""

ASK = """async (ports) => {
  for (const port of ports) await fetch(`http://127.0.0.1:${port}/`, {mode: "no-cors"}).catch(() => {});
}"""


def test_the_ports_that_chromium_refuses_are_known(page: Page) -> None:
    """Tries all ports below 1024, and the blocked ports above with their neighbours."""
    refused: set[int] = set()

    def note(request: Request) -> None:
        if "ERR_UNSAFE_PORT" in (request.failure or ""):
            refused.add(int(request.url.split(":")[2].strip("/")))

    page.on("requestfailed", note)
    page.goto("about:blank")
    near = {port + step for port in BLOCKED_PORTS for step in (-1, 0, 1)} - {-1}
    page.evaluate(ASK, sorted(near | set(range(1024))))
    expected = BLOCKED_PORTS - REFUSED_BY_OTHER_BROWSERS
    for _ in range(SOON_MS // 50):
        if refused >= expected:
            break
        page.wait_for_timeout(50)  # the last events may come after the answer
    assert refused == expected
