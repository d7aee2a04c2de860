"""Rows of PostgreSQL that cannot be changed individually, and errors that only PostgreSQL reports, as a person sees
them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.progress import NoProgress
from tests.browser.generated.conftest import App, serve
from tests.served_apps import schema_of, url_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(postgres):
    database = postgres.create_database()
    database.run(
        "CREATE TABLE things (id integer PRIMARY KEY, name text)",
        "CREATE TABLE tools (sharp boolean) INHERITS (things)",
        "INSERT INTO things VALUES (1, 'rope'), (2, 'nail')",
        "INSERT INTO tools VALUES (1, 'axe', true)",
        "CREATE TABLE files (id integer PRIMARY KEY, name text, content bytea NOT NULL)",
        "CREATE TABLE words (id integer PRIMARY KEY, word text, day date)",
        "INSERT INTO words VALUES (1, 'good', 'infinity')",
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF NEW.word = 'bad' THEN RAISE EXCEPTION 'We do not use that word here'; END IF;
            RETURN NEW; END $$""",
        "CREATE TRIGGER refuse BEFORE UPDATE ON words FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    yield database
    postgres.drop_database(database)


@pytest.fixture(scope="module")
def app(database, tmp_path_factory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app") / "postgres_rows"
    spec = plan_app(
        schema_of(database),
        name="Postgres rows",
        allow_editing=True,
        imported=False,
        dialect="postgresql",
    )
    render_app(spec, folder)
    install(folder, NoProgress())
    build(folder, NoProgress())
    variables = {"DATABASE_URL": url_of(database), "DATABASE_PASSWORD": database.password}
    with serve(folder, folder, **variables) as served:
        yield served


def test_a_row_that_shares_its_key_with_a_row_of_an_inheriting_table_is_read_only(
    app, page: Page, console
):
    page.goto(f"{app.url}/things/1")
    expect(page.get_by_role("note")).to_contain_text("Read-only. Several rows have this key")
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.goto(f"{app.url}/things/2")
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    assert not console


def test_a_save_changes_neither_row_if_a_second_row_gets_the_same_key_while_the_form_is_open(
    app, database, page: Page
):
    page.goto(f"{app.url}/things/2")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Name").fill("screw")
    database.run("INSERT INTO tools VALUES (2, 'saw', true)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Several rows have this key")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("screw")
    assert sorted(database.run("SELECT name FROM things WHERE id = 2")) == [("nail",), ("saw",)]
    database.run("DELETE FROM tools WHERE id = 2")


def test_the_message_of_a_trigger_is_shown_and_the_form_stays_open(
    app, database, page: Page, console
):
    page.goto(f"{app.url}/words/1")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Day")).to_have_value("infinity")
    page.get_by_label("Word").fill("bad")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("We do not use that word here")
    expect(page.get_by_label("Word")).to_have_value("bad")
    page.get_by_label("Word").fill("better")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert database.run("SELECT word, day::text FROM words") == [("better", "infinity")]
    assert not console


def test_an_error_about_a_field_that_is_not_on_the_form_is_shown_above_the_form(
    app, page: Page, console
):
    page.goto(f"{app.url}/files/new")
    page.get_by_label("ID").fill("1")
    page.get_by_label("Name").fill("picture")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("Content: This field is required.")
    expect(page.get_by_label("Name")).to_have_value("picture")
    assert not console
