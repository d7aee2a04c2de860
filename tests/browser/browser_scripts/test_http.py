"""Requests of the page: which failure is told for what went wrong."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.browser_scripts.conftest import Answer, Site, open_site
from tests.ports import free_port

pytestmark = pytest.mark.browser

CALL = """async ([call, address, options]) => {
  const told = [];
  const end = window.protoDDF.onNetworkFailure((failure) => told.push(failure));
  const send = {
    fetch: () => window.protoDDF.fetchWithErrorHandling(address, options),
    upload: () => window.protoDDF.sendWithProgress(address, new Blob(["x".repeat(100)]), options),
  }[call];
  let outcome;
  try {
    const got = await send();
    outcome = got instanceof Response ? { status: got.status, text: await got.text() } : got;
  } catch (error) {
    outcome = { thrown: error.message, isError: error instanceof Error };
  }
  end();
  return { outcome, told };
}"""
CALLS = pytest.mark.parametrize("call", ["fetch", "upload"])


def send(page: Page, call: str, address: str, **options: Any) -> dict[str, Any]:
    result: dict[str, Any] = page.evaluate(CALL, [call, address, options])
    return result


@CALLS
def test_an_answer_of_the_server_is_passed_on(site: Site, page: Page, call: str) -> None:
    open_site(page, site)
    for status in (200, 201, 400, 404, 422, 429, 500):
        site.answers["/told"] = Answer(status, body="words")
        told = send(page, call, "/told")
        assert told == {"outcome": {"status": status, "text": "words"}, "told": []}


@CALLS
def test_a_server_that_is_not_available_is_a_failure(site: Site, page: Page, call: str) -> None:
    open_site(page, site)
    for status in (502, 503, 504):
        site.answers["/told"] = Answer(status, {"Retry-After": "7"})
        result = send(page, call, "/told")
        failure = result["outcome"]
        assert (failure["error"], failure["kind"]) == ("network", "unavailable")
        assert (failure["status"], failure["retryAfter"]) == (status, 7)
        told = [(each["kind"], each["status"]) for each in result["told"]]
        assert told == [("unavailable", status)]


@CALLS
def test_a_server_that_cannot_be_reached_is_told_apart_from_one_that_does_not_answer(
    site: Site, page: Page, call: str
) -> None:
    site.answers["/late"] = Answer(seconds=10)
    open_site(page, site)
    gone = send(page, call, f"http://127.0.0.1:{free_port()}/")
    assert gone["outcome"]["kind"] == "unreachable"
    late = send(page, call, "/late", timeout=200)
    assert late["outcome"]["kind"] == "timeout"
    assert late["told"][0]["duration"] >= 200


@CALLS
def test_a_browser_without_network_says_so(
    site: Site, page: Page, context: BrowserContext, call: str
) -> None:
    open_site(page, site)
    context.set_offline(True)
    assert send(page, call, "/")["outcome"]["kind"] == "offline"


@CALLS
def test_what_is_critical_throws_in_plain_words(site: Site, page: Page, call: str) -> None:
    site.answers["/told"] = Answer(503)
    open_site(page, site)
    outcome = send(page, call, "/told", critical=True)["outcome"]
    assert outcome == {"thrown": "The server is busy or restarting.", "isError": True}


@CALLS
def test_what_the_page_itself_cancels_is_not_told(site: Site, page: Page, call: str) -> None:
    site.answers["/late"] = Answer(seconds=10)
    open_site(page, site)
    cancelled = CALL.replace("[call, address, options]", "[call, address]").replace(
        "const told = [];", "const options = { signal: AbortSignal.abort() }; const told = [];"
    )
    result = page.evaluate(cancelled, [call, "/late"])
    assert (result["outcome"]["kind"], result["told"]) == ("cancelled", [])


def test_progress_is_told(site: Site, page: Page) -> None:
    site.answers["/told"] = Answer(201, body="{}")
    open_site(page, site)
    seen = page.evaluate("""async () => {
      const seen = [];
      const options = { onProgress: (bytes) => seen.push(bytes) };
      await window.protoDDF.sendWithProgress("/told", new Blob(["x".repeat(5000)]), options);
      return seen;
    }""")
    assert seen[-1] == 5000
    assert len(site.requests["/told"][0].body) == 5000
