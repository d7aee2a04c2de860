"""A row with a value of every type, edited in Chromium: an awkward value of each type, on all three databases.

Only a browser shows what its controls can hold: a date control drops what is no date, a control of one line drops
line ends. So the row is compared bit by bit after another field was changed."""

import contextlib
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.progress import NoProgress
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.browser.generated.conftest import serve
from tests.served_apps import schema_of, url_of
from tests.stored_bytes import stored_bytes
from tests.type_values import CASES, WIDE_ROWS, wide_table

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=list(CASES))
def app_and_place(request, tmp_path_factory):
    dialect, folder = request.param, tmp_path_factory.mktemp("app") / f"every_type_{request.param}"
    if dialect == "sqlite":
        place = tmp_path_factory.mktemp("data") / "every.db"
        with contextlib.closing(sqlite3.connect(place)) as connection, connection:
            connection.executescript(";\n".join(wide_table(dialect)))
        schema, variables, database = SqliteSource(place).read_schema(), {}, place
    else:
        server = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[dialect])
        place = server.create_database()
        grant = f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{place.user}"'
        place.admin(*wide_table(dialect), *([grant] if dialect == "postgresql" else []))
        variables = {"DATABASE_URL": url_of(place), "DATABASE_PASSWORD": place.password}
        schema, database = schema_of(place), folder
    name = f"Every type {dialect}"
    spec = plan_app(schema, name=name, allow_editing=True, imported=False, dialect=dialect)
    render_app(spec, folder)
    install(folder, NoProgress())
    build(folder, NoProgress())
    with serve(folder, database, **variables) as app:
        yield app, place


@pytest.mark.parametrize("number", range(1, WIDE_ROWS + 1))
def test_another_field_is_changed_and_every_bit_of_the_others_stays(
    app_and_place, page: Page, console, number
):
    app, place = app_and_place
    before = stored_bytes(place, "everything")
    page.goto(f"{app.url}/everything/{number}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Word", exact=True).fill(f"new {number}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    after = stored_bytes(place, "everything")
    changed = [key for key in before if before[key] != after[key]]
    assert len(changed) == 1
    old, new = before[changed[0]], after[changed[0]]
    assert old[2:] == new[2:]
    assert old[1] != new[1]
    assert not console
