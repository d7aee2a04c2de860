"""What a database stores, bit for bit, read without any code of Proto-DDF or of a generated app."""

import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.servers.database_server import Database


def stored_bytes(place: Path | Database, table: str) -> dict[Any, tuple[Any, ...]]:
    """Every row of the table in the database's own notation, by the value of its first column."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection:
            rows = _by_class(connection, table)
    else:
        by_wire = place.server.kind == "postgresql"
        rows = _by_wire(opened(place), table) if by_wire else _by_hex(opened(place), table)
    return {row[0]: tuple(row) for row in rows}


@lru_cache(maxsize=1)
def opened(place: Database) -> Any:
    """One connection for all tables: opening it takes longer than reading one."""
    return place.connect()


def _by_class(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """The storage class and the bytes of each value; of a float, all digits."""
    written = (
        "hex(CAST({0} AS BLOB)) || typeof({0})"
        " || CASE typeof({0}) WHEN 'real' THEN printf('%!.17g', {0}) ELSE '' END"
    )
    columns = [row[1] for row in connection.execute(f"SELECT * FROM pragma_table_info('{table}')")]
    asked = ", ".join(f"({written.format(name)})" for name in columns)
    return connection.execute(f"SELECT {asked} FROM {table}").fetchall()


def _by_wire(connection: Any, table: str) -> list[tuple[Any, ...]]:
    """Values in the binary format of PostgreSQL's protocol; as text if a type of the table has no binary format."""
    said = ""
    for binary in (1, 0):
        query = f"SELECT * FROM {table}".encode()
        result = connection.pgconn.exec_params(query, None, result_format=binary)
        said = result.error_message
        if not said:
            width = range(result.nfields)
            return [
                tuple(result.get_value(row, column) for column in width)
                for row in range(result.ntuples)
            ]
    raise AssertionError(said)


def _by_hex(connection: Any, table: str) -> list[tuple[Any, ...]]:
    """Values in hexadecimal; floats with all their digits."""
    cursor = connection.cursor()
    cursor.execute(f"SHOW COLUMNS FROM {table}")
    asked = []
    for name, declared, *_ in cursor.fetchall():
        exact = f"{name} + 0e0" if str(declared).startswith(("float", "double")) else name
        asked.append(f"HEX(CAST({exact} AS BINARY))")
    cursor.execute(f"SELECT {', '.join(asked)} FROM {table}")
    return list(cursor.fetchall())
