"""A generated app in which every text that a person or a database can choose looks like Reflex's own tags.

tests/unit/web/test_literal_guard.py says what belongs to the kind."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.progress import NoProgress
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.browser.driving import SOON_MS
from tests.browser.generated.conftest import App, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LETTERS = "<reflex.Var>x</reflex.Var>"
NUMBER = "<reflex.Var>12</reflex.Var>"
EMPTY = "<reflex.Var></reflex.Var>"
NESTED = f"<reflex.Var>{LETTERS}</reflex.Var>"
TAGS = (LETTERS, NUMBER, EMPTY, NESTED, "<reflex.Var>")
LABELS = {"code": LETTERS, "level": EMPTY, "note": NUMBER}


def make_database(path: Path) -> None:
    levels = ", ".join(f"'{tag}'" for tag in TAGS)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"CREATE TABLE things (code text NOT NULL PRIMARY KEY, level text DEFAULT '{NUMBER}' "
            f"CHECK (level IN ({levels})), note text)"
        )
        connection.executemany(
            "INSERT INTO things VALUES (?, ?, ?)", [(tag, tag, tag) for tag in TAGS]
        )


def name_everything(spec: AppSpec) -> AppSpec:
    [table] = spec.tables
    fields = [field.model_copy(update={"label": LABELS[field.name]}) for field in table.fields]
    charts = [chart.model_copy(update={"title": NESTED}) for chart in spec.charts]
    tables = [table.model_copy(update={"label": NESTED, "fields": fields})]
    update = {"name": LETTERS, "description": EMPTY + NUMBER, "tables": tables, "charts": charts}
    return spec.model_copy(update=update)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    database = tmp_path_factory.mktemp("data") / "tags.db"
    make_database(database)
    source = SqliteSource(database)
    spec = plan_app(
        source.read_schema(), name="Tags", allow_editing=True, imported=False, source=source
    )
    folder = tmp_path_factory.mktemp("tagged") / "tags"
    render_app(name_everything(spec), folder)
    install(folder, NoProgress())
    build(folder, NoProgress())
    with serve(folder, database) as app:
        yield app


def test_labels_are_shown_as_they_are(tagged: App, page: Page, console: list[str]) -> None:
    page.goto(f"{tagged.url}/things")
    expect(page.get_by_role("heading", name=NESTED, level=1)).to_be_visible(timeout=SOON_MS)
    headings = page.locator("thead th:not(.open)")
    expect(headings).to_have_count(len(LABELS))
    assert sorted(headings.all_inner_texts()) == sorted(LABELS.values())
    for tag in TAGS:
        expect(page.get_by_role("cell", name=tag, exact=True).first).to_be_visible()
    assert not console


@pytest.mark.parametrize("tag", TAGS)
def test_no_address_that_looks_like_a_tag_freezes_the_app(
    tagged: App, page: Page, tag: str
) -> None:
    text = quote(tag, safe="")
    for place in ("/{}", "/things/{}", "/things?{}={}", "/things?search={}", "/things/new?code={}"):
        page.goto(tagged.url + place.replace("{}", text))
        expect(page.locator("main")).not_to_be_empty(timeout=SOON_MS)
    assert httpx.get(tagged.url, timeout=30).status_code == 200
    page.goto(f"{tagged.url}/things")
    expect(page.get_by_role("cell", name=LETTERS, exact=True).first).to_be_visible(timeout=SOON_MS)


def test_a_row_whose_key_looks_like_a_tag_is_added_opened_and_changed(
    tagged: App, page: Page
) -> None:
    page.goto(f"{tagged.url}/things/new")
    page.locator("#field-code").fill(NESTED * 2)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Row added.")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Edit").click()
    page.locator("#field-note").fill(NUMBER * 3)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible(timeout=SOON_MS)
    assert tagged.query("SELECT level, note FROM things WHERE code = ?", NESTED * 2) == [
        (NUMBER, NUMBER * 3)
    ]
