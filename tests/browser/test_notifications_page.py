"""/settings/notifications: a channel is added, tested, changed and removed, and what was not delivered is sent again."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import add_webhook, choose_kind, rows, wait_until
from tests.browser.looking import (
    PHONE,
    in_both_modes,
    open_page,
    overflow_width,
    serious_findings,
    tab_to,
)
from tests.ports import free_port
from tests.servers.http_receiver import Answer, Receiver, http_receiver

pytestmark = pytest.mark.browser

SECRET = "canary7391token"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with http_receiver() as made:
        yield made


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With a channel of the environment, whose receiver cannot be reached."""
    home = tmp_path_factory.mktemp("notifications") / "home"
    environment = {
        "NOTIFICATION_SLACK_WEBHOOK": f"http://127.0.0.1:{free_port()}/services/abcdefgh"
    }
    started = Server(home, free_port(), environment)
    started.start()
    yield started
    started.end()


@pytest.fixture
def opened(page: Page, own_server: Server, receiver: Receiver) -> Page:
    receiver.received.clear()
    receiver.answers.clear()
    open_page(page, f"{own_server.url}/settings/notifications")
    return page


def row(page: Page, name: str) -> Locator:
    return page.locator(f"[data-channel='{name}']")


def stored_secrets(server: Server) -> list[tuple[str, ...]]:
    return rows(server.home / "proto_ddf.db", "select id from secret order by id")


def queue_failed(server: Server, title: str, state: str, channel: str) -> None:
    """Put a delivery into the database, as one that ended so."""
    with contextlib.closing(sqlite3.connect(server.home / "proto_ddf.db", timeout=60)) as database:
        [(channel_id,)] = database.execute(
            "select id from notification_channel where name = ?", (channel,)
        ).fetchall()
        at = "2026-11-29 12:00:00.000000"
        values = {
            **dict.fromkeys(("digest", "quiet", "doubtful", "left_out"), 0),
            **dict.fromkeys(("incident_id", "link", "message_id", "text"), ""),
            **dict.fromkeys(("not_before", "created_at", "queued_at", "ended_at"), at),
            **{"id": str(uuid4()), "channel_id": channel_id, "channel_name": channel},
            **{"reason": "alert", "round": title, "priority": "high", "title": title},
            **{"state": state, "attempts": 2, "error": "Slack answered with status 410"},
        }
        places = ", ".join(f":{name}" for name in values)
        database.execute(f"insert into delivery ({', '.join(values)}) values ({places})", values)
        database.commit()


def test_a_channel_is_added_tested_changed_and_removed(
    opened: Page, own_server: Server, receiver: Receiver
) -> None:
    page = opened
    secrets = stored_secrets(own_server)
    add = page.get_by_role("button", name="Add a channel").first
    tab_to(page, add)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    choose_kind(page, "Webhook")
    page.get_by_role("button", name="Save channel").click()
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="URL")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Team")
    page.get_by_label("URL", exact=True).fill(receiver.url(f"/hook/{SECRET}"))
    page.get_by_label("Signing secret").fill("signing secret")
    page.get_by_role("button", name="Save channel").click()
    expect(row(page, "Team")).to_contain_text("Nothing sent yet")
    expect(row(page, "Team")).to_contain_text("same Idempotency-Key")

    page.get_by_role("button", name="Test Team").click()
    expect(page.locator("[data-operation]")).to_have_attribute("data-state", "succeeded")
    expect(page.locator("[data-step=send]")).to_contain_text("Webhook took the message")
    [request] = receiver.received
    assert request.path.endswith(SECRET)
    assert request.json["title"] == "Test of Proto-DDF"
    expect(row(page, "Team")).to_have_attribute("data-state", "working")

    receiver.answers = [Answer(404)]
    page.get_by_role("button", name="Test Team").click()
    expect(page.get_by_role("alert")).to_contain_text("answered with status 404")
    expect(row(page, "Team")).to_have_attribute("data-state", "failing")

    page.get_by_role("button", name="Change Team").click()
    expect(page.get_by_label("Name")).to_have_value("Team")
    expect(page.get_by_role("button", name="Replace the URL")).to_be_visible()
    page.get_by_label("Name").fill("Night shift")
    page.get_by_role("button", name="Save channel").click()
    page.get_by_role("button", name="Switch off Night shift").click()
    expect(row(page, "Night shift")).to_have_attribute("data-state", "off")
    expect(page.get_by_role("button", name="Test Night shift")).to_be_disabled()
    page.reload()
    expect(row(page, "Night shift")).to_have_attribute("data-state", "off")

    page.get_by_role("button", name="Remove Night shift").click()
    page.get_by_role("button", name="Remove channel").click()
    expect(row(page, "Night shift")).to_have_count(0)
    wait_until(lambda: stored_secrets(own_server) == secrets)
    assert SECRET not in page.content()
    assert SECRET not in own_server.log
    stored = (path for path in own_server.home.rglob("*") if path.is_file())
    assert [path.name for path in stored if SECRET.encode() in path.read_bytes()] == []


def test_a_channel_of_the_environment_is_shown_and_cannot_be_changed_here(opened: Page) -> None:
    shown = row(opened, "Slack (environment)")
    expect(shown).to_contain_text("From the environment")
    expect(shown.get_by_role("button")).to_have_text(["Test"])
    shown.get_by_role("button", name="Test").click()
    expect(opened.get_by_role("alert")).to_contain_text("did not take a notification")
    expect(opened.get_by_role("button", name="Try Again")).to_be_visible()


def test_what_was_not_delivered_is_sent_again(
    opened: Page, own_server: Server, receiver: Receiver
) -> None:
    page = opened
    add_webhook(page, receiver.url(), "Again")
    for title, state in (("Disk full", "FAILED"), ("App down", "MAY_HAVE_ARRIVED")):
        queue_failed(own_server, title, state, "Again")
    other = page.context.new_page()
    open_page(other, page.url)
    listed = other.get_by_role("list", name="Not delivered")
    expect(listed.get_by_role("listitem")).to_have_count(2)
    expect(listed).to_contain_text("Slack answered with status 410")
    expect(listed).to_contain_text("May have arrived")
    other.get_by_role("button", name="Send again: Disk full").click()
    expect(listed.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("list", name="Not delivered").get_by_role("listitem")).to_have_count(1)
    assert [request.json["title"] for request in receiver.received] == ["Disk full"]
    other.close()


def test_the_page_is_accessible_in_both_modes_and_on_a_phone(
    opened: Page, own_server: Server, receiver: Receiver
) -> None:
    page = opened
    add_webhook(page, receiver.url(), "Looked at")
    queue_failed(own_server, "<img src=x onerror=document.title='xss'>", "FAILED", "Looked at")
    open_page(page, page.url)
    expect(page.locator("[data-delivery]").first).to_be_visible()
    pictures = os.environ.get("PICTURES")
    for width, height in ((1440, 900), (768, 900), (PHONE["width"], PHONE["height"])):
        page.set_viewport_size({"width": width, "height": height})
        for part in ("list", "form"):
            if part == "form":
                page.get_by_role("button", name="Add a channel").first.click()
                choose_kind(page, "E-mail")
                page.get_by_role("button", name="Save channel").click()
                expect(page.get_by_role("alert").first).to_be_visible()
            assert overflow_width(page) == 0
            for mode in in_both_modes(page):
                assert serious_findings(page) == []
                if pictures:
                    path = f"{pictures}/{part}-{mode}-{width}.png"
                    page.screenshot(path=path, full_page=True)
        page.get_by_role("button", name="Cancel").click()
    expect(page).to_have_title(re.compile("Notifications"))
