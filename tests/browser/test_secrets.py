"""Nothing that Proto-DDF writes, sends or shows contains a password: a planted password is searched for everywhere."""

import base64
import contextlib
import html
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.driving import (
    SOON_MS,
    choose_kind,
    fill_generate_form,
    open_app_address,
    start_generation,
    wait_until,
    wait_until_connected,
)
from tests.servers.database_server import Database

PLANTED = 'pl4nted+"p\\ss wörd/%&'
MISTYPED = 'm1styped+"p\\ss wörd/%&'


def spellings(secret: str) -> dict[str, bytes]:
    """The bytes in which the secret would be readable, by the name of the encoding."""
    plain = secret.encode()
    spelled = {
        "plain": plain,
        "UTF-16": secret.encode("utf-16-le"),
        "hex": plain.hex().encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON twice": json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
        "JSON, UTF-8": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "Python": repr(secret)[1:-1].encode(),
        "HTML": html.escape(secret).encode(),
        "HTML text": html.escape(secret, quote=False).encode(),
        "URL": quote(secret, safe="").encode(),
        "form": quote_plus(secret).encode(),
    }
    for shift in range(3):
        # It may begin anywhere in a longer text, so leave out the characters that also depend on its neighbours.
        coded = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
        spelled[f"Base64 {shift}"] = coded
        spelled[f"URL-safe Base64 {shift}"] = coded.replace(b"+", b"-").replace(b"/", b"_")
    return spelled


def search(places: Mapping[str, bytes], *secrets: str) -> list[str]:
    """Each place where a secret is found, with the encoding."""
    return [
        f"{place}: {secret[:4]}… as {how}"
        for secret in secrets
        for how, given_away in spellings(secret).items()
        for place, content in places.items()
        if given_away in content
    ]


def files(folder: Path) -> dict[str, bytes]:
    found = {}
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            with contextlib.suppress(FileNotFoundError):  # it was removed meanwhile
                if path.is_file() and not path.is_symlink():
                    found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def command_lines() -> dict[str, bytes]:
    return {
        f"process {process.pid}": " ".join(process.info["cmdline"] or ()).encode()
        for process in psutil.process_iter(["cmdline"])
    }


def shown(page: Page) -> dict[str, bytes]:
    """The content of the page and of its storage, including what was typed."""
    inputs = "[...document.querySelectorAll('input, textarea')].map((input) => input.value)"
    held = f"JSON.stringify([{{...localStorage}}, {{...sessionStorage}}, {inputs}])"
    return {f"DOM of {page.url}": page.content().encode(), "storage": page.evaluate(held).encode()}


@pytest.fixture
def frames(page: Page) -> list[bytes]:
    """Every frame of the page's websockets, in both directions."""
    received: list[bytes] = []

    def record(frame: str | bytes) -> None:
        received.append(frame.encode() if isinstance(frame, str) else frame)

    def listen(socket: object) -> None:
        socket.on("framesent", record)  # type: ignore[attr-defined]
        socket.on("framereceived", record)  # type: ignore[attr-defined]

    page.on("websocket", listen)
    return received


@pytest.fixture
def planted_database(postgres_database: Database) -> Database:
    """A database whose user has the planted password."""
    postgres_database.admin(f"alter user {postgres_database.user} password '{PLANTED}'")
    database = Database(
        postgres_database.server, postgres_database.name, postgres_database.user, PLANTED
    )
    database.run(
        "create table customer (id integer primary key, name varchar(40) not null)",
        "insert into customer values (1, 'Ada'), (2, 'Bo')",
    )
    return database


@pytest.mark.parametrize("how", spellings(PLANTED))
def test_the_search_finds_what_is_there(tmp_path: Path, how: str) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "log").write_bytes(b"before " + spellings(PLANTED)[how] + b" after")
    assert any(found.endswith(f"as {how}") for found in search(files(tmp_path), PLANTED))
    assert search(files(tmp_path), MISTYPED) == []


def test_base64_is_found_wherever_the_secret_begins() -> None:
    for before in ("", "a", "ab", "abc"):
        coded = base64.b64encode(f"{before}{PLANTED}:after".encode())
        assert search({"header": coded}, PLANTED)


def test_a_password_is_only_in_the_vault(
    page: Page, server: Server, planted_database: Database, frames: list[bytes]
) -> None:
    places: dict[str, bytes] = {}
    name, password = (page.get_by_label(label, exact=True) for label in ("Name", "Password"))
    replace = page.get_by_role("button", name="Replace the password")

    page.goto(f"{server.url}/sources/new")
    choose_kind(page, "PostgreSQL")
    name.fill("Planted")
    for label, value in (
        ("Host", "127.0.0.1"),
        ("Port", str(planted_database.server.port)),
        ("Database", planted_database.name),
        ("User", planted_database.user),
    ):
        page.get_by_label(label, exact=True).fill(value)
    password.fill(MISTYPED)
    password.press("Enter")
    refused = page.get_by_role("alert").filter(has_text="Sign-in refused")
    expect(refused).to_be_visible(timeout=SOON_MS)
    refused.get_by_text("Details").click()
    places |= {f"{place} when refused": held for place, held in shown(page).items()}

    password.fill(PLANTED)
    page.get_by_role("button", name="Show what is typed").click()
    name.focus()
    expect(replace).to_be_visible()
    page.reload()
    expect(replace).to_be_visible()
    places |= {f"{place} when stored": held for place, held in shown(page).items()}
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("The connection works.")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name="Planted", level=1)).to_be_visible(timeout=SOON_MS)
    places |= shown(page)

    page.goto(f"{server.url}/sources/new?source={page.url.rsplit('/', 1)[1]}")
    expect(replace).to_be_visible()
    places |= {f"{place} when edited": held for place, held in shown(page).items()}
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Planted", level=1)).to_be_visible(timeout=SOON_MS)

    fill_generate_form(page, server.url, "Planted app", source="Planted")
    start_generation(page)
    address = open_app_address(page)
    places |= shown(page)
    page.goto(address)
    page.get_by_role("link", name=re.compile("customer", re.IGNORECASE)).first.click()
    expect(page.get_by_text("Ada", exact=True)).to_be_visible(timeout=SOON_MS)
    places |= shown(page)

    places |= files(server.home) | command_lines() | {"server's output": server.log.encode()}
    places["frames"] = b"\n".join(frames)
    for needed in ("proto_ddf.db", "operations.db", "logs/proto_ddf.log", "frames"):
        assert places[needed], needed
    for needed in ("tabs/", "apps/planted_app/"):
        assert any(place.startswith(needed) for place in places), needed
    assert search(places, PLANTED, MISTYPED) == []

    # A password typed into another field does go through these places, so the search would have found it.
    page.goto(f"{server.url}/sources/new")
    wait_until_connected(page)
    name.fill(PLANTED)

    def is_found(place: str) -> bool:
        tabs = {f"tab {path}": held for path, held in files(server.home / "tabs").items()}
        held = {**shown(page), **tabs}
        held["frames"] = b"\n".join(frames)  # a list that grows while the page is asked
        return any(found.startswith(place) for found in search(held, PLANTED))

    for place in ("frames", "DOM", "storage", "tab "):
        wait_until(lambda place=place: is_found(place))  # type: ignore[misc]
