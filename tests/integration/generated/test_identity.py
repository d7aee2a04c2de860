"""The rows that can be changed individually, on each database: those whose key identifies one row, in a table in
which a change can be rolled back."""

import sqlite3
from contextlib import closing

import pytest

from tests.served_apps import file_app, served_app


def reason(app, table, key):
    view = app.view(table)
    address = key if isinstance(key, str) else app.keys.encode_key(view, key)
    values = app.keys.decode_key(view, address)
    with app.database.read_connection() as connection:
        return app.identity.identifying(connection, view, values)


@pytest.fixture(scope="module")
def on_file(tmp_path_factory):
    place = tmp_path_factory.mktemp("data") / "keys.db"
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.executescript(
            """
            CREATE TABLE tags (code TEXT PRIMARY KEY, label TEXT);
            INSERT INTO tags VALUES ('red', 'Red'), (NULL, 'first'), (NULL, 'second'), ('', 'blank');
            CREATE TABLE pairs (a TEXT, b INTEGER, PRIMARY KEY (a, b)) ;
            INSERT INTO pairs VALUES ('x', 1), ('x', NULL), (NULL, NULL);
            CREATE TABLE mixed (code BLOB PRIMARY KEY, label TEXT);
            INSERT INTO mixed VALUES (1, 'number'), ('1', 'text'), (x'31', 'bytes');
            """
        )
    with file_app(place, tmp_path_factory.mktemp("app"), name="Keys on a file") as app:
        yield app


@pytest.fixture(scope="module")
def on_postgres(postgres, tmp_path_factory):
    database = postgres.create_database()
    database.run(
        "CREATE TABLE things (id integer PRIMARY KEY, name text)",
        "CREATE TABLE tools (sharp boolean) INHERITS (things)",
        "INSERT INTO things VALUES (1, 'rope')",
        "INSERT INTO tools VALUES (1, 'axe', true), (2, 'saw', true), (3, 'saw', true), (3, 'saw', true)",
        "CREATE TABLE visits (day date, id integer, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)",
        "CREATE TABLE visits_24 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "INSERT INTO visits VALUES ('2024-02-03', 1)",
    )
    with served_app(database, tmp_path_factory.mktemp("app"), name="Keys on Postgres") as app:
        yield app
    postgres.drop_database(database)


@pytest.fixture(scope="module")
def on_mariadb(mariadb, tmp_path_factory):
    database = mariadb.create_database()
    engines = ("InnoDB", "MyISAM", "Aria", "MEMORY")
    for engine in engines:
        database.run(
            f"CREATE TABLE on_{engine.lower()} (id integer PRIMARY KEY, word text) ENGINE={engine}"
            if engine != "MEMORY"
            else "CREATE TABLE on_memory (id integer PRIMARY KEY, word varchar(9)) ENGINE=MEMORY",
            f"INSERT INTO on_{engine.lower()} VALUES (1, 'x')",
        )
    database.run(
        "CREATE TABLE parted (id integer PRIMARY KEY) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 2",
        "CREATE TABLE parted_old (id integer PRIMARY KEY) ENGINE=MyISAM PARTITION BY HASH (id) PARTITIONS 2",
    )
    with served_app(database, tmp_path_factory.mktemp("app"), name="Keys on MariaDB") as app:
        yield app
    mariadb.drop_database(database)


def test_a_key_with_a_null_part_identifies_no_row(on_file):
    empty = on_file.identity.EMPTY_KEY
    assert reason(on_file, "tags", "red") == ""
    assert reason(on_file, "tags", ("",)) == ""
    assert reason(on_file, "tags", (None,)) == empty
    assert reason(on_file, "pairs", ("x", 1)) == ""
    assert reason(on_file, "pairs", ("x", None)) == empty
    assert reason(on_file, "pairs", (None, None)) == empty


def test_keys_of_different_storage_classes_are_different(on_file):
    for key in (1, "1", b"1"):
        assert reason(on_file, "mixed", (key,)) == ""


def test_a_key_that_inheriting_tables_share_identifies_several_rows(on_postgres):
    shared = on_postgres.identity.SHARED_KEY
    assert reason(on_postgres, "things", "1") == shared
    assert reason(on_postgres, "things", "2") == ""
    assert reason(on_postgres, "things", "3") == shared
    assert reason(on_postgres, "things", "4") == "", (
        "whoever looks for the row finds that it is gone"
    )
    assert reason(on_postgres, "visits", ("2024-02-03", 1)) == ""


def test_a_key_that_lost_its_constraint_is_noticed(on_postgres):
    on_postgres.run(
        "ALTER TABLE things DROP CONSTRAINT things_pkey",
        "INSERT INTO things VALUES (9, 'a'), (9, 'b')",
    )
    assert reason(on_postgres, "things", "9") == on_postgres.identity.SHARED_KEY


@pytest.mark.parametrize(
    ("table", "engine"),
    [
        ("on_innodb", ""),
        ("parted", ""),
        ("on_myisam", "MyISAM"),
        ("parted_old", "MyISAM"),
        ("on_aria", "Aria"),
        ("on_memory", "MEMORY"),
    ],
)
def test_a_table_without_transactions_is_named_with_its_engine(on_mariadb, table, engine):
    said = reason(on_mariadb, table, "1")
    assert (
        (f"storage engine, {engine}, does not support rollback" in said) if engine else said == ""
    )


@pytest.mark.parametrize("table", ["on_myisam", "on_aria", "on_memory"])
def test_a_table_without_transactions_accepts_no_change_and_no_new_row(on_mariadb, table):
    app, view = on_mariadb, on_mariadb.view(table)
    before = app.run(f"SELECT * FROM {table}")
    assert "does not support rollback" in app.row_forms.blank_form(view, {}).read_only
    assert "does not support rollback" in app.form(view, (1,)).read_only
    for call in (
        lambda: app.changes.create(view, {"id": "7"}),
        lambda: app.update(view, (1,), {"id": "7"}),
        lambda: app.delete(view, (1,)),
    ):
        with pytest.raises(app.errors.DataError) as refused:
            call()
        assert "does not support rollback" in refused.value.problem.message
    assert app.run(f"SELECT * FROM {table}") == before
