"""The schema of a MariaDB database, read from a real server."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from proto_ddf.errors import IntegrationError
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType, ForeignKey
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.source import ServerSource
from tests.servers.database_server import Database
from tests.servers.reading import source_of

pytestmark = pytest.mark.usefixtures("patient")

TYPES = (
    ("tinyint(1)", ColumnType.BOOLEAN),
    ("bit(1)", ColumnType.BOOLEAN),
    ("bit(9)", ColumnType.INTEGER),
    ("tinyint(4)", ColumnType.INTEGER),
    ("int(10) unsigned", ColumnType.INTEGER),
    ("bigint(20)", ColumnType.INTEGER),
    ("year(4)", ColumnType.INTEGER),
    ("decimal(8,2)", ColumnType.DECIMAL),
    ("float", ColumnType.FLOAT),
    ("double", ColumnType.FLOAT),
    ("date", ColumnType.DATE),
    ("datetime(3)", ColumnType.DATETIME),
    ("timestamp", ColumnType.DATETIME),
    ("time", ColumnType.TIME),
    ("json", ColumnType.JSON),
    ("char(3)", ColumnType.TEXT),
    ("varchar(7)", ColumnType.TEXT),
    ("longtext", ColumnType.TEXT),
    ("enum('a','it''s \\\\ b','')", ColumnType.TEXT),
    ("set('a','b')", ColumnType.TEXT),
    ("uuid", ColumnType.TEXT),
    ("inet6", ColumnType.TEXT),
    ("binary(4)", ColumnType.BINARY),
    ("blob", ColumnType.BINARY),
    ("point", ColumnType.BINARY),
)


@pytest.fixture
def source(mariadb_database: Database) -> Iterator[ServerSource]:
    yield source_of(mariadb_database)
    engines.dispose_all()


def test_each_type_has_its_meaning_and_keeps_its_own_name(
    source: ServerSource, mariadb_database: Database
) -> None:
    declared = ", ".join(f"c{at} {name} NULL" for at, (name, _) in enumerate(TYPES))
    mariadb_database.run(f"CREATE TABLE t ({declared})")
    found = source.read_schema().table("t").columns
    assert [(column.db_type, column.type) for column in found] == list(TYPES)
    by_type = {column.db_type: column for column in found}
    assert (by_type["decimal(8,2)"].precision, by_type["decimal(8,2)"].scale) == (8, 2)
    assert by_type["varchar(7)"].max_length == 7
    assert by_type["int(10) unsigned"].minimum == 0
    assert by_type["enum('a','it''s \\\\ b','')"].choices == ("a", "it's \\ b", "")
    assert by_type["set('a','b')"].choices is None


def test_keys_defaults_checks_and_generated_values(
    source: ServerSource, mariadb_database: Database
) -> None:
    mariadb_database.run(
        """CREATE TABLE item (
            id int AUTO_INCREMENT PRIMARY KEY COMMENT 'Number', twice int AS (qty * 2) STORED,
            code varchar(9) NOT NULL UNIQUE, qty int DEFAULT 3 CHECK (qty > 0 AND qty <= 99),
            price decimal(8,2) CHECK (price BETWEEN -1.5 AND 2000), label varchar(9) DEFAULT 'it''s',
            size varchar(9) CHECK (size IN ('S', 'it''s', 'a\\\\b')), hidden int INVISIBLE DEFAULT 1,
            made datetime DEFAULT current_timestamp, start varchar(20), part int, whole int,
            UNIQUE (part, whole), UNIQUE (start(3)), UNIQUE (part)) COMMENT 'What is sold'"""
    )
    table = source.read_schema().table("item")
    found = {column.name: column for column in table.columns}
    assert (table.primary_key, table.comment) == (("id",), "What is sold")
    assert found["id"].comment == "Number"
    assert "hidden" not in found
    assert {name for name, column in found.items() if column.autoincrement} == {"id", "twice"}
    assert {name for name, column in found.items() if column.unique} == {"id", "code", "part"}
    assert {name for name, column in found.items() if not column.nullable} == {"id", "code"}
    assert (found["qty"].default, found["label"].default) == ("3", "'it''s'")
    assert (found["made"].default, found["price"].default) == ("current_timestamp()", None)
    assert (found["qty"].minimum, found["qty"].maximum) == (1, 99)
    assert (found["price"].minimum, found["price"].maximum) == (-1.5, 2000)
    assert found["size"].choices == ("S", "it's", "a\\b")


def test_foreign_keys_of_several_columns_views_and_omitted_tables(
    source: ServerSource, mariadb_database: Database
) -> None:
    mariadb_database.run(
        "CREATE TABLE orders (day date, number int, PRIMARY KEY (number, day))",
        "CREATE TABLE line (number int, day date,"
        " FOREIGN KEY (number, day) REFERENCES orders (number, day))",
        "CREATE TABLE passing (id int)",
        "CREATE VIEW gone AS SELECT * FROM passing",
        "DROP TABLE passing",
        "CREATE VIEW days AS SELECT day FROM orders",
        "INSERT INTO orders VALUES ('2024-01-01', 1)",
        "CREATE SEQUENCE counter",
    )
    schema = source.read_schema()
    assert [(table.name, table.is_view, table.row_count) for table in schema.tables] == [
        ("line", False, 0),
        ("orders", False, 1),
        ("days", True, 1),
    ]
    assert schema.table("orders").primary_key == ("number", "day")
    assert schema.table("line").foreign_keys == (
        ForeignKey(
            columns=("number", "day"), target_table="orders", target_columns=("number", "day")
        ),
    )


def test_tables_that_the_user_may_not_read_are_left_out(mariadb_database: Database) -> None:
    mariadb_database.run(
        "CREATE TABLE open (id int)",
        "CREATE TABLE part (id int, secret text)",
        "INSERT INTO part VALUES (1, 'x')",
        "CREATE TABLE written (id int)",
        "CREATE TABLE closed (id int)",
    )
    reader, password = f"r_{mariadb_database.name}", "geheim123"
    mariadb_database.server.create_user(reader, password)
    name = mariadb_database.name
    try:
        mariadb_database.admin(
            f"GRANT SELECT ON `{name}`.open TO {reader}",
            f"GRANT SELECT (id) ON `{name}`.part TO {reader}",
            f"GRANT INSERT ON `{name}`.written TO {reader}",
        )
        limited = source_of(Database(mariadb_database.server, name, reader, password))
        schema = limited.read_schema()
        assert [table.name for table in schema.tables] == ["open", "part"]
        assert [column.name for column in schema.table("part").columns] == ["id"]
        assert limited.preview(PageRequest("part", search="1", sort="id")).rows == ((1,),)
        assert list(limited.rows("part")) == [[(1,)]]
        mariadb_database.admin(
            f"REVOKE SELECT ON `{name}`.open FROM {reader}",
            f"REVOKE SELECT (id) ON `{name}`.part FROM {reader}",
        )
        with pytest.raises(IntegrationError) as caught:
            limited.read_schema()
        assert caught.value.code == "tables_not_allowed"
    finally:
        engines.dispose_all()
        mariadb_database.admin(f"DROP USER {reader}")


def test_the_rows_of_large_tables_are_estimated(
    source: ServerSource, mariadb_database: Database
) -> None:
    mariadb_database.run(
        "CREATE TABLE large (i int)",
        "INSERT INTO large SELECT seq FROM seq_1_to_60000",
        "ANALYZE TABLE large",
        "CREATE TABLE small (i int)",
        "INSERT INTO small SELECT seq FROM seq_1_to_9000",
        "CREATE VIEW seen AS SELECT * FROM large",
        "CREATE VIEW slow AS SELECT sleep(30) AS nap FROM small LIMIT 1",
    )
    tables = {table.name: table for table in source.read_schema().tables}
    assert (tables["small"].row_count, tables["small"].row_count_estimated) == (9_000, False)
    assert tables["large"].row_count_estimated
    assert 40_000 < tables["large"].row_count < 80_000
    assert (tables["seen"].row_count, tables["seen"].row_count_estimated) == (10_000, True)
    assert (tables["slow"].row_count, tables["slow"].row_count_estimated) == (0, True)


def test_a_database_without_tables(source: ServerSource) -> None:
    with pytest.raises(IntegrationError) as caught:
        source.read_schema()
    assert caught.value.code == "database_empty"


def test_values_are_of_their_type_or_text(source: ServerSource, mariadb_database: Database) -> None:
    mariadb_database.run(
        "SET SESSION sql_mode = ''",
        """CREATE TABLE t (id int PRIMARY KEY, flag tinyint(1), bits bit(9), one bit(1), d date, ts datetime(3),
                           ti time(2), n decimal(9,3), y year, j json, big bigint unsigned)""",
        """INSERT INTO t VALUES (1, 1, b'101010101', b'1', '0000-00-00', '0000-00-00', '-838:59:58.5', 1.5, 2024,
                                 '{"a": 1.10}', 18446744073709551615)""",
        "INSERT INTO t VALUES (2, 2, b'0', b'0', '2024-01-02', '2024-01-02 03:04:05.678', '12:00:01.25', null,"
        " null, null, 0)",
    )
    first, second = source.preview(PageRequest("t")).rows
    assert first[1:4] == (True, 341, True)
    assert first[4:7] == ("0000-00-00", "0000-00-00 00:00:00.000", "-838:59:58.500000")
    assert first[7:] == (Decimal("1.500"), 2024, '{"a": 1.10}', 18446744073709551615)
    assert second[1:4] == (2, 0, False)
    assert second[4:7] == (
        date(2024, 1, 2),
        datetime(2024, 1, 2, 3, 4, 5, 678000),
        time(12, 0, 1, 250000),
    )
    assert [row for batch in source.rows("t", 1) for row in batch] == [first, second]
