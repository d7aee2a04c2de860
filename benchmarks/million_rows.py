"""A table of a million orders, in SQLite, PostgreSQL and MariaDB: the same rows in each."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.servers.database_server import Database

ROWS = 1_000_000
COLUMNS = ("id", "customer", "country", "total", "placed", "changed", "paid", "note")

_TABLE = """CREATE TABLE orders (
    id integer PRIMARY KEY, customer varchar(40) NOT NULL, country varchar(2) NOT NULL,
    total decimal(10, 2) NOT NULL, placed date NOT NULL, changed {moment} NOT NULL,
    paid boolean NOT NULL, note varchar(200) NOT NULL)"""
_INDEXES = ("CREATE INDEX orders_placed ON orders (placed)",)

_SQLITE_ROWS = f"""
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS})
    INSERT INTO orders SELECT n, 'Customer ' || (n * 7919 % 50000), substr('DEFRATCHIT', n % 5 * 2 + 1, 2),
    n * 37 % 100000 / 100.0, date('2020-01-01', '+' || (n * 7919 % 1500) || ' days'),
    datetime('2024-01-01', '+' || n || ' seconds'), n % 2, 'Note of order ' || n FROM numbers"""
_POSTGRES_ROWS = f"""
    INSERT INTO orders SELECT n, 'Customer ' || (n * 7919 % 50000), substr('DEFRATCHIT', (n % 5 * 2 + 1)::int, 2),
    n * 37 % 100000 / 100.0, date '2020-01-01' + (n * 7919 % 1500)::int,
    timestamp '2024-01-01' + n * interval '1 second', n % 2 = 1, 'Note of order ' || n
    FROM generate_series(1::bigint, {ROWS}) AS n"""
_MARIADB_ROWS = f"""
    INSERT INTO orders SELECT seq, concat('Customer ', seq * 7919 % 50000), substr('DEFRATCHIT', seq % 5 * 2 + 1, 2),
    seq * 37 % 100000 / 100, date '2020-01-01' + interval (seq * 7919 % 1500) day,
    timestamp '2024-01-01 00:00:00' + interval seq second, seq % 2, concat('Note of order ', seq)
    FROM seq_1_to_{ROWS}"""


def make_file(path: Path) -> None:
    """The table in a new SQLite file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_TABLE.format(moment="datetime"))
        connection.execute(_SQLITE_ROWS)
        for index in _INDEXES:
            connection.execute(index)
        connection.execute("ANALYZE")


def make_table(database: Database) -> None:
    """The table in the database of a server."""
    if database.server.kind == "postgresql":
        rows, moment, last = _POSTGRES_ROWS, "timestamp", "VACUUM ANALYZE orders"
    else:
        rows, moment, last = _MARIADB_ROWS, "datetime", "ANALYZE TABLE orders"
    database.run(_TABLE.format(moment=moment), rows, *_INDEXES, last)


def fetch(connection: Any, statement: str) -> list[Any]:
    """The rows of a statement, by the driver alone."""
    cursor = connection.cursor()
    cursor.execute(statement)
    return list(cursor.fetchall())
