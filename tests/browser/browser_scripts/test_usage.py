"""Usage events: which are recorded, and that each reaches the server once it can be reached."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from proto_ddf.usage.events import UsageEvent
from tests.browser.browser_scripts.conftest import PAGE, Answer, Site, open_site
from tests.browser.driving import wait_until

pytestmark = pytest.mark.browser

USAGE = "/api/usage"
WITH_USAGE = PAGE.replace("<head>", '<head><meta name="usage-events" content="on">')


@pytest.fixture
def site(site: Site) -> Site:
    """Its pages record events, and it stores them."""
    site.answers["/"] = Answer(headers={"Content-Type": "text/html"}, body=WITH_USAGE)
    site.answers[USAGE] = Answer(204)
    return site


def received(site: Site) -> list[UsageEvent]:
    """The events of all requests; each is valid."""
    return [
        UsageEvent.model_validate(each)
        for request in list(site.requests[USAGE])
        for each in json.loads(request.body)
    ]


def own(site: Site) -> list[str]:
    """The actions of the events that a test made."""
    return [each.action for each in received(site) if each.category == "test"]


def track(page: Page, call: str, action: str) -> Any:
    return page.evaluate(f"window.protoDDF.{call}('test', '{action}', 'a label!', 12.4)")


def test_tracked_events_are_sent_together(site: Site, page: Page) -> None:
    open_site(page, site)
    page.evaluate(
        "for (let n = 0; n < 3; n += 1) window.protoDDF.trackEvent('test', `n${n}`, 'a label!', 12.4)"
    )
    wait_until(lambda: own(site) == ["n0", "n1", "n2"])
    [event] = [each for each in received(site) if each.action == "n0"]
    assert (event.page, event.label, event.value) == ("/", "a.label", 12)


def test_a_retry_is_made_twice_and_the_event_waits_then(site: Site, page: Page) -> None:
    site.answers[USAGE] = Answer(503)
    open_site(page, site)
    assert track(page, "trackEventWithRetry", "tried") is False
    assert own(site) == ["tried"] * 3
    assert len({each.id for each in received(site)}) == 1
    site.answers[USAGE] = Answer(204)
    page.reload()
    wait_until(lambda: len(own(site)) > 3)
    assert len({each.id for each in received(site) if each.category == "test"}) == 1


def test_a_retry_ends_with_the_first_success(site: Site, page: Page) -> None:
    open_site(page, site)
    assert track(page, "trackEventWithRetry", "once") is True
    assert own(site) == ["once"]


def test_after_three_failures_nothing_is_sent_for_a_minute(site: Site, page: Page) -> None:
    site.answers[USAGE] = Answer(500)
    page.clock.install()
    open_site(page, site)
    for n in range(5):
        assert track(page, "trackEventWithCircuitBreaker", f"n{n}") is False
    assert own(site) == ["n0", "n1", "n2"]
    site.answers[USAGE] = Answer(204)
    page.clock.fast_forward(61_000)
    assert track(page, "trackEventWithCircuitBreaker", "later") is True
    page.evaluate("window.protoDDF.retryPendingEvents()")
    wait_until(lambda: set(own(site)) == {*(f"n{n}" for n in range(5)), "later"})


def test_what_waits_is_sent_when_the_connection_is_back(site: Site, page: Page) -> None:
    open_site(page, site)
    expect(page.locator("connection-state[data-state=connected]")).to_be_visible()
    site.stop()
    page.evaluate("{ window.protoDDF.checkConnectionHealth(); }")
    track(page, "trackEvent", "waiting")
    expect(page.locator("connection-state[data-state=offline]")).to_be_visible()
    site.start()
    wait_until(lambda: own(site) == ["waiting"])


def test_a_view_is_sent_when_the_page_is_left(site: Site, page: Page) -> None:
    open_site(page, site)
    page.goto("about:blank")
    wait_until(lambda: len(received(site)) > 0)
    [view] = received(site)
    assert (view.page, view.category, view.action) == ("/", "page", "view")
    assert view.value is not None


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_wants_none_is_asked_once(site: Site, page: Page, status: int) -> None:
    site.answers[USAGE] = Answer(status)
    open_site(page, site)
    for n in range(3):
        assert track(page, "trackEventWithRetry", f"n{n}") is False
    assert own(site) == ["n0"]


def test_a_page_without_the_meta_element_records_nothing(site: Site, page: Page) -> None:
    open_site(page, site)
    page.goto(f"{site.url}/other")
    page.wait_for_function("!!window.protoDDF?.trackEvent")
    site.requests[USAGE].clear()
    assert track(page, "trackEventWithRetry", "none") is False
    page.goto("about:blank")
    page.wait_for_timeout(300)
    assert site.requests[USAGE] == []


def test_a_failed_request_is_recorded_without_what_it_was_about(site: Site, page: Page) -> None:
    open_site(page, site)
    site.answers["/api/apps/ann-smith/log"] = Answer(503)
    page.evaluate("{ window.protoDDF.fetchWithErrorHandling('/api/apps/ann-smith/log'); }")
    wait_until(lambda: any(each.category == "failure" for each in received(site)))
    assert not re.search("ann-smith", str(received(site)))
