"""The difference between two readings of the schema of a real server, after each kind of change."""

from collections.abc import Iterator

import pytest

from proto_ddf.sources.schema.diff import ChangeLine, compare_schemas
from proto_ddf.sources.servers import engines
from tests.servers.database_server import Database
from tests.servers.reading import source_of

pytestmark = pytest.mark.usefixtures("patient")

SHOP = (
    "CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE)",
    "CREATE TABLE item (id INTEGER PRIMARY KEY, shop_id INTEGER, price DECIMAL(10, 2) DEFAULT 1,"
    " note VARCHAR(20))",
    "CREATE TABLE old (id INTEGER PRIMARY KEY)",
)


@pytest.fixture(autouse=True)
def _no_engines_left() -> Iterator[None]:
    yield
    engines.dispose_all()


def test_rows_and_time_change_nothing(server_database: Database) -> None:
    server_database.run(*SHOP)
    before = source_of(server_database).read_schema()
    server_database.run(
        "INSERT INTO shop VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO item (id, shop_id) VALUES (1, 1)",
    )
    assert compare_schemas(before, source_of(server_database).read_schema()).lines() == []


def test_each_change_is_reported(server_database: Database) -> None:
    server_database.run(*SHOP)
    before = source_of(server_database).read_schema()
    mysql = server_database.server.kind == "mysql"
    text = "varchar" if mysql else "character varying"
    change = "MODIFY note VARCHAR(60)" if mysql else "ALTER COLUMN note TYPE VARCHAR(60)"
    demand = "MODIFY shop_id INTEGER NOT NULL" if mysql else "ALTER COLUMN shop_id SET NOT NULL"
    server_database.run(
        "CREATE TABLE parcel (id INTEGER PRIMARY KEY)",
        "DROP TABLE old",
        "ALTER TABLE item ADD COLUMN colour VARCHAR(10)",
        "ALTER TABLE item DROP COLUMN price",
        f"ALTER TABLE item {change}",
        f"ALTER TABLE item {demand}",
        "ALTER TABLE item ADD CONSTRAINT sold_by FOREIGN KEY (shop_id) REFERENCES shop (id)",
    )
    changes = compare_schemas(before, source_of(server_database).read_schema())
    assert changes.lines() == [
        ChangeLine(tone="added", table="parcel"),
        ChangeLine(tone="removed", table="old"),
        ChangeLine(tone="added", table="item", what="colour"),
        ChangeLine(tone="removed", table="item", what="price"),
        ChangeLine(tone="changed", table="item", what="shop_id: must not be empty now"),
        ChangeLine(tone="changed", table="item", what=f"note: type: {text}(20) → {text}(60)"),
        ChangeLine(tone="changed", table="item", what="shop_id refers to shop.id now"),
    ]
