"""What a person submits is done once, whatever happens to the server and the connection meanwhile."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    connect_file,
    fill_generate_form,
    operation_id,
    wait_until,
    wait_until_connected,
)
from tests.ports import HOST, free_port, free_ports, port_range

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def moment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that says when the server is to be killed."""
    return tmp_path_factory.mktemp("outbox") / "moment"


@pytest.fixture(scope="module")
def server(moment: Path) -> Iterator[Server]:
    """A server for this module. Of its two ports one is taken, so that a generation, of which these tests look only at the
    start, fails before it builds anything."""
    folder = moment.parent
    with closing(sqlite3.connect(folder / "notes.db")) as database:
        database.execute("create table if not exists notes (id integer primary key, title text)")
        database.commit()
    command = ("-m", "tests.browser.outbox.killed_server", str(moment), "start")
    environment = {"ALLOWED_FOLDERS": json.dumps([str(folder)]), "RECOVERY_ATTEMPTS": "0"}
    allowed = free_ports(2)
    with socket.create_server((HOST, allowed.start)):
        started = Server(
            folder / "home", free_port(), environment, None, port_range(allowed), command
        )
        started.start()
        yield started
        started.end()


@pytest.fixture(scope="module")
def notes(server: Server, browser: Any) -> str:
    """The name of a connected source."""
    page = browser.new_page()
    connect_file(page, server.url, server.home.parent / "notes.db", "Notes")
    page.close()
    return "Notes"


def operations(server: Server, kind: str = "generate_app") -> list[str]:
    """The ids of the operations of a kind, oldest first."""
    with closing(sqlite3.connect(server.home / "proto_ddf.db")) as database:
        query = "select id from operation where kind = ? order by created_at"
        return [found for (found,) in database.execute(query, [kind])]


def items(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps."""
    found: list[dict[str, Any]] = page.evaluate("protoDDF.outbox.items()")
    return found


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_is_killed_while_it_is_told_does_it_once(
    server: Server, notes: str, page: Page, moment: Path, when: str
) -> None:
    known = operations(server)
    fill_generate_form(page, server.url, f"Killed {when}", source=notes)
    wait_until_connected(page)
    moment.write_text(when)
    page.get_by_role("button", name="Generate app").click()
    assert server.process is not None
    server.process.wait(timeout=30)
    assert len(operations(server)) == len(known) + (when == "after")
    [item] = items(page)
    expect(page.get_by_role("link", name="1 to send")).to_be_visible()
    server.start()
    expect(page.locator("[data-step='validate']")).to_be_visible()
    [new] = operations(server)[len(known) :]
    assert new == operation_id(page) == item["id"].replace("-", "")
    wait_until(lambda: items(page) == [])
