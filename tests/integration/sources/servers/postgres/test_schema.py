"""The schema of a PostgreSQL database, read from a real server."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from proto_ddf.errors import IntegrationError
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, ForeignKey, SourceSchema
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.source import ServerSource
from tests.servers.database_server import Database
from tests.servers.reading import source_of

pytestmark = pytest.mark.usefixtures("patient")

TYPES = (
    ("smallint", ColumnType.INTEGER),
    ("bigint", ColumnType.INTEGER),
    ("oid", ColumnType.INTEGER),
    ("numeric", ColumnType.DECIMAL),
    ("numeric(8,2)", ColumnType.DECIMAL),
    ("real", ColumnType.FLOAT),
    ("double precision", ColumnType.FLOAT),
    ("boolean", ColumnType.BOOLEAN),
    ("date", ColumnType.DATE),
    ("timestamp without time zone", ColumnType.DATETIME),
    ("timestamp with time zone", ColumnType.DATETIME),
    ("time without time zone", ColumnType.TIME),
    ("json", ColumnType.JSON),
    ("jsonb", ColumnType.JSON),
    ("bytea", ColumnType.BINARY),
    ("integer[]", ColumnType.JSON),
    ("mood[]", ColumnType.TEXT),
    ("text", ColumnType.TEXT),
    ("character varying(7)", ColumnType.TEXT),
    ("uuid", ColumnType.TEXT),
    ("inet", ColumnType.TEXT),
    ("interval", ColumnType.TEXT),
    ("money", ColumnType.TEXT),
    ("int4range", ColumnType.TEXT),
    ("point", ColumnType.TEXT),
    ("xml", ColumnType.TEXT),
    ("mood", ColumnType.TEXT),
    ("pair", ColumnType.TEXT),
    ("amount", ColumnType.DECIMAL),
)


@pytest.fixture
def source(postgres_database: Database) -> Iterator[ServerSource]:
    yield source_of(postgres_database)
    engines.dispose_all()


def columns(schema: SourceSchema, table: str) -> dict[str, ColumnInfo]:
    return {column.name: column for column in schema.table(table).columns}


def test_each_type_has_its_meaning_and_keeps_its_own_name(
    source: ServerSource, postgres_database: Database
) -> None:
    declared = ", ".join(f"c{at} {name}" for at, (name, _) in enumerate(TYPES))
    postgres_database.run(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s \\ ok')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN money_like AS numeric(12,4) NOT NULL",
        "CREATE DOMAIN amount AS money_like",
        f"CREATE TABLE t ({declared})",
    )
    found = source.read_schema().table("t").columns
    assert [(column.db_type, column.type) for column in found] == list(TYPES)
    by_type = {column.db_type: column for column in found}
    assert (by_type["numeric(8,2)"].precision, by_type["numeric(8,2)"].scale) == (8, 2)
    assert (by_type["amount"].precision, by_type["amount"].scale) == (12, 4)
    assert not by_type["amount"].nullable
    assert by_type["mood"].choices == ("sad", "it's \\ ok")
    assert by_type["character varying(7)"].max_length == 7


def test_keys_defaults_checks_and_generated_values(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        """CREATE TABLE item (
            id serial PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (qty * 2)
            STORED, code varchar(9) NOT NULL UNIQUE, qty int DEFAULT 3 CHECK (qty > 0 AND qty <= 99),
            price numeric(8,2) CHECK (price BETWEEN -1.5 AND 2000),
            size varchar(5) CHECK (size IN ('S', 'it''s')), kind text CHECK (kind = ANY ('{a,b}')),
            note text CHECK (char_length(note) <= 20), part int, whole int, UNIQUE (part, whole))""",
        "CREATE UNIQUE INDEX ON item (whole) WHERE whole > 5",
        "CREATE UNIQUE INDEX ON item (part)",
        "COMMENT ON TABLE item IS 'What is sold'",
        "COMMENT ON COLUMN item.code IS 'On the label'",
    )
    schema = source.read_schema()
    table, found = schema.table("item"), columns(schema, "item")
    assert (table.primary_key, table.comment) == (("id",), "What is sold")
    assert {name for name, column in found.items() if column.autoincrement} == {
        "id",
        "number",
        "twice",
    }
    assert {name for name, column in found.items() if column.unique} == {"id", "code", "part"}
    assert found["id"].primary_key
    assert {name for name, column in found.items() if not column.nullable} == {
        "id",
        "number",
        "code",
    }
    assert found["qty"].default == "3"
    assert (found["qty"].minimum, found["qty"].maximum) == (1, 99)
    assert (found["price"].minimum, found["price"].maximum) == (-1.5, 2000)
    assert found["size"].choices == ("S", "it's")
    assert found["note"].max_length == 20
    assert found["code"].comment == "On the label"


def test_foreign_keys_across_schemas_and_of_several_columns(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        "CREATE SCHEMA sales",
        "CREATE TABLE customer (id int PRIMARY KEY)",
        "CREATE TABLE sales.orders (day date, number int, customer int REFERENCES customer,"
        " PRIMARY KEY (number, day))",
        "CREATE TABLE line (number int, day date,"
        " FOREIGN KEY (day, number) REFERENCES sales.orders (day, number))",
        "CREATE TABLE sales.customer (id int)",
    )
    schema = source.read_schema()
    names = [(table.name, table.namespace) for table in schema.tables]
    assert names == [
        ("customer", ""),
        ("line", ""),
        ("sales.customer", "sales"),
        ("sales.orders", "sales"),
    ]
    assert schema.table("sales.orders").primary_key == ("number", "day")
    assert schema.table("sales.orders").foreign_keys == (
        ForeignKey(columns=("customer",), target_table="customer", target_columns=("id",)),
    )
    assert schema.table("line").foreign_keys == (
        ForeignKey(
            columns=("day", "number"),
            target_table="sales.orders",
            target_columns=("day", "number"),
        ),
    )


def test_views_partitioned_tables_and_omitted_tables(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        "CREATE TABLE measure (at date, value int) PARTITION BY RANGE (at)",
        "CREATE TABLE measure_2024 PARTITION OF measure FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "INSERT INTO measure VALUES ('2024-05-01', 1), ('2024-06-01', 2)",
        "CREATE VIEW big AS SELECT * FROM measure WHERE value > 1",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM measure",
        "CREATE VIEW broken AS SELECT 1 / (value - value) AS never FROM measure",
        "CREATE SEQUENCE counter",
        "CREATE INDEX ON measure (value)",
    )
    schema = source.read_schema()
    assert [(table.name, table.is_view, table.row_count) for table in schema.tables] == [
        ("measure", False, 2),
        ("big", True, 1),
        ("broken", True, 2),
        ("kept", True, 2),
    ]


def test_only_the_schemas_chosen_are_read(postgres_database: Database) -> None:
    postgres_database.run(
        "CREATE TABLE here (id int)",
        "CREATE SCHEMA a",
        "CREATE TABLE a.one (id int PRIMARY KEY)",
        "CREATE SCHEMA b",
        "CREATE TABLE b.two (id int REFERENCES a.one)",
    )
    config = postgres_database.config(schemas="public, b")
    schema = make_source("postgresql", config).read_schema()
    assert [table.name for table in schema.tables] == ["here", "b.two"]
    assert schema.table("b.two").foreign_keys == ()
    with pytest.raises(IntegrationError) as caught:
        make_source("postgresql", config).preview(PageRequest("a.one"))
    assert caught.value.code == "table_unknown"


def test_a_dot_in_a_name_is_no_namespace(source: ServerSource, postgres_database: Database) -> None:
    postgres_database.run(
        'CREATE TABLE "a.b" (id int)',
        'CREATE SCHEMA "x.y"',
        'CREATE TABLE "x.y"."z.w" (id int)',
        'INSERT INTO "x.y"."z.w" VALUES (7)',
    )
    assert [table.name for table in source.read_schema().tables] == ["a.b", "x.y.z.w"]
    engines.dispose_all()  # nothing is known any more
    assert source.preview(PageRequest("x.y.z.w")).rows == ((7,),)
    assert source.preview(PageRequest("a.b")).rows == ()


def test_tables_that_the_user_may_not_read_are_left_out(postgres_database: Database) -> None:
    postgres_database.run(
        "CREATE TABLE open (id int)",
        "CREATE TABLE part (id int, secret text)",
        "INSERT INTO part VALUES (1, 'x')",
        "CREATE TABLE closed (id int)",
        "CREATE SCHEMA locked",
        "CREATE TABLE locked.inside (id int)",
    )
    reader, password = f"reader_{postgres_database.name}", "geheim123"
    postgres_database.server.create_user(reader, password)
    try:
        postgres_database.run(
            f"GRANT SELECT ON open, locked.inside TO {reader}",
            f"GRANT SELECT (id) ON part TO {reader}",
        )
        limited = Database(postgres_database.server, postgres_database.name, reader, password)
        source = make_source("postgresql", limited.config())
        schema = source.read_schema()
        assert [table.name for table in schema.tables] == ["open", "part"]
        assert [column.name for column in schema.table("part").columns] == ["id"]
        assert schema.table("part").row_count == 1
        assert source.preview(PageRequest("part")).rows == ((1,),)
        assert source.preview(PageRequest("part", search="1", sort="id")).rows == ((1,),)
        assert list(source.rows("part")) == [[(1,)]]
    finally:
        engines.dispose_all()
        postgres_database.admin(f"DROP OWNED BY {reader}", f"DROP USER {reader}")


def test_the_rows_of_large_tables_are_estimated(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        "CREATE TABLE known AS SELECT i FROM generate_series(1, 30000) AS i",
        "ANALYZE known",
        "INSERT INTO known SELECT 1 FROM generate_series(1, 30000)",
        "CREATE TABLE never_looked_at AS SELECT i FROM generate_series(1, 30000) AS i",
        "CREATE TABLE small AS SELECT i FROM generate_series(1, 10000) AS i",
        "CREATE VIEW all_known AS SELECT * FROM known",
    )
    tables = {table.name: table for table in source.read_schema().tables}
    assert (tables["small"].row_count, tables["small"].row_count_estimated) == (10_000, False)
    for name, rows in (("known", 60_000), ("never_looked_at", 30_000), ("all_known", 60_000)):
        assert tables[name].row_count_estimated
        assert rows * 0.7 < tables[name].row_count < rows * 1.5, (name, tables[name].row_count)


def test_a_view_that_takes_long_delays_nothing(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        "CREATE TABLE fine (id int)",
        "INSERT INTO fine VALUES (1)",
        "CREATE VIEW slow AS SELECT pg_sleep(30)::text AS nap FROM fine ORDER BY nap",
        "CREATE VIEW slow_too AS SELECT * FROM slow",
    )
    tables = {table.name: table for table in source.read_schema().tables}
    assert (tables["fine"].row_count, tables["fine"].row_count_estimated) == (1, False)
    assert (tables["slow"].row_count, tables["slow"].row_count_estimated) == (0, True)
    source.check()  # the connection still works


def test_a_database_without_tables(source: ServerSource) -> None:
    with pytest.raises(IntegrationError) as caught:
        source.read_schema()
    assert caught.value.code == "database_empty"


def test_values_without_a_python_value_are_text(
    source: ServerSource, postgres_database: Database
) -> None:
    postgres_database.run(
        """CREATE TABLE t (id int PRIMARY KEY, d date, ts timestamp, tz timestamptz, ti time, n numeric, days date[],
                           r daterange, iv interval, j json, a int[])""",
        "INSERT INTO t VALUES (1, 'infinity', '-infinity', 'infinity', '24:00', 'NaN', '{infinity,2024-01-02}',"
        " '[2024-01-01,)', '1 mon 2 days', '{\"a\": 1.10}', '{1,null}')",
        "INSERT INTO t VALUES (2, '0044-03-15 BC', '12000-01-01', '2024-01-02 03:04+05', '12:00', 1.50, null,"
        " 'empty', null, null, null)",
    )
    first, second = source.preview(PageRequest("t")).rows
    assert first[1:5] == ("infinity", "-infinity", "infinity", "24:00:00")
    assert first[5].is_nan()
    assert first[6][0] == "infinity"
    assert str(first[6][1]) == "2024-01-02"
    assert first[7:] == ("[2024-01-01,)", "1 mon 2 days", '{"a": 1.10}', [1, None])
    assert second[1:3] == ("0044-03-15 BC", "12000-01-01 00:00:00")
    assert second[3].isoformat() == "2024-01-01T22:04:00+00:00"
    assert second[5] == Decimal("1.50")
    assert [row for batch in source.rows("t", 1) for row in batch][1] == second
