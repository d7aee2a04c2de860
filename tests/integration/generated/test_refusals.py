"""If a database refuses a change because of one of its own rules, the app shows the database's message, and logs
the error code without the values.

The kind of fault: a refusal whose code the app does not know is shown as "Something went wrong", or as a changed
table, and the log says nothing. To it belong triggers that raise, domains, rows without a partition, exclusion
constraints, row policies, generated columns, check options of views, strict tables, and whatever a later version
adds."""

import logging
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from tests.served_apps import file_app, served_app

SECRET = "a value that no log may hold"

ON_POSTGRES = (
    "CREATE TABLE stock (id integer PRIMARY KEY, word text, qty integer)",
    "INSERT INTO stock VALUES (1, 'x', 1)",
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NEW.qty < 0 THEN RAISE EXCEPTION 'Stock of %% may not go below zero', NEW.word; END IF; "
    "IF NEW.qty = 77 THEN PERFORM * FROM nowhere; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER refuses BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TABLE limited (id integer PRIMARY KEY, amount positive)",
    "INSERT INTO limited VALUES (1, 1)",
    "CREATE TABLE visits (day date, id integer, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)",
    "CREATE TABLE visits_24 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    "CREATE TABLE slots (id integer PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&))",
    "INSERT INTO slots VALUES (1, '[1,5)')",
    "CREATE TABLE accounts (id integer PRIMARY KEY, owner text)",
    "INSERT INTO accounts VALUES (1, 'me')",
    "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE accounts FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON accounts USING (owner = 'me') WITH CHECK (owner = 'me')",
    "CREATE TABLE boxes (id integer PRIMARY KEY, w integer, area integer GENERATED ALWAYS AS (w * w) STORED)",
    "INSERT INTO boxes VALUES (1, 2)",
)
ON_MARIADB = (
    "CREATE TABLE stock (id integer PRIMARY KEY, word varchar(40), qty integer)",
    "INSERT INTO stock VALUES (1, 'x', 1)",
    "CREATE TRIGGER refuses BEFORE UPDATE ON stock FOR EACH ROW BEGIN DECLARE said text; IF NEW.qty < 0 THEN "
    "SET said = CONCAT('Stock of ', NEW.word, ' may not go below zero'); "
    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = said; END IF; END",
    "CREATE TABLE visits (day date, id integer, PRIMARY KEY (day, id)) "
    "PARTITION BY RANGE (YEAR(day)) (PARTITION p VALUES LESS THAN (2025))",
    "CREATE TABLE boxes (id integer PRIMARY KEY, w integer, area integer AS (w * w) STORED)",
    "INSERT INTO boxes (id, w) VALUES (1, 2)",
)
ON_FILE = """
CREATE TABLE stock (id INTEGER PRIMARY KEY, word TEXT, qty INTEGER);
INSERT INTO stock VALUES (1, 'x', 1);
CREATE TRIGGER refuses BEFORE UPDATE ON stock WHEN NEW.qty < 0
BEGIN SELECT RAISE(ABORT, 'Stock may not go below zero'); END;
CREATE TABLE exact (id INTEGER PRIMARY KEY, n INT) STRICT;
INSERT INTO exact VALUES (1, 1);
CREATE TABLE boxes (id INTEGER PRIMARY KEY, w INTEGER, area INTEGER GENERATED ALWAYS AS (w * w) STORED);
INSERT INTO boxes (id, w) VALUES (1, 2);
"""


@pytest.fixture(scope="module")
def on_postgres(postgres, tmp_path_factory):
    database = postgres.create_database()
    database.run(*(each.replace("%%", "%") for each in ON_POSTGRES))
    with served_app(database, tmp_path_factory.mktemp("app"), name="Rules on Postgres") as app:
        yield app
    postgres.drop_database(database)


@pytest.fixture(scope="module")
def on_mariadb(mariadb, tmp_path_factory):
    database = mariadb.create_database()
    database.run(*ON_MARIADB)
    with served_app(database, tmp_path_factory.mktemp("app"), name="Rules on MariaDB") as app:
        yield app
    mariadb.drop_database(database)


@pytest.fixture(scope="module")
def on_file(tmp_path_factory):
    place = tmp_path_factory.mktemp("data") / "rules.db"
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.executescript(ON_FILE)
    with file_app(place, tmp_path_factory.mktemp("app"), name="Rules on a file") as app:
        yield app


CASES = [
    ("on_postgres", "stock", {"qty": -1, "word": SECRET}, f"Stock of {SECRET} may not go below zero", "P0001"),
    ("on_postgres", "stock", {"qty": 77}, 'relation "nowhere" does not exist', "42P01"),
    ("on_postgres", "limited", {"amount": -5}, 'value for domain positive violates check', "23514"),
    ("on_postgres", "accounts", {"owner": SECRET}, "row-level security policy", "42501"),
    ("on_postgres", "boxes", {"area": 5}, 'column "area" can only be updated to DEFAULT', "428C9"),
    ("on_mariadb", "stock", {"qty": -1, "word": SECRET}, f"Stock of {SECRET} may not go below zero", "1644"),
    ("on_mariadb", "boxes", {"area": 5}, "generated column", "1906"),
    ("on_file", "stock", {"qty": -1}, "Stock may not go below zero", "SQLITE_CONSTRAINT_TRIGGER"),
    ("on_file", "exact", {"n": "many"}, "cannot store TEXT value in INT column", "SQLITE_CONSTRAINT_DATATYPE"),
    ("on_file", "boxes", {"area": 5}, "generated column", "SQLITE_ERROR"),
]  # fmt: skip


def refused(app, view, statement):
    with (
        pytest.raises(app.errors.DataError) as raised,
        app.database.change_transaction(view) as connection,
    ):
        connection.execute(statement)
    error = raised.value
    return " ".join([error.problem.title, error.problem.message, *error.fields.values()])


@pytest.mark.parametrize(("which", "table", "values", "words", "code"), CASES)
def test_the_database_s_message_is_shown_and_its_code_is_logged(
    request, caplog, which, table, values, words, code
):
    app = request.getfixturevalue(which)
    view = app.view(table)
    statement = sa.update(view.table).where(view.column("id") == 1).values(values)
    with caplog.at_level(logging.DEBUG):
        said = refused(app, view, statement)
    assert words in said
    assert code in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("which", ["on_postgres", "on_mariadb"])
def test_a_row_without_a_partition_is_reported(request, which):
    app = request.getfixturevalue(which)
    view = app.view("visits")
    said = refused(app, view, sa.insert(view.table).values(day="2031-01-01", id=1))
    assert "partition" in said


def test_a_row_that_another_one_excludes_is_reported_at_its_field(on_postgres):
    view = on_postgres.view("slots")
    statement = sa.insert(view.table).values(id=2, span="[2,3)")
    assert "exclusion constraint" in refused(on_postgres, view, statement)


def test_a_parameter_of_a_statement_is_not_logged(request, caplog):
    for which in ("on_postgres", "on_mariadb", "on_file"):
        app = request.getfixturevalue(which)
        view = app.view("stock")
        with caplog.at_level(logging.DEBUG):
            refused(app, view, sa.insert(view.table).values(id=1, word=SECRET, qty=1))
            refused(app, view, sa.text(f"SELECT '{SECRET}' FROM nowhere"))
    assert SECRET not in caplog.text
    assert "23505" in caplog.text
    assert "1062" in caplog.text
    assert "SQLITE_CONSTRAINT_PRIMARYKEY" in caplog.text
