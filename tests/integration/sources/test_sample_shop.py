import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.sources.connected import store
from proto_ddf.sources.sample_shop import sample_database
from proto_ddf.sources.sample_shop.sample_rows import shop_rows
from proto_ddf.sources.schema.model import ColumnType
from proto_ddf.sources.sqlite.source import SqliteSource


def test_the_sample_is_the_same_every_time() -> None:
    first, second = (hashlib.sha256(repr(list(shop_rows())).encode()).hexdigest() for _ in range(2))
    assert first == second


def test_the_sample_has_keys_types_and_bounds(home: Path) -> None:
    schema = SqliteSource(sample_database.ensure_sample()).read_schema()
    counts = {table.name: table.row_count for table in schema.tables}
    assert counts == {"customers": 400, "products": 120, "orders": 2_500, "order_items": 6_000}
    targets = [key.target_table for table in schema.tables for key in table.foreign_keys]
    assert targets == ["customers", "orders", "products"]
    types = {column.type for table in schema.tables for column in table.columns}
    assert types >= {ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.DATETIME, ColumnType.DECIMAL}
    assert schema.table("customers").column("email").unique
    assert schema.table("products").column("rating").maximum == 5


def test_the_sample_meets_its_own_constraints(home: Path) -> None:
    with closing(sqlite3.connect(sample_database.ensure_sample())) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        months = connection.execute(
            "SELECT count(*) FROM orders GROUP BY strftime('%Y-%m', ordered_at)"
        ).fetchall()
        orderless = connection.execute(
            "SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_items)"
        ).fetchone()
    assert len(months) == 24
    assert orderless == (0,)


def test_every_value_of_the_sample_fits_its_type(home: Path) -> None:
    source = SqliteSource(sample_database.ensure_sample())
    expected = {"integer": int, "text": str, "boolean": bool, "float": float}
    for table in source.read_schema().tables:
        kinds = [expected.get(column.type.value, object) for column in table.columns]
        for batch in source.rows(table.name):
            for row in batch:
                assert all(
                    value is None or isinstance(value, kind)
                    for value, kind in zip(row, kinds, strict=True)
                )


@pytest.mark.usefixtures("database")
def test_the_sample_is_offered_once(home: Path) -> None:
    sample_database.offer_sample()
    sample_database.offer_sample()
    (offered,) = store.list_sources()
    assert offered.name == "Sample shop"
    assert len(offered.schema.tables) == 4
    store.delete_source(offered.id)
    sample_database.offer_sample()
    assert store.list_sources() == []


def test_a_sample_that_was_deleted_from_the_disk_is_made_again(home: Path) -> None:
    path = sample_database.ensure_sample()
    made = path.stat().st_mtime_ns
    assert sample_database.ensure_sample().stat().st_mtime_ns == made
    path.unlink()
    assert sample_database.ensure_sample().exists()
    assert [found.name for found in path.parent.iterdir()] == ["sample_shop.db"]
